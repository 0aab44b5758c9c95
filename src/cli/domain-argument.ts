import { normalizeDomain } from '../config/domain-name.js';
import { CommandError, harmless } from './terminal.js';

/** A domain name of the command line in its A-label form. Throws a CommandError for what is none. */
export function domainArgument(given: string): string {
  const domain = normalizeDomain(given);
  if (domain !== null) return domain;
  throw new CommandError(`${harmless(given)} is no domain name; example.com is one`);
}

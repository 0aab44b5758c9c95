import { z } from 'zod';
import type { OptionDescriptor } from '../../ports/provider-descriptor.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** A credential in a header: printable ASCII without spaces, so that it can't break out of it. */
export const Credential = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[\x21-\x7e]+$/, 'a credential has no spaces or line ends');

/** Nobody listens in between on the machine itself. */
const LOOPBACK = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/]|$)/i;

/** An address without a slash at its end. */
export const Address = z
  .url({ protocol: /^https?$/ })
  .refine((given) => !/^[^/]*\/\/[^/?#]*@/.test(given), 'an address holds no user and password')
  .transform((given) => given.replace(/\/+$/, ''));

/** One at which tokens are given for a secret: nobody may listen in between. */
export const TokenAddress = Address.refine(
  (given) => given.startsWith('https:') || LOOPBACK.test(given),
  'https, but for this machine itself',
);

/** Options that every HTTP API has, as keys of a Zod object. `url` is the public address of the API. */
export function apiOptions(url: string) {
  return {
    url: Address.default(url),
    timeoutMs: z.int().min(100).max(120_000).default(DEFAULT_TIMEOUT_MS),
  };
}

/** The same for documentation and forms. */
export function apiOptionDescriptors(url: string): readonly OptionDescriptor[] {
  return [
    {
      name: 'url',
      kind: 'address',
      required: false,
      secret: false,
      help: `Address of the API; ${url} without it.`,
      env: [],
    },
    {
      name: 'timeoutMs',
      kind: 'number',
      required: false,
      secret: false,
      help: `Milliseconds for one request; ${DEFAULT_TIMEOUT_MS} without it.`,
      env: [],
    },
  ];
}

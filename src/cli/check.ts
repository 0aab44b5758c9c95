import picocolors from 'picocolors';
import { checkDomain, type DomainCheck } from '../core/checks/check-domain.js';
import { isSelector } from '../core/checks/dkim/selectors.js';
import type { Severity } from '../core/checks/finding.js';
import { isIpAddress } from '../core/checks/rdns/ip-address.js';
import type { Observation } from '../core/rollout/observation.js';
import { readResolvedAnswer } from '../dns/dmarc-answer.js';
import { RecursiveDnsLookup } from '../dns/dns-questions.js';
import { LookupError, RecursiveLookup } from '../dns/recursive-lookup.js';
import { checkMarkdown } from './check-markdown.js';
import { checkJson, checkLines } from './check-view.js';
import { domainArgument } from './domain-argument.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

/** Milliseconds for one try. A resolver that has to ask around for all needs about one second. */
const TRY_MS = 1500;
/** Milliseconds for all: what isn't answered by then is unknown. */
const RUN_MS = 10_000;

const STATUS: Readonly<Record<Severity, ExitStatus>> = { ok: 0, info: 0, warning: 1, error: 1, unknown: 2 };

export interface CheckFlags {
  /** Addresses that send mail. */
  readonly ip: readonly string[];
  readonly selector: readonly string[];
  readonly resolver: readonly string[];
  readonly json: boolean;
  readonly markdown: boolean;
}

/** The DNS checks of a domain. 0: nothing worse than a remark; 1: warnings or errors; 2: could not be looked up. */
export async function checkDomainOf(
  given: string,
  flags: CheckFlags,
  terminal: Terminal,
): Promise<ExitStatus> {
  const domain = domainArgument(given);
  const options = {
    senders: flags.ip.map(senderAddress),
    selectors: flags.selector.map((name) => ({ name: selectorName(name), from: 'settings' as const })),
    mailbox: null,
  };
  const lookup = recursiveLookup(flags.resolver);
  const signal = AbortSignal.timeout(RUN_MS);
  const questions = new RecursiveDnsLookup(lookup).questions(signal);
  const check = await checkDomain(domain, options, questions, lookUp(domain, lookup, signal));
  for (const line of outputOf(check, flags, terminal)) terminal.out(line);
  return STATUS[check.status];
}

function outputOf(check: DomainCheck, flags: CheckFlags, terminal: Terminal): readonly string[] {
  if (flags.json) return [jsonLine(checkJson(check))];
  if (flags.markdown) return checkMarkdown(check);
  return checkLines(check, picocolors.createColors(terminal.hasColors));
}

function senderAddress(text: string): string {
  if (!isIpAddress(text)) throw new CommandError(`--ip: ${harmless(text)} is no IP address`);
  return text;
}

function selectorName(text: string): string {
  if (!isSelector(text)) throw new CommandError(`--selector: ${harmless(text)} is no DKIM selector`);
  return text;
}

function recursiveLookup(resolvers: readonly string[]): RecursiveLookup {
  try {
    return new RecursiveLookup({ resolvers, timeoutMs: TRY_MS, tries: 2 });
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(`--resolver: ${error.message}`);
    throw error;
  }
}

/** A resolver's word is enough here: nothing is written on the strength of it. */
async function lookUp(domain: string, lookup: RecursiveLookup, signal: AbortSignal): Promise<Observation> {
  const name = `_dmarc.${domain}`;
  try {
    return readResolvedAnswer(await lookup.ask({ name, type: 'TXT' }, signal), name);
  } catch (error) {
    if (signal.aborted) return { kind: 'unknown', reason: 'no answer in time' };
    if (error instanceof LookupError) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}

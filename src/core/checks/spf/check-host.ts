import type { DnsQuestions } from '../dns-answers.js';
import { Evaluation } from './evaluation.js';
import { explain } from './explanation.js';
import { readClientIp } from './ip-network.js';
import { matchMechanism, TOO_MANY_LOOKUPS } from './match-mechanism.js';
import type { Match } from './match-mechanism.js';
import { domainName } from './query-name.js';
import { selectRecord } from './select-record.js';
import type { Directive, Qualifier, SpfRecord, TargetModifier } from './spf-record.js';

/** RFC 7208 2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** A term of some domain's record. */
export interface SpfStep {
  readonly domain: string;
  readonly term: string;
}

export interface SpfVerdict {
  readonly result: SpfResult;
  /** The domain whose record was asked for. */
  readonly domain: string;
  /** In words, for people: why it is none, neutral without a match, or an error; else the term that matched. */
  readonly reason: string;
  /** What the domain's owner says to those who fail (`exp=`); hostile text, at most 1,000 printable characters. */
  readonly explanation: string | null;
  /** The term that decided, from the domain's own record over includes and redirects down to it; empty: none matched. */
  readonly matched: readonly SpfStep[];
  /** Terms that needed a look-up (RFC 7208 4.6.4). */
  readonly lookups: number;
  readonly voidLookups: number;
}

/** The client and what it said. */
export interface SpfRequest {
  /** IPv4 or IPv6 address of the client. */
  readonly ip: string;
  /** MAIL FROM; empty: the null reverse-path, HELO is checked (RFC 7208 2.4). A domain alone gets `postmaster@`. */
  readonly sender: string;
  readonly helo: string;
  /** The host that asks, for `%{r}`. */
  readonly receiver?: string;
  /** Seconds since 1970, for `%{t}`. */
  readonly at?: number;
}

const RESULTS: Readonly<Record<Qualifier, SpfResult>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

/** What one record came to; `explanation` is the modifier that may speak for a fail, with the domain it stands at. */
interface Outcome {
  readonly result: SpfResult;
  readonly reason: string;
  readonly matched: readonly SpfStep[];
  readonly explanation: { readonly domain: string; readonly modifier: TargetModifier } | null;
}

/**
 * check_host() of RFC 7208 4: may this client send mail in the name of this domain? Asks at most 124 questions.
 * Throws a RangeError when `ip` is no address; never for what DNS says.
 */
export async function checkHost(request: SpfRequest, dns: DnsQuestions): Promise<SpfVerdict> {
  const client = readClientIp(request.ip);
  if (client === null) throw new RangeError('the client has no IP address');
  const sender = fullSender(request);
  const written = sender.slice(sender.lastIndexOf('@') + 1).toLowerCase();
  const evaluation = new Evaluation(
    { client, sender, helo: request.helo, receiver: request.receiver ?? 'unknown', at: request.at ?? 0 },
    dns,
  );
  const domain = domainName(written);
  const outcome =
    domain === null
      ? stop('none', `${written} is no domain name of several labels`)
      : await evaluateDomain(domain, evaluation);
  const { lookups, voidLookups } = evaluation.budget;
  return {
    result: outcome.result,
    domain: domain ?? written,
    reason: outcome.reason,
    explanation:
      outcome.result === 'fail' && outcome.explanation !== null
        ? await explain(outcome.explanation.modifier.target, outcome.explanation.domain, evaluation)
        : null,
    matched: outcome.matched,
    lookups,
    voidLookups,
  };
}

/** RFC 7208 2.4 and 4.3: without a local part it is postmaster's. */
function fullSender({ sender, helo }: SpfRequest): string {
  if (sender === '') return `postmaster@${helo}`;
  const split = sender.lastIndexOf('@');
  return split < 1 ? `postmaster@${sender.slice(split + 1)}` : sender;
}

async function evaluateDomain(domain: string, evaluation: Evaluation): Promise<Outcome> {
  const selected = selectRecord(await evaluation.dns.txt(domain));
  switch (selected.kind) {
    case 'none':
      return stop('none', `${domain} has no SPF record`);
    case 'several':
      return stop('permerror', `${domain} has ${selected.texts.length} SPF records`);
    case 'unknown':
      return stop('temperror', `${domain} could not be looked up: ${selected.reason}`);
    case 'record':
      return evaluateRecord(selected.record, domain, evaluation);
  }
}

async function evaluateRecord(record: SpfRecord, domain: string, evaluation: Evaluation): Promise<Outcome> {
  const [fault] = record.faults;
  // RFC 7208 4.6: a syntax error anywhere counts, even behind what would have matched.
  if (fault !== undefined) {
    return stop('permerror', `the record of ${domain} is broken at "${fault.term}": ${fault.message}`);
  }
  for (const directive of record.directives) {
    const step = { domain, term: directive.text };
    const { match, below } = await matchDirective(directive, domain, evaluation);
    if (match.kind === 'error') return stop(match.result, match.reason);
    if (match.kind === 'no-match') continue;
    return {
      result: RESULTS[directive.qualifier],
      reason: `${directive.text} of ${domain} matched`,
      matched: [step, ...below],
      explanation: record.explanation === null ? null : { domain, modifier: record.explanation },
    };
  }
  if (record.redirect !== null) return followRedirect(record.redirect, domain, evaluation);
  return stop('neutral', `no term of ${domain} matched`); // RFC 7208 4.7
}

async function matchDirective(
  { mechanism }: Directive,
  domain: string,
  evaluation: Evaluation,
): Promise<{ readonly match: Match; readonly below: readonly SpfStep[] }> {
  if (mechanism.kind !== 'include') {
    return { match: await matchMechanism(mechanism, domain, evaluation), below: [] };
  }
  if (!evaluation.budget.takeLookup()) return { match: TOO_MANY_LOOKUPS, below: [] };
  const outcome = await evaluateTarget(mechanism.target, domain, evaluation);
  return { match: includeMatch(outcome), below: outcome.result === 'pass' ? outcome.matched : [] };
}

/** The table of RFC 7208 5.2. */
function includeMatch({ result, reason }: Outcome): Match {
  switch (result) {
    case 'pass':
      return { kind: 'match' };
    case 'fail':
    case 'softfail':
    case 'neutral':
      return { kind: 'no-match' };
    case 'temperror':
      return { kind: 'error', result, reason };
    case 'permerror':
    case 'none':
      return { kind: 'error', result: 'permerror', reason };
  }
}

/** RFC 7208 6.1: the other record's result is this one's, and its explanation too. */
async function followRedirect(
  redirect: TargetModifier,
  domain: string,
  evaluation: Evaluation,
): Promise<Outcome> {
  if (!evaluation.budget.takeLookup()) return stop(TOO_MANY_LOOKUPS.result, TOO_MANY_LOOKUPS.reason);
  const outcome = await evaluateTarget(redirect.target, domain, evaluation);
  if (outcome.result === 'none') return stop('permerror', outcome.reason);
  const isMatched = outcome.matched.length > 0;
  return { ...outcome, matched: isMatched ? [{ domain, term: redirect.text }, ...outcome.matched] : [] };
}

async function evaluateTarget(
  target: TargetModifier['target'],
  domain: string,
  evaluation: Evaluation,
): Promise<Outcome> {
  const name = await evaluation.targetName(target, domain);
  const known = name === null ? null : domainName(name);
  return known === null
    ? stop('none', `${target.text.slice(0, 100)} leads to no domain name`)
    : evaluateDomain(known, evaluation);
}

function stop(result: SpfResult, reason: string): Outcome {
  return { result, reason, matched: [], explanation: null };
}

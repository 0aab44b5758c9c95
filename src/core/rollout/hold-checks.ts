import { checksHold } from '../checks/check-outcome.js';
import { countedUntil, lostWithoutSpf, ownMail, spfOnly, type OwnMail } from '../checks/own-mail.js';
import type { Assessment } from '../evidence/assessment.js';
import { holdWhile, type Draft } from './draft.js';
import { harmCap } from './expected-harm.js';
import { subdomainPolicy } from './footing.js';
import { currentRung, nextRung } from './rungs.js';
import type { Situation } from './situation.js';
import { judgeSubdomains } from './subdomain-gate.js';

/** What the notes of the checks begin with: a failing check of the record's own text is left alone. */
const OF_DNS = 'in DNS: ';
const OF_SIGNATURES = 'reject needs DKIM: ';
const MOST_NAMED = 5;

/** Author Domains whose failing mail the next change would have refused, and that isn't yet. */
interface Refused {
  readonly own: boolean;
  readonly subdomains: boolean;
  /** It leaves subdomains behind, whatever they send. */
  readonly sparesSubdomains: boolean;
}

/**
 * Holds while the DNS checks find errors, and before `reject` while a source relies on SPF alone (RFC 9989 7.4: forwarded,
 * its mail would be lost). Without checks in the situation, as in a backtest, the evidence still tells the latter.
 */
export function holdChecks(draft: Draft, situation: Situation, assessment: Assessment): Draft {
  const standing = draft.rollout.holds.find((it) => it.reason === 'failing-check');
  const isForeign = ![OF_DNS, OF_SIGNATURES].some((start) => standing?.note.startsWith(start) === true);
  if (standing !== undefined && isForeign) return draft;
  return holdWhile(draft, 'failing-check', noteOf(draft, situation, assessment));
}

function noteOf(draft: Draft, { checks, evidence }: Situation, assessment: Assessment): string | null {
  const { rollout, now } = draft;
  const refused = newlyRefused(draft, assessment);
  if (checks === undefined && !refused.own && !refused.subdomains) return null;
  const { domain } = rollout;
  const { sources, legitimatePerWeek } = assessment;
  const own = ownMail(countedUntil(evidence, domain, now), { domain, sources, now });
  const cap = harmCap(rollout.settings, legitimatePerWeek);
  const isParked = rollout.ladder.name === 'parked';
  const { onSpfAlone } = own;
  const mail = {
    isParked,
    needsSpf: onSpfAlone.size > 0 || (isParked ? lostWithoutSpf(own.sources) > cap : mayNeedSpf(own, cap)),
    onSpfAlone,
    sparesSubdomainsOf: refused.sparesSubdomains ? domain : null,
  };
  const inDns = checks === undefined ? null : checksHold(checks, mail, now);
  return inDns === null ? unsigned(own, { domain, refused, cap }) : `${OF_DNS}${inDns}`;
}

/** Whether more mail than may be lost would fail without SPF, by the word of anybody; where nobody saw any, it may. */
function mayNeedSpf({ claimed }: OwnMail, cap: number): boolean {
  return claimed.length === 0 || lostWithoutSpf(claimed) > cap;
}

/** A rung that asks for a part only is not yet what forwarded mail is lost by: the full one that follows it still is new. */
function newlyRefused({ rollout, now }: Draft, assessment: Assessment): Refused {
  if (rollout.rung === null) return { own: false, subdomains: false, sparesSubdomains: false };
  const rung = currentRung(rollout);
  const next = nextRung(rollout)?.rung ?? rung;
  const isPartly = rung.tags.t === 'y';
  const { policy } = judgeSubdomains({ rollout, assessment, rung, next, now });
  return {
    own: next.tags.p === 'reject' && (rung.tags.p !== 'reject' || isPartly),
    subdomains: policy === 'reject' && (subdomainPolicy(rollout) !== 'reject' || isPartly),
    sparesSubdomains: policy === subdomainPolicy(rollout) && policy !== next.tags.p,
  };
}

/** Sources that `reject` would cost more than a little mail as soon as it is forwarded. */
function unsigned(
  { sources }: OwnMail,
  about: { readonly domain: string; readonly refused: Refused; readonly cap: number },
): string | null {
  const { domain, refused, cap } = about;
  const touched = sources.filter((it) => (it.headerFrom === domain ? refused.own : refused.subdomains));
  const { names, signAs } = spfOnly(touched, cap);
  if (names.length === 0) return null;
  const left = names.length - MOST_NAMED;
  const named = [...names.slice(0, MOST_NAMED), ...(left > 0 ? [`${left} more`] : [])].join(', ');
  const domains = [...signAs.slice(0, MOST_NAMED), ...(signAs.length > MOST_NAMED ? ['…'] : [])].join(', ');
  return `${OF_SIGNATURES}${named} ${names.length === 1 ? 'passes' : 'pass'} by SPF alone; sign that mail as ${domains}`;
}

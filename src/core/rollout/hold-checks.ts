import { checksHold } from '../checks/check-outcome.js';
import { ownMail } from '../checks/own-mail.js';
import type { Assessment } from '../evidence/assessment.js';
import { harmCap } from './expected-harm.js';
import { holdWhile, type Draft } from './draft.js';
import type { Rung } from './ladder.js';
import { currentRung, nextRung } from './rungs.js';
import type { Situation } from './situation.js';

/** What the notes of the checks begin with: a failing check of the record's own text is left alone. */
const OF_DNS = 'in DNS: ';
const OF_SIGNATURES = 'reject needs DKIM: ';

/**
 * Holds while the DNS checks find errors, and before `reject` while a source relies on SPF alone (RFC 9989 7.4: forwarded,
 * its mail would be lost). Without checks in the situation it changes nothing.
 */
export function holdChecks(draft: Draft, situation: Situation, assessment: Assessment): Draft {
  const { checks, evidence } = situation;
  if (checks === undefined) return draft;
  const standing = draft.rollout.holds.find((it) => it.reason === 'failing-check');
  const isForeign = ![OF_DNS, OF_SIGNATURES].some((start) => standing?.note.startsWith(start) === true);
  if (standing !== undefined && isForeign) return draft;
  const { ladder, enrolledAt } = draft.rollout;
  const isParked = ladder.name === 'parked';
  const inDns = checksHold(checks, { isParked, enrolledAt }, draft.now);
  const note = inDns === null ? unsigned(draft, evidence, assessment) : `${OF_DNS}${inDns}`;
  return holdWhile(draft, 'failing-check', note);
}

/** A rung that asks for a part only is not yet what forwarded mail is lost by. */
function isFullReject({ tags }: Rung): boolean {
  return tags.p === 'reject' && tags.t !== 'y';
}

/** Sources that `reject` would cost more than a little mail as soon as it is forwarded. */
function unsigned(
  { rollout, now }: Draft,
  evidence: Situation['evidence'],
  { sources, legitimatePerWeek }: Assessment,
): string | null {
  if (rollout.rung === null || isFullReject(currentRung(rollout))) return null;
  if (nextRung(rollout)?.rung.tags.p !== 'reject') return null;
  const cap = harmCap(rollout.settings, legitimatePerWeek);
  const { spfOnly } = ownMail(evidence, { domain: rollout.domain, sources, now });
  const weighty = spfOnly.filter((source) => source.messagesPerWeek > cap);
  if (weighty.length === 0) return null;
  const named = weighty.map((source) => `${source.name} (${Math.ceil(source.messagesPerWeek)} a week)`);
  return `${OF_SIGNATURES}${named.join(', ')} passes by SPF alone; sign its mail as ${rollout.domain}`;
}

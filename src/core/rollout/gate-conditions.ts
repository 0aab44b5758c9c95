import { countText } from '../amount-text.js';
import { DAY_MS, addDays, dayOf, endOfDay } from '../instant.js';
import type { Assessment } from '../evidence/assessment.js';
import type { Condition } from './verdict.js';
import type { Instant } from '../instant.js';
import type { Rollout } from './rollout.js';
import type { Rung } from './ladder.js';

/** What the gate to the next rung looks at. */
export interface GateView {
  readonly rollout: Rollout;
  readonly assessment: Assessment;
  readonly rung: Rung;
  readonly next: Rung;
  readonly now: Instant;
}

/** No report for so long and the domain is blind. */
export const SILENT_AFTER_MS = 3 * DAY_MS;
/** Fewest legitimate messages for a rate: 268 without a failure prove 99 % (one-sided Wilson bound). */
const SAMPLE = 268;
/** With fewer than that, time stands in for numbers: so many closed days without a failure. */
const LOW_VOLUME_DAYS = 14;
/** Reporters that stopped may stand for at most this share of the mail. */
const MISSING_SHARE = 0.2;
/** Reporters that are late may stand for at most this share of the mail. */
const LATE_SHARE = 0.5;
/** Nothing is strengthened on the word of one. */
const FEWEST_REPORTERS = 2;

/** Where the domain stands is known. */
export function recordRead(): Condition {
  return {
    name: 'record',
    satisfied: false,
    actual: 'not taken over yet',
    required: 'a record on a rung of the ladder, or one that a person adopted',
    why: 'without a rung to stand on there is none to go to',
    earliest: null,
  };
}

/** Closed days since the rung became effective. */
export function soak({ assessment, rung }: GateView): Condition {
  return {
    name: 'soak',
    satisfied: assessment.closedDays >= rung.soakDays,
    actual: countText(assessment.closedDays, 'closed day'),
    required: countText(rung.soakDays, 'closed day'),
    why: 'receivers report a day late; only days that the usual reporters have reported about count',
    earliest: closedDaysBy(assessment, rung.soakDays),
  };
}

/** When a window has had so many closed days: with luck a day closes as soon as it is over. */
export function closedDaysBy({ from }: Assessment, days: number): Instant {
  return endOfDay(addDays(from, days - 1));
}

/** The first window must see the monthly invoice run. */
export function monthEnd({ assessment, rung }: GateView): Condition | null {
  if (rung.tags.p !== 'none') return null;
  const through = assessment.closedThrough;
  const seen = through !== null && containsMonthEnd(assessment.from, through);
  return {
    name: 'month-end',
    satisfied: seen,
    actual: seen ? 'seen' : 'not yet',
    required: "one month's end",
    why: 'mail that is sent once a month must be seen before anything is enforced',
    earliest: endOfDay(firstMonthEnd(assessment.from)),
  };
}

function firstMonthEnd(from: string): string {
  const start = new Date(`${from}T00:00:00Z`);
  return dayOf(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0));
}

function containsMonthEnd(from: string, through: string): boolean {
  return firstMonthEnd(from) <= through;
}

/** Reports still come in. */
export function reportsArrive({ assessment, now }: GateView): Condition {
  // A report may come without a row that counts: no data is never a pass (I8).
  const last = assessment.isMailReported ? assessment.lastReportAt : null;
  return {
    name: 'reports',
    satisfied: last === null ? 'unknown' : now - last <= SILENT_AFTER_MS,
    actual: last === null ? 'no mail reported yet' : `last report ${new Date(last).toISOString()}`,
    required: 'a report within 3 days',
    why: 'without reports nobody would notice that mail is hurt',
    earliest: now,
  };
}

/** As long as most of them are late, the newest days are in the dark, whatever the closed ones say. */
export function reportersOnTime({ assessment, now }: GateView): Condition {
  const all = assessment.reporters.reduce((sum, it) => sum + it.messages, 0);
  const late = assessment.reporters.filter((it) => it.late);
  const share = all === 0 ? 0 : late.reduce((sum, it) => sum + it.messages, 0) / all;
  return {
    name: 'on-time',
    satisfied: share <= LATE_SHARE ? true : 'unknown',
    actual: share === 0 ? 'no usual reporter is late' : `reporters of ${percent(share)} of mail are late`,
    required: `reporters of at least ${percent(1 - LATE_SHARE)} of mail on time`,
    why: 'reports that stay away may be the first sign that nobody watches any more',
    earliest: now,
  };
}

/** Nobody moves a domain alone, whoever it is. */
export function severalReporters({ assessment, now }: GateView): Condition {
  return {
    name: 'reporters',
    satisfied: assessment.witnesses >= FEWEST_REPORTERS ? true : 'unknown',
    actual: `${assessment.witnesses} in this window`,
    required: `at least ${FEWEST_REPORTERS}`,
    why: 'one reporter may be wrong, or not what it seems',
    earliest: now,
  };
}

/** Those who used to report still do. */
export function coverageHolds({ assessment, now }: GateView): Condition {
  const all = assessment.reporters.reduce((sum, it) => sum + it.messages, 0);
  const missing = assessment.reporters.filter((it) => it.missing);
  const share = all === 0 ? 0 : missing.reduce((sum, it) => sum + it.messages, 0) / all;
  return {
    name: 'coverage',
    satisfied: share <= MISSING_SHARE ? true : 'unknown',
    actual:
      missing.length === 0
        ? 'all usual reporters report'
        : `${missing.map((it) => it.reporter).join(', ')} stopped (${percent(share)} of mail)`,
    required: `reporters of at least ${percent(1 - MISSING_SHARE)} of mail`,
    why: 'a receiver that stopped reporting may be refusing mail unseen',
    earliest: now,
  };
}

/** Enough mail for a rate, or enough quiet days for a domain that sends little. */
export function sample({ assessment, rung }: GateView): Condition {
  const days = Math.max(LOW_VOLUME_DAYS, rung.soakDays);
  const own = assessment.sources.filter((it) => it.class === 'authorized');
  const isQuiet = assessment.closedDays >= days && own.every((it) => it.state !== 'failing');
  const isEnough = assessment.legitimate >= SAMPLE || isQuiet;
  return {
    name: 'sample',
    satisfied: isEnough ? true : 'unknown',
    actual: `${countText(assessment.legitimate, 'legitimate message')} in ${countText(assessment.closedDays, 'closed day')}`,
    required: `${SAMPLE} messages, or ${days} closed days without a failure`,
    why: 'fewer messages prove nothing; a domain that sends little advances by time instead',
    earliest: closedDaysBy(assessment, days),
  };
}

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

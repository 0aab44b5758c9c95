import { DAY_MS, addDays, dayOf, endOfDay } from '../instant.js';
import { expectedHarm, harmCap, isTouched } from './expected-harm.js';
import type { Assessment } from '../evidence/assessment.js';
import type { AssessedSource } from '../evidence/assessment.js';
import type { Condition } from './verdict.js';
import type { Instant } from '../instant.js';
import { LATEST_CLOSE_MS } from '../evidence/closed-days.js';
import type { Rollout } from './rollout.js';
import type { Rung } from './ladder.js';
import { tagsAt } from './rungs.js';

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
  const lastDay = addDays(assessment.from, rung.soakDays - 1);
  return {
    name: 'soak',
    satisfied: assessment.closedDays >= rung.soakDays,
    actual: `${assessment.closedDays} closed days`,
    required: `${rung.soakDays} closed days`,
    why: 'receivers report a day late; only days that the usual reporters have reported about count',
    earliest: endOfDay(lastDay) + LATEST_CLOSE_MS,
  };
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
    earliest: endOfDay(firstMonthEnd(assessment.from)) + LATEST_CLOSE_MS,
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
  const last = assessment.days.length === 0 ? null : assessment.lastReportAt;
  return {
    name: 'reports',
    satisfied: last === null ? 'unknown' : now - last <= SILENT_AFTER_MS,
    actual: last === null ? 'no mail reported yet' : `last report ${new Date(last).toISOString()}`,
    required: 'a report within 3 days',
    why: 'without reports nobody would notice that mail is hurt',
    earliest: null,
  };
}

/** Those who used to report still do. */
export function coverageHolds({ assessment }: GateView): Condition {
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
    required: `reporters of at most ${percent(MISSING_SHARE)} of mail missing`,
    why: 'a receiver that stopped reporting may be refusing mail unseen',
    earliest: null,
  };
}

/** Enough mail for a rate, or enough quiet days for a domain that sends little. */
export function sample({ assessment, rung }: GateView): Condition {
  const days = Math.max(LOW_VOLUME_DAYS, rung.soakDays);
  const isQuiet =
    assessment.closedDays >= days && legitimate(assessment).every((it) => it.state !== 'failing');
  const isEnough = assessment.legitimate >= SAMPLE || isQuiet;
  return {
    name: 'sample',
    satisfied: isEnough ? true : 'unknown',
    actual: `${assessment.legitimate} legitimate messages in ${assessment.closedDays} closed days`,
    required: `${SAMPLE} messages, or ${days} closed days without a failure`,
    why: 'fewer messages prove nothing; a domain that sends little advances by time instead',
    earliest: endOfDay(addDays(assessment.from, days - 1)) + LATEST_CLOSE_MS,
  };
}

/** Nobody who looks like a real sender waits for a person's word. */
export function unknownSources(view: GateView): Condition {
  const open = view.assessment.sources.filter(
    (it) => it.class === 'unknown' && it.state !== 'fixed' && touches(view, it),
  );
  return {
    name: 'unknown-sources',
    satisfied: open.length === 0,
    actual:
      open.length === 0
        ? 'none'
        : open.map((it) => `${it.name} (${Math.ceil(it.failingPerWeek)} a week)`).join(', '),
    required: 'none',
    why: 'a failing sender that looks real must be aligned, or a person must say that it is not yours',
    earliest: null,
  };
}

/** Each authorized source by itself: the worst decides. */
export function worstSource(view: GateView): Condition {
  const { settings } = view.rollout;
  const cap = harmCap(settings, view.assessment.legitimatePerWeek);
  const own = authorized(view);
  const failing = own.filter((it) => isBroken(it, cap));
  const unproven = own.filter(
    (it) => !failing.includes(it) && it.messages > 0 && !isGood(it, settings.passRate, cap),
  );
  const bad = failing.length > 0 ? failing : unproven;
  return {
    name: 'worst-source',
    satisfied: failing.length > 0 ? false : unproven.length > 0 ? 'unknown' : true,
    actual: bad.length === 0 ? 'all authorized sources pass' : bad.map(describeSource).join(', '),
    required: `each passes at ${percent(settings.passRate)} with 95 % confidence, or fails at most ${Math.round(cap)} messages a week`,
    why: 'one broken sender is enough to lose mail, however small its share',
    earliest: null,
  };
}

/** At the last rung nothing has to be proved any more: only a source that fails counts. */
export function noBrokenSource(view: GateView): Condition {
  const cap = harmCap(view.rollout.settings, view.assessment.legitimatePerWeek);
  const broken = authorized(view).filter((it) => isBroken(it, cap));
  return {
    name: 'worst-source',
    satisfied: broken.length === 0,
    actual: broken.length === 0 ? 'no authorized source fails' : broken.map(describeSource).join(', '),
    required: `each fails at most ${Math.round(cap)} messages a week`,
    why: 'one broken sender is enough to lose mail, however small its share',
    earliest: null,
  };
}

function authorized(view: GateView): readonly AssessedSource[] {
  return view.assessment.sources.filter((it) => it.class === 'authorized' && touches(view, it));
}

function isBroken(source: AssessedSource, cap: number): boolean {
  return source.state === 'failing' && source.failingPerWeek > cap;
}

function isGood(source: AssessedSource, passRate: number, cap: number): boolean {
  return (source.passRateAtLeast ?? 0) >= passRate || source.failingPerWeekAtMost <= cap;
}

/** What the next rung would cost. */
export function harm(view: GateView): Condition {
  const cap = harmCap(view.rollout.settings, view.assessment.legitimatePerWeek);
  const expected = expectedHarm(
    view.rollout.domain,
    tagsAt(view.rollout, view.next),
    view.assessment.sources,
  );
  return {
    name: 'expected-harm',
    satisfied: expected.authorized <= cap,
    actual: `${round(expected.authorized)} legitimate messages a week`,
    required: `at most ${round(cap)}`,
    why: 'what the next rung would junk or refuse, read as if pct and t softened nothing',
    earliest: null,
  };
}

/** Lists and forwarders break some mail that no owner can mend. */
export function forwarderBudget(view: GateView): Condition {
  const { settings } = view.rollout;
  const expected = expectedHarm(
    view.rollout.domain,
    tagsAt(view.rollout, view.next),
    view.assessment.sources,
  );
  const budget = Math.max(settings.harmCap, settings.forwarderBudget * view.assessment.legitimatePerWeek);
  return {
    name: 'forwarder-budget',
    satisfied: expected.forwarder <= budget,
    actual: `${round(expected.forwarder)} messages a week`,
    required: `at most ${round(budget)} (${percent(settings.forwarderBudget)} of legitimate mail)`,
    why: 'mailing lists and forwarders break signatures; their mail has a budget of its own',
    earliest: null,
  };
}

function touches(view: GateView, source: AssessedSource): boolean {
  return isTouched(view.rollout.domain, tagsAt(view.rollout, view.next), source);
}

function legitimate(assessment: Assessment): readonly AssessedSource[] {
  return assessment.sources.filter((it) => it.class === 'authorized');
}

function describeSource(source: AssessedSource): string {
  const last = source.lastFailing === null ? '' : `, last failing ${source.lastFailing}`;
  return `${source.name}: ${Math.ceil(source.failingPerWeek)} failing a week${last}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function round(messages: number): string {
  return String(Math.round(messages * 10) / 10);
}

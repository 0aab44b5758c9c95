import { DAY_MS, startOfDay } from '../core/instant.js';
import { strictness } from '../core/record/policy.js';
import { readRecord } from './receiver-policy.js';
import type { WorldRun } from './run-world.js';
import type { Right } from './trials.js';
import { DAYS_TO_STEP_BACK, firstBadDay, nameOf, outcomeOf, type Outcome } from './world-outcome.js';

/** Days from the last report to the hold, at the most. */
const DAYS_TO_FALL_SILENT = 7;

/** What went otherwise than is right, a sentence each; empty: all went well. */
export function judgeTrial(right: Right, run: WorldRun): readonly string[] {
  const outcome = outcomeOf(run);
  const wrong = wrongCourse(right, run, outcome);
  const { needless } = outcome.hurt;
  return needless === 0 ? wrong : [...wrong, `${needless} legitimate messages were hurt needlessly`];
}

function wrongCourse(right: Right, run: WorldRun, outcome: Outcome): readonly string[] {
  switch (right.kind) {
    case 'rejects':
      return [
        ...tooLate('reject', outcome.fullReject, right.by),
        ...forSubdomains(outcome),
        ...steps(outcome),
      ];
    case 'quarantines':
      return [
        ...tooLate('quarantine', outcome.fullQuarantine, right.by),
        ...steps(outcome),
        ...overBudget(run, outcome),
      ];
    case 'never-enforces':
      return [...movement(run), ...unnamed(run, right.because, run.replayed.verdict.why)];
    case 'steps-back':
      return [...notBack(run, outcome, right.because), ...returned(outcome)];
    case 'climbs-again':
      return [
        ...notBack(run, outcome, right.because),
        ...tooLate('reject', outcome.fullRejectAgain, right.by),
      ];
    case 'spares-subdomains':
      return [
        ...tooLate('reject', outcome.fullReject, right.by),
        ...enforcedOnSubdomains(run),
        ...run.published.slice(0, 1).flatMap(({ why }) => unnamed(run, right.because, why)),
      ];
    case 'subdomains-follow':
      return [
        ...tooLate('reject', outcome.fullReject, right.by),
        ...forSubdomains(outcome),
        ...steps(outcome),
        ...leaps(run),
        ...run.published.slice(0, 1).flatMap(({ why }) => unnamed(run, right.because, why)),
      ];
    case 'spares-subdomains-again':
      return [
        ...tooLate('reject', outcome.fullReject, right.by),
        ...subdomainsNotBack(run, outcome, right.because),
      ];
    case 'holds-silent':
      return notSilent(run);
  }
}

function tooLate(policy: string, day: number | null, by: number): readonly string[] {
  if (day === null) return [`never a full ${policy}`];
  return day <= by ? [] : [`full ${policy} on day ${day}, not by day ${by}`];
}

function steps({ stepBack }: Outcome): readonly string[] {
  return stepBack === null ? [] : [`stepped back on day ${stepBack.day}: ${stepBack.why}`];
}

function forSubdomains({ last }: Outcome): readonly string[] {
  const sp = readRecord(last?.record ?? null)?.sp ?? 'reject';
  return sp === 'reject' ? [] : [`subdomains are left at ${sp}`];
}

function overBudget({ legitimate }: WorldRun, { hurt }: Outcome): readonly string[] {
  return hurt.lists < legitimate * 0.01 ? [] : [`lists lose ${hurt.lists} of ${legitimate} messages`];
}

function movement({ published }: WorldRun): readonly string[] {
  return published.map(({ day, record }) => `published ${record} on day ${day}`);
}

function unnamed({ world }: WorldRun, sender: string | null, why: string): readonly string[] {
  if (sender === null) return [];
  const names = world.senders.filter((it) => it.name === sender).map(nameOf);
  return names.some((name) => why.includes(name)) ? [] : [`${names.join()} is not named: ${why}`];
}

function notBack(run: WorldRun, outcome: Outcome, sender: string): readonly string[] {
  const { stepBack } = outcome;
  if (stepBack === null) return ['never stepped back'];
  const { record, why } = stepBack;
  const isNone = readRecord(record)?.p === 'none';
  return [
    ...late(run, stepBack.day),
    ...(isNone ? [] : [`stepped back to ${record} only`]),
    ...unnamed(run, sender, why),
  ];
}

function late({ world }: WorldRun, day: number): readonly string[] {
  const after = day - (firstBadDay(world) ?? 0);
  return after > 0 && after <= DAYS_TO_STEP_BACK ? [] : [`stepped back after ${after} days`];
}

function returned({ last, stepBack }: Outcome): readonly string[] {
  return last === stepBack ? [] : [`went on to ${last?.record} afterwards`];
}

function enforcedOnSubdomains({ published }: WorldRun): readonly string[] {
  return published
    .filter(({ record }) => readRecord(record)?.sp !== 'none')
    .map(({ day, record }) => `not sp=none on day ${day}: ${record}`);
}

/** What applies to subdomains starts at `none` and goes up a level with a change. */
function leaps({ published }: WorldRun): readonly string[] {
  const levels = published.map(({ record }) => subdomainLevel(record));
  return published
    .filter((_, index) => (levels[index] ?? 0) - (levels[index - 1] ?? 0) > 1)
    .map(({ day, record }) => `subdomains leap on day ${day}: ${record}`);
}

function subdomainLevel(text: string): number {
  const record = readRecord(text);
  return record === null ? 0 : strictness(record.sp ?? record.p);
}

function subdomainsNotBack(run: WorldRun, { stepBack }: Outcome, sender: string): readonly string[] {
  if (stepBack === null) return ['never stepped back'];
  const before = run.published.findLast((it) => it.day < stepBack.day);
  const isOwnLower = readRecord(stepBack.record)?.p !== readRecord(before?.record ?? null)?.p;
  return [
    ...late(run, stepBack.day),
    ...(isOwnLower ? [`the domain itself went to ${stepBack.record}`] : []),
    ...enforcedOnSubdomains({ ...run, published: run.published.filter((it) => it.day >= stepBack.day) }),
    ...unnamed(run, sender, stepBack.why),
  ];
}

function notSilent({ published, replayed, world }: WorldRun): readonly string[] {
  const silent = replayed.holds.find((it) => it.reason === 'silent' && it.to === null);
  if (silent === undefined) return ['is not held as silent at the end'];
  const stop = world.reportsStopOn ?? 0;
  const since = (silent.from - startOfDay(world.start)) / DAY_MS;
  const moved = published.filter(({ day }) => day >= since).map(({ day }) => `moved on day ${day}`);
  return since <= stop + DAYS_TO_FALL_SILENT
    ? moved
    : [`silent since day ${since}, reports stopped on day ${stop}`, ...moved];
}

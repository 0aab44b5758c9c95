import { strictness } from '../core/record/policy.js';
import { networkOf } from '../core/source/network.js';
import { readRecord, type RecordAsRead } from './receiver-policy.js';
import type { Harm } from './receivers.js';
import type { Published, WorldRun } from './run-world.js';
import { stanceOn, type Sender, type Stance, type World } from './world.js';

/** A step back within so many days of the first bad day is in time. */
export const DAYS_TO_STEP_BACK = 4;

/** How it went with a world. Days are counted from its start. */
export interface Outcome {
  /** When `p=quarantine` and `p=reject` first stood in full; null: never. */
  readonly fullQuarantine: number | null;
  readonly fullReject: number | null;
  /** The first change to something weaker. */
  readonly stepBack: Published | null;
  /** When `p=reject` stood in full for the first time after that. */
  readonly fullRejectAgain: number | null;
  /** The last record that was published; null: it is as at first. */
  readonly last: Published | null;
  readonly hurt: Hurt;
}

/** Legitimate messages junked or refused, by whether the product could have spared them. */
export interface Hurt {
  readonly all: number;
  /** Through mailing lists: nobody can mend it, and it has a budget. */
  readonly lists: number;
  /** Broken on the way, by nobody's fault. */
  readonly transit: number;
  /** From the day on which a sender broke to the step back, if that was in time. */
  readonly beforeDetection: number;
  /** All else: there should be none. */
  readonly needless: number;
}

export function outcomeOf(run: WorldRun): Outcome {
  const { published, world } = run;
  const back = published.findIndex(({ record }, index) => isWeaker(record, published[index - 1]?.record));
  const stepBack = published[back] ?? null;
  const after = stepBack === null ? [] : published.slice(back);
  return {
    fullQuarantine: dayOfFull(published, 'quarantine'),
    fullReject: dayOfFull(published, 'reject'),
    stepBack,
    fullRejectAgain: dayOfFull(after, 'reject'),
    last: published.at(-1) ?? null,
    hurt: hurtIn(run.harm, daysToDetect(world, stepBack)),
  };
}

/** The first day on which a sender that was all right, or not there, is not aligned; null: there is none. */
export function firstBadDay({ senders }: World): number | null {
  const bad = senders.flatMap(({ stances }) =>
    stances.filter((it) => it.from > 0 && isBad(it.stance)).map((it) => it.from),
  );
  return bad.length === 0 ? null : Math.min(...bad);
}

/** What the product should call a sender whose mail fails. */
export function nameOf(sender: Sender): string {
  const failing = sender.stances.find((it) => isBad(it.stance)) ?? { stance: stanceOn(sender, 0) };
  return failing.stance.kind === 'as-itself' ? failing.stance.vendor : networkOf(sender.ips[0] ?? '');
}

function isBad({ kind }: Stance): boolean {
  return kind === 'broken' || kind === 'as-itself' || kind === 'nobody';
}

function dayOfFull(published: readonly Published[], policy: RecordAsRead['p']): number | null {
  return published.find(({ record }) => isFull(readRecord(record), policy))?.day ?? null;
}

function isFull(record: RecordAsRead | null, policy: RecordAsRead['p']): boolean {
  return record !== null && record.p === policy && record.pct === 100 && !record.testing;
}

function isWeaker(text: string, before: string | undefined): boolean {
  const [now, then] = [readRecord(text), readRecord(before ?? null)];
  if (now === null || then === null) return false;
  return (
    strictness(now.p) < strictness(then.p) || strictness(now.sp ?? now.p) < strictness(then.sp ?? then.p)
  );
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function daysToDetect(world: World, stepBack: Published | null): Span | null {
  const from = firstBadDay(world);
  if (from === null) return null;
  const latest = from + DAYS_TO_STEP_BACK;
  return { from, to: stepBack === null || stepBack.day < from ? latest : Math.min(stepBack.day, latest) };
}

function hurtIn(harm: readonly Harm[], undetected: Span | null): Hurt {
  const hurt = { all: 0, lists: 0, transit: 0, beforeDetection: 0, needless: 0 };
  for (const { day, junked, origin, refused } of harm) {
    const messages = junked + refused;
    hurt.all += messages;
    if (origin === 'list') hurt.lists += messages;
    else if (origin === 'transit') hurt.transit += messages;
    else if (undetected !== null && day >= undetected.from && day <= undetected.to)
      hurt.beforeDetection += messages;
    else hurt.needless += messages;
  }
  return hurt;
}

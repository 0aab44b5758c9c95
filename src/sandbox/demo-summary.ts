import { countText } from '../core/amount-text.js';
import type { Fate } from './demo-cast.js';
import type { Harm } from './receivers.js';

/** How a domain stands at the end. Days are days of the demo, from 0 on. */
export interface Outcome {
  readonly domain: string;
  readonly fate: Fate;
  readonly record: string | null;
  readonly phase: string;
  readonly why: string;
  readonly reachedReject: number | null;
  readonly brokeOn: number | null;
  readonly steppedBack: number | null;
  readonly harm: readonly Harm[];
  /** Names that the failing sender goes by, one of which must be told. */
  readonly culprits: readonly string[];
}

/** A day of the demo as people count it: the first is day 1. */
export function dayText(day: number): string {
  return `day ${day + 1}`;
}

/** Legitimate messages that receivers junked or refused. `unforeseen`: from the break until the day after the step back. */
export interface Hurt {
  readonly avoidable: number;
  readonly unforeseen: number;
}

/** A break is seen a day late at the soonest; after so many days it should have been. */
const DETECTED_WITHIN_DAYS = 7;

export function hurtOf({ harm, brokeOn }: Pick<Outcome, 'harm' | 'brokeOn'>): Hurt {
  const count = (days: readonly Harm[]): number =>
    days.reduce((sum, { junked, refused }) => sum + junked + refused, 0);
  const since = harm.filter(({ day }) => brokeOn !== null && day >= brokeOn);
  return { avoidable: count(harm) - count(since), unforeseen: count(since) };
}

/** What went otherwise than it should, a sentence each. */
export function shortcomings(outcome: Outcome): readonly string[] {
  const { domain } = outcome;
  const wrong = wrongFate(outcome).map((what) => `${domain} ${what}`);
  const { avoidable } = hurtOf(outcome);
  return avoidable === 0 ? wrong : [...wrong, `${domain} lost ${countText(avoidable, 'legitimate message')}`];
}

function wrongFate(outcome: Outcome): readonly string[] {
  const { fate, record, reachedReject, brokeOn, steppedBack } = outcome;
  switch (fate) {
    case 'reaches-reject':
      if (reachedReject === null) return [`never reached reject: ${outcome.why}`];
      return steppedBack === null ? [] : [`stepped back from reject on ${dayText(steppedBack)}`];
    case 'is-held': {
      const isHeld = /\bp=none\b/.test(record ?? '');
      const isNamed = outcome.culprits.some((name) => outcome.why.includes(name));
      return [
        ...(isHeld ? [] : [`was not held: ${record}`]),
        ...(isNamed ? [] : [`is held without its sender being named: ${outcome.why}`]),
      ];
    }
    case 'steps-back':
      if (reachedReject === null) return [`never reached reject: ${outcome.why}`];
      if (brokeOn === null) return ['had no time left to break'];
      if (steppedBack === null) return ['did not step back'];
      if (steppedBack < brokeOn) return ['stepped back before anything broke'];
      return steppedBack - brokeOn > DETECTED_WITHIN_DAYS
        ? [`needed ${countText(steppedBack - brokeOn, 'day')} to step back`]
        : [];
  }
  return [];
}

/** The table at the end, a line each. */
export function summaryLines(outcomes: readonly Outcome[]): readonly string[] {
  const rows = outcomes.map((outcome) => [outcome.domain, whatHappened(outcome), hurtText(hurtOf(outcome))]);
  const all = [['domain', 'what happened', 'legitimate mail hurt'], ...rows];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function whatHappened(outcome: Outcome): string {
  const { reachedReject, brokeOn, steppedBack, record } = outcome;
  const policy = (record ?? 'no record').replace(/^v=DMARC1;\s*/, '').replace(/;?\s*rua=.*$/, '');
  if (reachedReject === null) return `${outcome.phase} at ${policy}: ${outcome.why}`;
  const reached = `reject on ${dayText(reachedReject)}`;
  if (brokeOn === null) return reached;
  if (steppedBack === null) return `${reached}, broke on ${dayText(brokeOn)}, did not step back`;
  return `${reached}, broke on ${dayText(brokeOn)}, back to ${policy} ${countText(steppedBack - brokeOn, 'day')} later`;
}

function hurtText({ avoidable, unforeseen }: Hurt): string {
  return unforeseen === 0
    ? String(avoidable)
    : `${avoidable} (and ${unforeseen} between break and step back)`;
}

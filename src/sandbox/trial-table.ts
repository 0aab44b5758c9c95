import { DAY_MS, startOfDay } from '../core/instant.js';
import { LADDERS } from '../core/rollout/ladder.js';
import { judgeTrial } from './judge-trial.js';
import { readRecord } from './receiver-policy.js';
import { runWorld, type WorldRun } from './run-world.js';
import { situation } from './situations.js';
import type { Right, Trial } from './trials.js';
import { DAYS_TO_STEP_BACK, firstBadDay, outcomeOf } from './world-outcome.js';

/** What came of one trial in one world. */
export interface TrialResult {
  /** Words with days in them: `full reject on day`, 104. */
  readonly happened: readonly Happening[];
  readonly isRight: boolean;
  /** Legitimate messages: all of them, those junked or refused, and those of them that could have been spared. */
  readonly legitimate: number;
  readonly hurt: number;
  readonly needless: number;
}

interface Happening {
  readonly text: string;
  readonly days: number | null;
}

/** Runs a trial in the world of one seed. */
export function tryOnce({ situation: name, ladder, days, right }: Trial, seed: number): TrialResult {
  const run = runWorld(situation(name, seed), days, LADDERS[ladder]);
  const { hurt } = outcomeOf(run);
  return {
    happened: happenings(run),
    isRight: judgeTrial(right, run).length === 0,
    legitimate: run.legitimate,
    hurt: hurt.all,
    needless: hurt.needless,
  };
}

export const TABLE_HEAD: readonly string[] = [
  '| Situation | What is right | What happened | As is right | Legitimate mail hurt | Of that, needlessly |',
  '|---|---|---|---|---|---|',
];

/** A row of the table, in Markdown. */
export function tableRow(trial: Trial, results: readonly TrialResult[]): string {
  return row(trial.situation.replaceAll('-', ' '), rightText(trial.right), happenedText(results), results);
}

/** The sum over all of these. */
export function sumRow(title: string, results: readonly TrialResult[]): string {
  return row(`**${title}**`, '', `${results.length} worlds`, results);
}

function row(title: string, right: string, happened: string, results: readonly TrialResult[]): string {
  const sum = (count: (result: TrialResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const legitimate = sum((it) => it.legitimate);
  const cells = [
    title,
    right,
    happened,
    `${results.filter((it) => it.isRight).length} of ${results.length}`,
    shareText(
      sum((it) => it.hurt),
      legitimate,
    ),
    shareText(
      sum((it) => it.needless),
      legitimate,
    ),
  ];
  return `| ${cells.join(' | ')} |`;
}

function shareText(messages: number, all: number): string {
  return messages === 0 ? '0' : `${((messages / all) * 100).toFixed(3)} %`;
}

function rightText(right: Right): string {
  const back = `steps back within ${DAYS_TO_STEP_BACK} days`;
  switch (right.kind) {
    case 'rejects':
      return `full reject by day ${right.by}`;
    case 'quarantines':
      return `full quarantine by day ${right.by}`;
    case 'never-enforces':
      return 'never enforces';
    case 'steps-back':
      return back;
    case 'climbs-again':
      return `${back}, full reject again by day ${right.by}`;
    case 'spares-subdomains':
      return `full reject by day ${right.by}, with \`sp=none\``;
    case 'spares-subdomains-again':
      return `\`sp\` ${back}, full reject by day ${right.by}`;
    case 'subdomains-follow':
      return `full reject by day ${right.by}, subdomains a level at a time`;
    case 'holds-silent':
      return 'holds, and moves neither way';
  }
}

function happenings(run: WorldRun): readonly Happening[] {
  const outcome = outcomeOf(run);
  const { fullQuarantine, fullReject, fullRejectAgain, last, stepBack } = outcome;
  const bad = firstBadDay(run.world) ?? 0;
  const record = readRecord(last?.record ?? null);
  const found: readonly Happening[] = [
    { text: 'steps back after', days: stepBack === null ? null : stepBack.day - bad },
    { text: 'full reject on day', days: fullReject },
    { text: 'full reject again on day', days: fullReject === fullRejectAgain ? null : fullRejectAgain },
    {
      text: 'full quarantine on day',
      days: fullReject === null && stepBack === null ? fullQuarantine : null,
    },
    { text: 'holds as silent after', days: daysToSilence(run) },
  ];
  const dated = found.filter((it) => it.days !== null);
  const isBelow = record !== null && record.sp === 'none' && record.p !== 'none';
  const below = isBelow ? [{ text: 'with `sp=none`', days: null }] : [];
  if (dated.length > 0) return [...dated, ...below];
  return [{ text: last === null ? 'never enforces' : 'enforces in part', days: null }];
}

function daysToSilence({ replayed, world }: WorldRun): number | null {
  const silent = replayed.holds.find((it) => it.reason === 'silent' && it.to === null);
  if (silent === undefined || world.reportsStopOn === null) return null;
  return (silent.from - startOfDay(world.start)) / DAY_MS - world.reportsStopOn;
}

/** Worlds that went the same way are told of together. */
function happenedText(results: readonly TrialResult[]): string {
  const ways = new Map<string, TrialResult[]>();
  for (const result of results) {
    const way = result.happened.map((it) => it.text).join();
    ways.set(way, [...(ways.get(way) ?? []), result]);
  }
  const texts = [...ways.values()].map((alike) => {
    const counted = ways.size === 1 ? '' : ` (${alike.length} of ${results.length})`;
    return `${wayText(alike)}${counted}`;
  });
  return texts.join('; ');
}

function wayText(alike: readonly TrialResult[]): string {
  const [first] = alike;
  const parts = (first?.happened ?? []).map(({ text }, index) => {
    const days = alike.flatMap(({ happened }) => happened[index]?.days ?? []);
    if (days.length === 0) return text;
    const [least, most] = [Math.ceil(Math.min(...days)), Math.ceil(Math.max(...days))];
    const unit = text.endsWith('after') ? ' days' : '';
    return `${text} ${least === most ? least : `${least}–${most}`}${unit}`;
  });
  return parts.join(', ');
}

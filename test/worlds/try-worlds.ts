import { expect, it } from 'vitest';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import { judgeTrial } from '../../src/sandbox/judge-trial.js';
import { runWorld, type WorldRun } from '../../src/sandbox/run-world.js';
import { situation } from '../../src/sandbox/situations.js';
import type { Trial } from '../../src/sandbox/trials.js';
import { outcomeOf } from '../../src/sandbox/world-outcome.js';

/** Each trial is run over so many seeds: 2, or what WORLD_SEEDS says. */
const SEEDS = Array.from({ length: Number(process.env['WORLD_SEEDS'] ?? 2) }, (_, index) => index + 1);
/** A second of computing may take long beside other tests. */
const TIMEOUT_MS = 180_000;
/** Of all legitimate mail, what may be hurt apart from lists, broken transit and the days until a break is seen. */
const MOST_NEEDLESS_HARM = 0.0001;

/** Tells of each trial whether it went as is right, and of all of them how much mail was hurt. */
export function tryWorlds(trials: readonly Trial[]): void {
  const total = { needless: 0, legitimate: 0 };

  it.each(table(trials))(
    '%s',
    (_title, trial, seed) => {
      const run = runTrial(trial, seed);
      total.needless += outcomeOf(run).hurt.needless;
      total.legitimate += run.legitimate;
      expect(judgeTrial(trial.right, run)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('hardly any legitimate mail is hurt over all', () => {
    expect(total.needless).toBeLessThanOrEqual(total.legitimate * MOST_NEEDLESS_HARM);
  });
}

/** A gap that was closed must move to the other trials. */
export function tryGaps(trials: readonly Trial[]): void {
  it.fails.each(table(trials))(
    '%s',
    (_title, trial, seed) => {
      expect(judgeTrial(trial.right, runTrial(trial, seed))).toEqual([]);
    },
    TIMEOUT_MS,
  );
}

function table(trials: readonly Trial[]): [string, Trial, number][] {
  return trials.flatMap((trial) =>
    SEEDS.map((seed): [string, Trial, number] => [
      `${trial.situation} ${trial.right.kind} on ladder ${trial.ladder}, seed ${seed}`,
      trial,
      seed,
    ]),
  );
}

function runTrial({ situation: name, days, ladder }: Trial, seed: number): WorldRun {
  return runWorld(situation(name, seed), days, LADDERS[ladder]);
}

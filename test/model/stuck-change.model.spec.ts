import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/core/instant.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import { ROLLOUT_MODES } from '../../src/core/rollout/rollout.js';
import { NONE, NOW, QUARANTINE_10, QUARANTINE_25, reasonsOf } from '../builders/rollout.js';
import { POLICIES } from '../../src/core/record/policy.js';
import { BROKEN, GOOD, NEWS_BROKEN, NEWS_GOOD } from './change-stage.js';
import type { Trouble } from './troubled-provider.js';
import { THEIRS, Watched } from './watched-world.js';

/** Enough to find a slip soon; set it to thousands after a change to the path of a change. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 60);
const SEED = process.env['MODEL_RUNS'] === undefined ? { seed: 20_261_123 } : {};

interface Step {
  readonly label: string;
  readonly run: (world: Watched) => Promise<unknown>;
}

function step(label: string, run: (world: Watched) => Promise<unknown> | void): Step {
  return { label, run: async (world) => run(world), toString: () => label } as Step;
}

/** The first change is written at once, or waits for a person, for its provider, or for the end of its soak. */
const beginnings = fc.constantFrom(
  step('from the start', ({ stage }) => stage.evaluate()),
  step('supervised', async ({ stage }) => void (await stage.changeSettings({ mode: 'supervised' }))),
  step('young', ({ stage }) => {
    stage.rollout = { ...stage.rollout, windowStart: NOW - 10 * DAY_MS };
    return stage.evaluate();
  }),
  step('provider: away', ({ stage, provider }) => {
    provider.trouble = 'reads-fail';
    return stage.evaluate();
  }),
);
const passing = fc
  .constantFrom(1 / 4, 1, 3, 7, 26)
  .map((hours) => step(`${hours} hours`, (world) => world.pass(hours)));
const troubles = fc
  .record({
    trouble: fc.constantFrom<Trouble>(
      'none',
      'reads-fail',
      'refused',
      'limited',
      'lost',
      'unanswered',
      'queued',
      'dies-before',
      'dies-after',
    ),
    hours: fc.constantFrom(1 / 12, 1 / 2, 1, 30),
  })
  .map(({ trouble, hours }) =>
    step(`provider: ${trouble}, ${hours} h`, ({ provider }) => {
      provider.trouble = trouble;
      provider.delayMs = hours * HOUR_MS;
    }),
  );
const SAID: readonly (Observation | null)[] = [
  null,
  null,
  { kind: 'unknown', reason: 'ns3.shop.example: no answer in time' },
  { kind: 'disagree', texts: [NONE, QUARANTINE_10] },
  { kind: 'record', text: NONE, ttl: 300, others: [] },
];
const servers = fc
  .constantFrom(...SAID)
  .map((said) =>
    step(`servers: ${said?.kind ?? 'the truth'}`, (world) => void (world.zone.observation = said)),
  );
const weather = fc
  .constantFrom(
    { label: 'mail fails', cells: BROKEN },
    { label: 'mail passes', cells: GOOD },
    { label: 'mail passes, of a subdomain too', cells: [...GOOD, ...NEWS_GOOD] },
    { label: 'mail of a subdomain fails', cells: [...GOOD, ...NEWS_BROKEN] },
  )
  .map(({ label, cells }) =>
    step(label, async ({ stage }) => {
      stage.cells = cells;
      await stage.evaluate();
    }),
  );
const settings = fc
  .oneof(
    fc.record({ lastPolicy: fc.constantFrom(...POLICIES) }),
    fc.record({ mode: fc.constantFrom(...ROLLOUT_MODES) }),
  )
  .map((patch) => step(`settings: ${JSON.stringify(patch)}`, ({ stage }) => stage.changeSettings(patch)));
const approval = fc.constant(step('approve', ({ stage }) => stage.approve()));
const edits = fc
  .constantFrom([], [NONE], [QUARANTINE_10], [QUARANTINE_25], ...THEIRS.map((text) => [text]))
  .map((records) => step(`somebody writes ${records.join()}`, ({ provider }) => provider.edit(records)));
const note = '';
const commands = fc
  .constantFrom<Command>(
    { kind: 'pause', note },
    { kind: 'resume', note },
    { kind: 'promote', note },
    { kind: 'promote', note },
    { kind: 'reject', note },
    { kind: 'abort', target: 'stay', note },
    { kind: 'abort', target: 'stable', note },
    { kind: 'abort', target: 'none', note },
    { kind: 'retry', note },
    { kind: 'adopt', note },
    { kind: 'restore', note },
  )
  .map((command) => step(JSON.stringify(command), ({ stage }) => stage.command(command)));

const later = fc.array(
  fc.oneof(
    { arbitrary: passing, weight: 6 },
    { arbitrary: troubles, weight: 5 },
    { arbitrary: servers, weight: 2 },
    { arbitrary: weather, weight: 3 },
    { arbitrary: edits, weight: 2 },
    { arbitrary: commands, weight: 4 },
    { arbitrary: settings, weight: 2 },
    { arbitrary: approval, weight: 2 },
  ),
  { minLength: 4, maxLength: 24, size: 'max' },
);

const steps = fc.tuple(beginnings, later).map(([first, happenings]) => [first, ...happenings]);

/** While one of these stands, what is at the provider isn't ours to weaken. */
const NOT_OURS = ['drift', 'several-records', 'cname'];

function isOurs({ stage }: Watched): boolean {
  return !reasonsOf(stage.rollout).some((reason) => NOT_OURS.includes(reason));
}

/** A world to which all of that has happened. */
async function after(happenings: readonly Step[]): Promise<Watched> {
  const world = new Watched();
  for (const it of happenings) await it.run(world);
  return world;
}

describe('whatever happens on the way of a change', { timeout: 60_000 + RUNS * 2000 }, () => {
  it('nothing is written blindly, twice, or over a stranger’s text, and the history stays short', () =>
    fc.assert(
      fc.asyncProperty(steps, async (happenings) => {
        await after(happenings);
      }),
      { numRuns: RUNS, ...SEED },
    ));

  it('a step back that is needed is written within an hour once the provider is well', async () => {
    let [written, skipped] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, async (happenings) => {
        const world = await after(happenings);
        const { stage, provider, zone } = world;
        stage.cells = BROKEN;
        await stage.evaluate();
        await world.pass(1 / 4);
        provider.trouble = 'none';
        zone.observation = null;
        await stage.evaluate();
        await world.pass(1 + 1 / 30); // the sweep comes once a minute
        if (!isOurs(world)) return void (skipped += 1);
        written += 1;
        expect(world.policies()).toEqual(['none']);
      }),
      { numRuns: RUNS, ...SEED },
    );
    expect(written).toBeGreaterThan(skipped / 4);
  });

  const lateness = fc.constantFrom(0, 1 / 2, 1, 30);
  const targets = fc.constantFrom('stable', 'none');

  it('what an abort takes back stays down, though a write that was under way lands after it', () =>
    fc.assert(
      fc.asyncProperty(steps, lateness, targets, async (happenings, hours, target) => {
        const world = await after(happenings);
        const { stage, provider, zone } = world;
        provider.trouble = hours === 0 ? 'none' : 'queued';
        provider.delayMs = hours * HOUR_MS;
        await stage.command({ kind: 'promote', note });
        const highest = target === 'none' ? 0 : Math.min(stage.rollout.stableRung, stage.rollout.rung ?? 0);
        const asked = await stage.command({ kind: 'abort', target, note });
        expect(asked.kind, 'it is never refused').toBe('done');
        [provider.trouble, zone.observation, stage.cells] = ['none', null, GOOD];
        await stage.evaluate();
        if (!isOurs(world)) return; // a person is asked, and knows of it
        await world.pass(40);
        expect(isOurs(world) ? (stage.rollout.rung ?? 0) : 0).toBeLessThanOrEqual(highest);
        const isLowest = target === 'none' && isOurs(world);
        expect(isLowest ? world.policies() : ['none']).toEqual(['none']);
      }),
      { numRuns: RUNS, ...SEED },
    ));
});

import * as fc from 'fast-check';
import type { Answer, Fault, Weather } from './little-world.js';
import { DAY_MS } from '../../src/core/instant.js';
import { checkAsked } from './invariants.js';
import { checkClaim, checkRepeat } from './forgeries.js';
import type { LittleWorld } from './little-world.js';
import { FAIR } from './little-world.js';

/** One thing that happens to a domain. `label` is what a counter-example shows. */
export interface Step {
  readonly label: string;
  readonly run: (world: LittleWorld) => void;
}

function step(label: string, run: (world: LittleWorld) => void): Step {
  return { label, run, toString: () => label } as Step;
}

function constant(label: string, run: (world: LittleWorld) => void): fc.Arbitrary<Step> {
  return fc.constant(step(label, run));
}

const hours = fc.integer({ min: 1, max: 30 }).map((n) => step(`${n} hours`, (world) => world.pass(n)));
const days = fc.integer({ min: 1, max: 6 }).map((n) => step(`${n} days`, (world) => world.pass(24 * n)));
const month = constant('33 days', (world) => world.pass(24 * 33));

const weathers = fc
  .record<Weather>({
    own: fc.constantFrom('passes', 'passes', 'passes', 'passes', 'fails', 'half-fails', 'silent'),
    vendor: fc.constantFrom('silent', 'passes', 'passes', 'fails'),
    news: fc.constantFrom('silent', 'silent', 'passes', 'passes', 'fails'),
    abuse: fc.constantFrom(0, 3),
    reporters: fc.subarray([...FAIR.reporters], { minLength: 1 }),
  })
  .map((weather) => step(`weather ${JSON.stringify(weather)}`, (world) => (world.weather = weather)));
const fair = constant('fair weather', (world) => (world.weather = FAIR));

const jumps = fc.constantFrom(
  step('40 days without the service', (world) => world.setClock(world.now + 40 * DAY_MS, 'late')),
  step('40 days without the service, nor reports', (world) =>
    world.setClock(world.now + 40 * DAY_MS, 'lost'),
  ),
  step('the clock goes back by a day', (world) => world.setClock(world.now - DAY_MS, 'late')),
);
const forged = fc
  .constantFrom('good', 'bad')
  .map((word) => step(`a stranger claims that 90,000 are ${word}`, (world) => checkClaim(world, word)));
const again = constant('reports come again', (world) => checkRepeat(world));

export const FAULTS = [
  'read-fails',
  'refused',
  'applied-without-answer',
  'applied-later',
  'published-later',
  'never-published',
  'undone',
  'crash-before',
  'crash-after',
  'raced',
] as const satisfies readonly Fault[];
const faults = fc
  .constantFrom(...FAULTS)
  .map((fault) => step(`next write: ${fault}`, (world) => (world.fault = fault)));
const answers = fc
  .constantFrom<Answer>('unknown', 'cname', 'disagree')
  .map((answer) => step(`DNS: ${answer}`, (world) => (world.answer = answer)));
const truth = constant('DNS: truth', (world) => (world.answer = 'truth'));

const FOREIGN = [
  'v=DMARC1; p=none; rua=mailto:dmarc@shop.example',
  'v=DMARC1; p=quarantine; pct=33; rua=mailto:dmarc@shop.example; fo=1',
  'v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@shop.example',
  'v=DMARC1; p=reject',
  'v=DMARC1; p=',
];

const note = '';
const commands = fc
  .constantFrom(
    { kind: 'pause', note } as const,
    { kind: 'resume', note } as const,
    { kind: 'reject', note } as const,
    { kind: 'abort', target: 'stay', note } as const,
    { kind: 'retry', note } as const,
    { kind: 'adopt', note } as const,
    { kind: 'restore', note } as const,
    { kind: 'approve', planHash: 'stale', note } as const,
  )
  .map((command) => step(JSON.stringify(command), (world) => void world.command(command)));
const promote = constant('promote', (world) => {
  checkAsked(world, { kind: 'promote', note });
});
const abort = fc
  .constantFrom('stable' as const, 'none' as const)
  .map((target) => step(`abort to ${target}`, (world) => checkAsked(world, { kind: 'abort', target, note })));

const approve = constant('approve', (world) => {
  world.command({ kind: 'approve', planHash: world.rollout.change?.planHash ?? '', note });
});
/** A person comes and mends what is wrong, so that later steps find a rollout that moves. */
const calm = constant('all is mended', (world) => {
  world.weather = FAIR;
  world.answer = 'truth';
  if (world.records().length !== 1) world.edit(['other', FOREIGN[0] ?? '']);
  world.evaluate();
  world.command({ kind: 'adopt', note });
  world.command({ kind: 'resume', note });
  world.command({ kind: 'retry', note });
  world.command({ kind: 'approve', planHash: world.rollout.change?.planHash ?? '', note });
});

const edits = fc
  .constantFrom(...FOREIGN)
  .map((text) => step(`somebody writes ${text}`, (world) => world.edit(['other', text])));
const second = constant('somebody adds a second record', (world) =>
  world.edit([...world.values, FOREIGN[0] ?? '']),
);
const gone = constant('somebody deletes the record', (world) => world.edit(['other']));
const ours = constant('our record stands again', (world) => {
  world.edit(['other', world.rollout.record ?? FOREIGN[0] ?? '']);
  world.answer = 'truth';
});

const jobs = fc.constantFrom(
  step('apply', (world) => world.apply()),
  step('apply twice', (world) => {
    world.apply();
    world.apply();
  }),
  step('verify', (world) => world.verify()),
  step('evaluate twice', (world) => {
    world.evaluate();
    world.evaluate();
  }),
  step('sweep', (world) => world.sweep()),
);

export const steps = fc.array(
  fc.oneof(
    { arbitrary: hours, weight: 4 },
    { arbitrary: days, weight: 8 },
    { arbitrary: month, weight: 1 },
    { arbitrary: weathers, weight: 3 },
    { arbitrary: fair, weight: 4 },
    { arbitrary: jumps, weight: 1 },
    { arbitrary: forged, weight: 1 },
    { arbitrary: again, weight: 1 },
    { arbitrary: faults, weight: 4 },
    { arbitrary: answers, weight: 1 },
    { arbitrary: truth, weight: 2 },
    { arbitrary: commands, weight: 4 },
    { arbitrary: promote, weight: 3 },
    { arbitrary: abort, weight: 1 },
    { arbitrary: approve, weight: 3 },
    { arbitrary: calm, weight: 6 },
    { arbitrary: edits, weight: 1 },
    { arbitrary: second, weight: 1 },
    { arbitrary: gone, weight: 1 },
    { arbitrary: ours, weight: 2 },
    { arbitrary: jobs, weight: 2 },
  ),
  { minLength: 5, maxLength: 40, size: 'max' },
);

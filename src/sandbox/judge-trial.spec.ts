import { describe, expect, it } from 'vitest';
import { LADDERS } from '../core/rollout/ladder.js';
import { judgeTrial } from './judge-trial.js';
import type { Harm } from './receivers.js';
import { runWorld, type WorldRun } from './run-world.js';
import { situation, type Situation } from './situations.js';
import type { Right } from './trials.js';

/** A few days of a world, as if these records had been published. */
function run(
  name: Situation,
  published: readonly [number, string, string?][],
  harm: readonly Harm[] = [],
): WorldRun {
  const lived = runWorld(situation(name, 1, { breaksOn: 100 }), 3, LADDERS.gradual);
  const records = published.map(([day, tags, why = '']) => ({ day, record: `v=DMARC1; ${tags}`, why }));
  return { ...lived, published: records, harm, legitimate: 100_000 };
}

function harm(day: number, origin: Harm['origin'], refused: number): Harm {
  return { day, origin, name: 'somebody', junked: 0, refused };
}

const SHOP = 'sendwell.example fails';

describe('a world is judged', () => {
  it.each<readonly [string, Right, WorldRun]>([
    ['full reject in time', { kind: 'rejects', by: 110 }, run('healthy', [[104, 'p=reject']])],
    [
      'nothing enforced, and the sender named',
      { kind: 'never-enforces', because: 'crm' },
      named('crm fails'),
    ],
    [
      'back in time',
      { kind: 'steps-back', because: 'helpdesk' },
      run('new-tool', [
        [60, 'p=quarantine'],
        [firstDayOf('new-tool') + 2, 'p=none', SHOP],
      ]),
    ],
    [
      'subdomains spared',
      { kind: 'spares-subdomains', because: 'shop', by: 110 },
      run('broken-subdomain', [
        [30, 'p=quarantine; sp=none; pct=10; t=y', SHOP],
        [104, 'p=reject; sp=none'],
      ]),
    ],
    [
      'subdomains that follow',
      { kind: 'subdomains-follow', because: 'shop', by: 110 },
      run('subdomain-mended', [
        [30, 'p=quarantine; sp=none', SHOP],
        [90, 'p=reject; sp=quarantine'],
        [109, 'p=reject; sp=reject'],
      ]),
    ],
  ])('as right: %s', (_title, right, lived) => {
    expect(judgeTrial(right, lived)).toEqual([]);
  });

  it.each<readonly [string, Right, WorldRun, RegExp]>([
    [
      'no reject',
      { kind: 'rejects', by: 110 },
      run('healthy', [[60, 'p=quarantine']]),
      /never a full reject/,
    ],
    [
      'only a test of reject',
      { kind: 'rejects', by: 110 },
      run('healthy', [[60, 'p=reject; pct=25; t=y']]),
      /never/,
    ],
    ['too late', { kind: 'rejects', by: 103 }, run('healthy', [[104, 'p=reject']]), /on day 104/],
    [
      'subdomains left behind',
      { kind: 'rejects', by: 110 },
      run('healthy', [[104, 'p=reject; sp=none']]),
      /subdomains are left at none/,
    ],
    [
      'a step back without need',
      { kind: 'rejects', by: 110 },
      run('healthy', [
        [60, 'p=quarantine'],
        [70, 'p=none'],
        [104, 'p=reject'],
      ]),
      /stepped back on day 70/,
    ],
    [
      'something enforced',
      { kind: 'never-enforces', because: 'crm' },
      run('unaligned-sender', [[31, 'p=quarantine; pct=10; t=y']]),
      /published/,
    ],
    ['nobody named', { kind: 'never-enforces', because: 'crm' }, named('it is so'), /not named/],
    [
      'back too late',
      { kind: 'steps-back', because: 'helpdesk' },
      run('new-tool', [
        [60, 'p=quarantine'],
        [firstDayOf('new-tool') + 5, 'p=none', SHOP],
      ]),
      /after 5 days/,
    ],
    [
      'up again',
      { kind: 'steps-back', because: 'helpdesk' },
      run('new-tool', [
        [60, 'p=quarantine'],
        [firstDayOf('new-tool') + 2, 'p=none', SHOP],
        [firstDayOf('new-tool') + 9, 'p=quarantine'],
      ]),
      /went on/,
    ],
    [
      'subdomains touched',
      { kind: 'spares-subdomains', because: 'shop', by: 110 },
      run('broken-subdomain', [[104, 'p=reject', SHOP]]),
      /not sp=none/,
    ],
    [
      'a leap',
      { kind: 'subdomains-follow', because: 'shop', by: 110 },
      run('subdomain-mended', [
        [90, 'p=reject; sp=none', SHOP],
        [104, 'p=reject; sp=reject'],
      ]),
      /leap on day 104/,
    ],
    ['no hold', { kind: 'holds-silent' }, run('reports-stop', []), /not held as silent/],
    [
      'mail hurt',
      { kind: 'rejects', by: 110 },
      run('healthy', [[104, 'p=reject']], [harm(105, 'sender', 3), harm(105, 'list', 9)]),
      /^3 legitimate messages/,
    ],
    [
      'lists hurt beyond their budget',
      { kind: 'quarantines', by: 70 },
      run('mailing-lists', [[60, 'p=quarantine']], [harm(65, 'list', 1001)]),
      /lists lose 1001/,
    ],
  ])('as wrong: %s', (_title, right, lived, complaint) => {
    expect(judgeTrial(right, lived).join('\n')).toMatch(complaint);
  });
});

function named(why: string): WorldRun {
  const lived = run('unaligned-sender', []);
  const verdict = { ...lived.replayed.verdict, why: why.replace('crm', 'sendwell.example') };
  return { ...lived, replayed: { ...lived.replayed, verdict } };
}

function firstDayOf(name: Situation): number {
  const { senders } = situation(name, 1);
  return Math.max(...senders.flatMap(({ stances }) => stances.map((it) => it.from)));
}

import { NONE, NOW, aRollout } from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import { firstRecord, planChange } from './plan.js';
import type { PlanRequest } from './plan.js';
import { LADDERS } from './ladder.js';

const REQUEST: PlanRequest = {
  to: { rung: 1, sp: null },
  direction: 'strengthen',
  cause: 'evidence passed',
  byHand: false,
  needsApproval: false,
  before: NONE,
  ttl: null,
  fromRung: 0,
};

describe('a plan', () => {
  it.each([
    [NONE, 1, 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@shop.example'],
    [NONE, 4, 'v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example'],
    [
      ' v=DMARC1;rua=mailto:a@b.example ;p=none;sp=none; x=Y;',
      6,
      ' v=DMARC1;rua=mailto:a@b.example ;p=reject;sp=none; x=Y;',
    ],
    ['v=DMARC1; p=reject; pct=25; t=y; fo=1', 6, 'v=DMARC1; p=reject; fo=1'],
    ['v=DMARC1; p=reject; pct=25; t=y; fo=1', 0, 'v=DMARC1; p=none; fo=1'],
  ])('%j to rung %i touches nothing but the policy', (before, rung, after) => {
    expect(
      planChange(aRollout(), { ...REQUEST, before, to: { rung, sp: null }, fromRung: 5 }, NOW).after,
    ).toBe(after);
  });

  it.each([
    // On its own rung it says what the rung says, where that is less.
    [1, 1, null, 'v=DMARC1; p=quarantine; pct=20; t=y', 'v=DMARC1; p=quarantine; pct=10; t=y'],
    [1, 1, null, 'v=DMARC1; p=quarantine; pct=10', 'v=DMARC1; p=quarantine; t=y; pct=10'],
    [0, 0, null, 'v=DMARC1; p=quarantine; pct=5; t=y', 'v=DMARC1; p=none'],
    [6, 6, null, 'v=DMARC1; p=quarantine; pct=5', 'v=DMARC1; p=quarantine; pct=5'],
    [4, 4, null, 'v=DMARC1; p=quarantine; t=y', 'v=DMARC1; p=quarantine; t=y'],
    // np goes down with sp, and stays where nothing is said of subdomains.
    [4, 4, 'none', 'v=DMARC1; p=quarantine; np=reject', 'v=DMARC1; p=quarantine; sp=none; np=none'],
    [
      6,
      4,
      'quarantine',
      'v=DMARC1; p=reject; sp=reject; np=none',
      'v=DMARC1; p=quarantine; sp=quarantine; np=none',
    ],
    [4, 0, null, 'v=DMARC1; p=quarantine; np=reject', 'v=DMARC1; p=none; np=reject'],
  ] as const)(
    'going down from rung %i to %i, with sp=%s, takes away from %j: %j',
    (from, rung, sp, before, after) => {
      const request = { ...REQUEST, direction: 'weaken', before, to: { rung, sp }, fromRung: from } as const;
      expect(planChange(aRollout(), request, NOW).after).toBe(after);
    },
  );

  it.each([
    [
      'follows an sp that it is like',
      'v=DMARC1; p=quarantine; sp=none; np=none',
      'sp=quarantine; np=quarantine',
    ],
    [
      'stays where the owner asks for more',
      'v=DMARC1; p=quarantine; sp=none; np=reject',
      'sp=quarantine; np=reject',
    ],
  ])('going up, np %s', (_title, before, after) => {
    const request = { ...REQUEST, before, to: { rung: 4, sp: 'quarantine' }, fromRung: 4 } as const;
    expect(planChange(aRollout(), request, NOW).after).toBe(`v=DMARC1; p=quarantine; ${after}`);
  });

  it('its hash stands for what a person agrees to, not for when or why', () => {
    const hashOf = (rollout = aRollout(), patch: Partial<PlanRequest> = {}, now = NOW): string =>
      planChange(rollout, { ...REQUEST, ...patch }, now).planHash;
    expect(hashOf()).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf(aRollout({ version: 99 }), { cause: 'other words' }, NOW + 1)).toBe(hashOf());
    const others = [
      hashOf(aRollout({ domain: 'other.example' })),
      hashOf(aRollout(), { to: { rung: 2, sp: null } }),
      hashOf(aRollout(), { before: `${NONE};` }),
      hashOf(aRollout({ ladder: { ...LADDERS.gradual, name: 'mine' } })),
    ];
    expect(new Set([hashOf(), ...others]).size).toBe(5);
  });

  it('has an id of its own each time', () => {
    const ids = [NOW, NOW + 1].map((now) => planChange(aRollout(), REQUEST, now).id);
    expect(new Set(ids).size).toBe(2);
  });

  it('a rung that the ladder does not have is a broken contract', () => {
    expect(() => planChange(aRollout(), { ...REQUEST, to: { rung: 9, sp: null } }, NOW)).toThrow(RangeError);
  });
});

it('a domain without a record is told what to publish', () => {
  expect(firstRecord('dmarc@box.example')).toBe('v=DMARC1; p=none; rua=mailto:dmarc@box.example');
});

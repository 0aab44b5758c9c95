import { NONE, QUARANTINE_10, REJECT, aRollout } from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import { isComplete, isHeldBack, raised, spFor, standingTags, subdomainPolicy, tagsAt } from './footing.js';
import { LADDERS } from './ladder.js';
import type { Policy } from '../record/policy.js';
import type { Rollout } from './rollout.js';

const top = (record: string | null): Rollout => aRollout({ rung: 6, record });

describe('the policy of subdomains', () => {
  it.each<readonly [Rollout, Policy, boolean]>([
    [aRollout(), 'none', false],
    [aRollout({ record: null, rung: null }), 'none', false],
    [aRollout({ rung: 1, record: QUARANTINE_10 }), 'quarantine', false],
    [aRollout({ rung: 1, record: `${QUARANTINE_10}; sp=none` }), 'none', true],
    [aRollout({ rung: 1, record: `${QUARANTINE_10}; sp=reject` }), 'reject', false],
    [top(REJECT), 'reject', false],
    [top(`${REJECT}; sp=quarantine`), 'quarantine', true],
    [top(`${REJECT}; sp=reject`), 'reject', false],
  ])('$record: %s, held back: %s', (rollout, policy, held) => {
    expect([subdomainPolicy(rollout), isHeldBack(rollout)]).toEqual([policy, held]);
  });
});

describe('a rollout is complete', () => {
  it.each<readonly [string, Rollout, boolean]>([
    ['at its last rung', top(REJECT), true],
    ['not while its subdomains are held back', top(`${REJECT}; sp=none`), false],
    ['not below its last rung', aRollout(), false],
    ['not before its record is known', aRollout({ rung: null, record: null }), false],
    [
      "at its owner's last policy",
      aRollout({ rung: 4, record: 'v=DMARC1; p=quarantine', settings: { lastPolicy: 'quarantine' } }),
      true,
    ],
  ])('%s: %#', (_title, rollout, expected) => {
    expect(isComplete(rollout)).toBe(expected);
  });
});

describe('the sp to write', () => {
  it.each<readonly [string, string, Policy, Policy, Policy | null]>([
    ['none, where p says the same and there was none', NONE, 'quarantine', 'quarantine', null],
    ['one that holds back', NONE, 'quarantine', 'none', 'none'],
    ['one that stands there is kept in step', `${NONE}; sp=none`, 'quarantine', 'quarantine', 'quarantine'],
  ])('%s', (_title, record, p, wanted, expected) => {
    expect(spFor(aRollout({ record }), p, wanted)).toBe(expected);
  });

  it.each<readonly [Policy, Policy, Policy]>([
    ['none', 'reject', 'quarantine'],
    ['quarantine', 'reject', 'reject'],
    ['reject', 'reject', 'reject'],
    ['none', 'none', 'none'],
    ['quarantine', 'quarantine', 'quarantine'],
  ])('a level above %s, at most %s, is %s', (policy, limit, expected) => {
    expect(raised(policy, limit)).toBe(expected);
  });
});

describe('the tags of a record', () => {
  const rung = LADDERS.gradual.rungs[5] ?? LADDERS.gradual.rungs[0]!;

  it('keep the sp and np that stand there', () => {
    const rollout = aRollout({ record: `${NONE}; sp=none; np=reject` });
    expect(tagsAt(rollout, rung, null)).toEqual({ p: 'reject', pct: 25, t: 'y', sp: 'none', np: 'reject' });
  });

  it('take the sp of the footing', () => {
    expect(tagsAt(aRollout(), rung, 'quarantine')).toEqual({
      p: 'reject',
      pct: 25,
      t: 'y',
      sp: 'quarantine',
    });
  });

  it('need no record', () => {
    expect(tagsAt(aRollout({ record: null }), rung, null)).toEqual({ p: 'reject', pct: 25, t: 'y' });
  });

  it('take np down with sp', () => {
    const rollout = aRollout({ record: `${NONE}; np=reject` });
    expect(tagsAt(rollout, rung, 'none')).toMatchObject({ p: 'reject', sp: 'none', np: 'none' });
  });

  it('are its own where it was adopted and asks for more than its rung', () => {
    const record = 'v=DMARC1; p=quarantine; pct=5; np=reject';
    const own = { p: 'quarantine', pct: 5, np: 'reject' };
    expect(standingTags(aRollout({ record }))).toEqual(own);
    expect(standingTags(top(record))).toEqual({ p: 'reject', np: 'reject' });
  });

  it('are those of the rung on which it stands', () => {
    expect(standingTags(top(`${REJECT}; sp=none`))).toEqual({ p: 'reject', sp: 'none' });
  });
});

import { aRollout } from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import { matchRung, nextRung, rungBelow } from './rungs.js';
import { LADDERS } from './ladder.js';
import type { PolicyTags } from '../record/policy.js';

const { gradual, rfc9989, parked } = LADDERS;

describe('matchRung', () => {
  it.each<readonly [PolicyTags, number | null]>([
    [{ p: 'none' }, 0],
    [{ p: 'none', pct: 50, t: 'y' }, 0], // neither says anything about none
    [{ p: 'quarantine', pct: 10, t: 'y' }, 1],
    [{ p: 'quarantine', pct: 10 }, null],
    [{ p: 'quarantine', t: 'y' }, null],
    [{ p: 'quarantine', pct: 10, t: 'n' }, null],
    [{ p: 'quarantine' }, 4],
    [{ p: 'quarantine', pct: 100, t: 'n' }, 4],
    [{ p: 'quarantine', sp: 'none', np: 'reject' }, 4],
    [{ p: 'reject', pct: 25, t: 'y' }, 5],
    [{ p: 'reject' }, 6],
    [{ p: 'reject', pct: 50 }, null],
  ])('%j is rung %s of gradual', (tags, rung) => {
    expect(matchRung(gradual, tags)).toBe(rung);
  });
});

describe('rungBelow: no rung that asks for more than the record', () => {
  it.each<readonly [keyof typeof LADDERS, PolicyTags, number]>([
    ['gradual', { p: 'none' }, 0],
    ['gradual', { p: 'quarantine', pct: 0 }, 4], // new receivers read full quarantine
    ['gradual', { p: 'quarantine', pct: 30 }, 4],
    ['gradual', { p: 'quarantine', pct: 30, t: 'y' }, 2],
    ['gradual', { p: 'quarantine', pct: 5, t: 'y' }, 0],
    ['gradual', { p: 'quarantine', t: 'y' }, 4],
    ['gradual', { p: 'quarantine' }, 4],
    ['gradual', { p: 'reject', pct: 10, t: 'y' }, 4],
    ['gradual', { p: 'reject', t: 'y' }, 6], // old receivers read full reject
    ['gradual', { p: 'reject' }, 6],
    ['rfc9989', { p: 'reject', pct: 0, t: 'y' }, 3],
    ['parked', { p: 'quarantine' }, 0],
    ['parked', { p: 'reject' }, 1],
  ])('%s: %j stands on rung %i', (name, tags, rung) => {
    expect(rungBelow(LADDERS[name], tags)).toBe(rung);
  });
});

describe('nextRung', () => {
  it.each([
    [0, 'reject', 1],
    [6, 'reject', null],
    [3, 'quarantine', 4],
    [4, 'quarantine', null],
    [0, 'none', null],
    [null, 'reject', null],
  ] as const)('from rung %s with last policy %s: %s', (rung, lastPolicy, expected) => {
    expect(nextRung(aRollout({ rung, settings: { lastPolicy } }))?.index ?? null).toBe(expected);
  });

  it.each([gradual, rfc9989, parked])('each ladder ends at full reject: $name', (ladder) => {
    expect(ladder.rungs.at(-1)?.tags).toEqual({ p: 'reject' });
    const half = ladder.rungs.filter(({ tags }) => (tags.pct ?? 100) < 100 !== (tags.t === 'y'));
    expect(half, 'no pct below 100 without t=y, nor the other way round').toEqual([]);
  });
});

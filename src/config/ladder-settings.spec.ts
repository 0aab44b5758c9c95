import { describe, expect, it } from 'vitest';
import { LADDERS } from '../core/rollout/ladder.js';
import { lintRungs } from './ladder-settings.js';

describe('lintRungs', () => {
  it.each(Object.values(LADDERS))('finds nothing wrong with the built-in ladder $name', (ladder) => {
    expect(lintRungs(ladder.rungs.map((rung) => rung.tags))).toEqual([]);
  });

  it.each([
    ['no rung', [], /at least one/],
    ['pct without t', [{ p: 'none' }, { p: 'quarantine', pct: 10 }, { p: 'quarantine' }], /needs t: y/],
    ['t without pct', [{ p: 'none' }, { p: 'quarantine', t: 'y' }, { p: 'quarantine' }], /needs pct/],
    ['a last rung that is sampled', [{ p: 'none' }, { p: 'reject', pct: 50, t: 'y' }], /last rung/],
    ['a policy left while sampled', [{ p: 'quarantine', pct: 5, t: 'y' }, { p: 'reject' }], /must be full/],
    ['a weaker policy', [{ p: 'reject' }, { p: 'quarantine' }], /weaker/],
    [
      'a smaller share',
      [{ p: 'reject', pct: 50, t: 'y' }, { p: 'reject', pct: 25, t: 'y' }, { p: 'reject' }],
      /stronger/,
    ],
    ['the same rung twice', [{ p: 'none' }, { p: 'none' }], /stronger/],
    ['a sampled none', [{ p: 'none', pct: 0, t: 'y' }, { p: 'reject' }], /neither pct nor t/],
  ] as const)('refuses %s', (_, rungs, message) => {
    expect(
      lintRungs(rungs)
        .map((fault) => fault.message)
        .join('\n'),
    ).toMatch(message);
  });

  it('takes pct=100 and t=n for what they are: nothing said', () => {
    expect(lintRungs([{ p: 'none' }, { p: 'reject', pct: 100, t: 'n' }])).toEqual([]);
  });
});

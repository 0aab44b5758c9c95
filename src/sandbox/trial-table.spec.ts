import { describe, expect, it } from 'vitest';
import { sumRow, tableRow, tryOnce, type TrialResult } from './trial-table.js';
import type { Trial } from './trials.js';

const TRIAL: Trial = {
  situation: 'broken-subdomain',
  ladder: 'gradual',
  days: 9,
  right: { kind: 'rejects', by: 8 },
};

function result(text: string, days: number | null, rest: Partial<TrialResult> = {}): TrialResult {
  return { happened: [{ text, days }], isRight: true, legitimate: 1000, hurt: 0, needless: 0, ...rest };
}

describe('the table of worlds', () => {
  it('tells of worlds that went alike in one range of days', () => {
    const row = tableRow(TRIAL, [result('full reject on day', 104.5), result('full reject on day', 107)]);
    expect(row).toBe(
      '| broken subdomain | full reject by day 8 | full reject on day 105–107 | 2 of 2 | 0 | 0 |',
    );
  });

  it('counts those that went otherwise', () => {
    const wrong = result('never enforces', null, { isRight: false });
    const row = tableRow(TRIAL, [result('full reject on day', 104), wrong, wrong]);
    expect(row).toContain('| full reject on day 104 (1 of 3); never enforces (2 of 3) | 1 of 3 |');
  });

  it('sums up over all', () => {
    const row = sumRow('all', [result('a', 1, { hurt: 30, needless: 1 }), result('b', 2)]);
    expect(row).toBe('| **all** |  | 2 worlds | 2 of 2 | 1.500 % | 0.050 % |');
  });

  it('says what happened in a world', () => {
    const { happened, isRight, legitimate } = tryOnce(TRIAL, 1);
    expect(happened).toEqual([{ text: 'never enforces', days: null }]);
    expect(isRight).toBe(false);
    expect(legitimate).toBeGreaterThan(1000);
  });
});

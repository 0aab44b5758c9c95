import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  REJECT,
  aChange,
  aRollout,
} from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import { forgetLate, overWhatStands, withoutChange } from './in-flight.js';
import type { Change, Rollout } from './rollout.js';
import { prepareWrite } from './write-change.js';

const FOREIGN = 'v=DMARC1; p=quarantine; pct=33; rua=mailto:dmarc@shop.example';

/** Takes back a step from pct=10 to pct=25 that was written and never seen. */
function steppingBack(patch: Partial<Change> = {}): Rollout {
  const change = aChange({
    direction: 'weaken',
    fromRung: 2,
    toRung: 0,
    before: QUARANTINE_25,
    after: NONE,
    ...patch,
  });
  const late = [{ text: QUARANTINE_25, rung: 2 }];
  return aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10, late, change });
}

describe('a step back from a strengthening that may not stand', () => {
  it.each<readonly [string, Partial<Change>, string, Partial<Change>]>([
    ['it does: as planned', {}, QUARANTINE_25, { before: QUARANTINE_25, after: NONE, fromRung: 2 }],
    [
      'it does not: from the record before',
      {},
      QUARANTINE_10,
      { before: QUARANTINE_10, after: NONE, fromRung: 1 },
    ],
    [
      'of sp alone: never raises p',
      { toRung: 2, after: `${QUARANTINE_25}; sp=none` },
      QUARANTINE_10,
      { before: QUARANTINE_10, after: withSp(QUARANTINE_10), fromRung: 1, toRung: 1 },
    ],
    [
      'nothing is left to take away',
      { toRung: 2, after: QUARANTINE_25.replace('25', '20') },
      QUARANTINE_10,
      { before: QUARANTINE_10, after: QUARANTINE_10, fromRung: 1, toRung: 1 },
    ],
    ['a foreign text: left to the comparison', {}, FOREIGN, { before: QUARANTINE_25, after: NONE }],
  ])('%s', (_title, patch, live, expected) => {
    expect(overWhatStands(steppingBack(patch), live, NOW).change).toMatchObject(expected);
  });

  it('leaves a strengthening as it was planned', () => {
    const rollout = aRollout({ change: aChange(), late: [{ text: REJECT, rung: 6 }] });
    expect(overWhatStands(rollout, REJECT, NOW)).toBe(rollout);
  });
});

describe('writing it', () => {
  const step = (rollout: Rollout, text: string): ReturnType<typeof prepareWrite> =>
    prepareWrite(rollout, { values: [text], ttl: 300 }, NOW);

  it.each([QUARANTINE_10, QUARANTINE_25])('is done over either text: %s', (text) => {
    const prepared = step(steppingBack(), text);
    expect(prepared).toMatchObject({ kind: 'write', next: { values: [NONE] } });
    expect(prepared.kind === 'write' && prepared.draft.rollout.change).toMatchObject({
      stage: 'intended',
      before: text,
      after: NONE,
    });
  });

  it('is not needed where its text stands already', () => {
    const change = aChange({
      direction: 'weaken',
      fromRung: 1,
      toRung: 0,
      before: QUARANTINE_10,
      after: NONE,
    });
    const rollout = aRollout({ change, late: [{ text: QUARANTINE_10, rung: 1 }] });
    const prepared = step(rollout, NONE);
    expect(prepared).toMatchObject({
      kind: 'store',
      draft: { rollout: { holds: [], change: { stage: 'written' } } },
    });
  });

  it('is not done over a foreign text', () => {
    const prepared = step(steppingBack(), FOREIGN);
    expect(prepared).toMatchObject({
      kind: 'store',
      draft: { rollout: { change: null, holds: [{ reason: 'drift' }] } },
    });
  });

  it('a strengthening waits until the servers show what landed late at the provider', () => {
    const rollout = aRollout({
      change: aChange({ after: QUARANTINE_25, toRung: 2 }),
      late: [{ text: QUARANTINE_10, rung: 1 }],
    });
    expect(step(rollout, QUARANTINE_10)).toMatchObject({
      kind: 'store',
      draft: { rollout: { change: { stage: 'approved' }, holds: [{ reason: 'provider-error' }] } },
    });
  });
});

describe('a change that is given up', () => {
  it.each<readonly [string, Partial<Change>, number]>([
    ['never tried: leaves nothing', {}, 0],
    ['tried: may take effect late', { attempts: 1 }, 1],
    ['its text is the record already', { attempts: 1, after: NONE }, 0],
  ])('%s', (_title, patch, count) => {
    expect(withoutChange(aRollout({ change: aChange(patch) }), NOW).late).toHaveLength(count);
  });

  const HOUR = 3_600_000;
  it.each<readonly [string, Partial<Change>, number]>([
    ['the old TTL and an hour', { ttl: 300 }, 300_000 + HOUR],
    ['an hour more where there was no record', { ttl: null }, 2 * HOUR],
    ['a week and an hour at the most', { ttl: 2_000_000_000 }, 7 * 24 * HOUR + HOUR],
    ['a week more where a person was to publish it', { ttl: 300, publisher: 'person' }, 300_000 + 168 * HOUR],
  ])('its text is remembered for %s', (_title, patch, milliseconds) => {
    const rollout = aRollout({ change: aChange({ attempts: 1, ...patch }) });
    expect(withoutChange(rollout, NOW).late).toEqual([
      { text: QUARANTINE_10, rung: 1, until: NOW + milliseconds },
    ]);
  });

  it('only the latest four are remembered', () => {
    const late = [1, 2, 3, 4].map((rung) => ({ text: `text ${rung}`, rung }));
    const rollout = aRollout({ late, change: aChange({ attempts: 1 }) });
    expect(withoutChange(rollout, NOW).late?.map((it) => it.rung)).toEqual([2, 3, 4, 1]);
  });
});

describe('a remembered text', () => {
  const late = [{ text: QUARANTINE_25, rung: 2, until: NOW }];

  it.each([
    [NOW - 1, 1],
    [NOW, 0],
  ])('is forgotten when its time is up', (now, count) => {
    expect(forgetLate(aRollout({ late }), now).late).toHaveLength(count);
  });

  it.each([
    ['approved', 1],
    ['written', 1],
    ['verified', 0],
  ] as const)('is kept while a step back takes it away: %s', (stage, count) => {
    const rollout = { ...steppingBack({ stage }), late };
    expect(forgetLate(rollout, NOW + 1).late).toHaveLength(count);
  });

  it('that was stored without its time has it from the first look on', () => {
    const old = JSON.parse(JSON.stringify(aRollout({ late: [{ text: QUARANTINE_10, rung: 1 }] }))) as Rollout;
    const dated = forgetLate(old, NOW);
    expect(dated.late).toEqual([{ text: QUARANTINE_10, rung: 1, until: NOW + 7_200_000 }]);
    expect(forgetLate(dated, NOW + 60_000), 'and no new one').toBe(dated);
    expect(forgetLate(dated, NOW + 7_200_000).late).toEqual([]);
  });

  it('nothing is made anew where nothing is remembered', () => {
    const rollout = aRollout();
    expect(forgetLate(rollout, NOW)).toBe(rollout);
  });
});

function withSp(text: string): string {
  return text.replace('p=quarantine;', 'p=quarantine; sp=none;');
}

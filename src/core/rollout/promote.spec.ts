import { describe, expect, it } from 'vitest';
import { aCondition, aRollout, aVerdict, NOW, observed, NONE } from '../../../test/builders/rollout.js';
import { carryOut } from './carry-out.js';
import type { Verdict } from './verdict.js';

function promote(verdict?: Verdict | null) {
  const context = { now: NOW, actor: 'ann', observed: observed(NONE) };
  return carryOut(
    aRollout(),
    { kind: 'promote', note: 'now' },
    verdict === undefined ? context : { ...context, verdict },
  );
}

describe('a promotion, by what the evidence said last', () => {
  const condition = aCondition({ name: 'worst-source', satisfied: false });
  const harmful = aVerdict({ kind: 'fail', why: 'worst-source: ERP passes 40 %', conditions: [condition] });

  it('is refused where mail would be hurt, with what to do', () => {
    expect(promote(harmful)).toEqual({
      kind: 'refused',
      reason:
        'it would hurt legitimate mail: worst-source: ERP passes 40 %. Make that mail pass, or say whose it is (the sources of the domain), and promote again',
    });
  });

  it.each<readonly [string, Verdict | null | undefined]>([
    ['nothing was evaluated yet', null],
    ['nobody says what was', undefined],
    ['it passed', aVerdict()],
    ['it can’t be told yet', aVerdict({ kind: 'inconclusive', next: null })],
    ['DNS could not be read', aVerdict({ kind: 'error', next: null })],
  ])('is planned where %s', (_title, verdict) => {
    expect(promote(verdict)).toMatchObject({ rollout: { change: { byHand: true, stage: 'planned' } } });
  });
});

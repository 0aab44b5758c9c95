import { NONE, REJECT, aChange, aRollout } from '../../../test/builders/rollout.js';
import { aSource, anAssessment } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { AssessedSource } from '../evidence/assessment.js';
import type { Footing } from './footing.js';
import type { Change } from './rollout.js';
import { stepBack } from './step-back.js';

const TOP = aRollout({ rung: 6, record: REJECT });
const BROKEN = { days: 2, messages: 400, failing: 380, failingReporters: 2, reporterShare: 0.7 };
const UNKNOWN = { class: 'unknown', id: 'domain:new.example', name: 'new.example' } as const;

function target(source: AssessedSource, rollout = TOP): number | null {
  return stepBack(rollout, anAssessment({ sources: [aSource(), source] }))?.to.rung ?? null;
}

describe('a step back', () => {
  it.each<readonly [string, Parameters<typeof aSource>[0], number | null]>([
    ['an authorized source that begins to fail', { recent: BROKEN }, 0],
    ['… on its first day already', { recent: { ...BROKEN, days: 1 } }, 0],
    ['nothing fails lately', { state: 'failing', failingPerWeek: 90, recent: {} }, null],
    ['one reporter alone says so', { recent: { ...BROKEN, failingReporters: 1, reporterShare: 0.5 } }, null],
    [
      'one reporter that sees most of it says so',
      { recent: { ...BROKEN, failingReporters: 1, reporterShare: 0.51 } },
      0,
    ],
    ['a few messages fail of many', { recent: { ...BROKEN, messages: 5000, failing: 40 } }, null],
    ['a handful of messages, all failing', { recent: { ...BROKEN, days: 5, messages: 2, failing: 2 } }, null],
    [
      'a hostile source, however loud',
      { class: 'hostile', recent: { ...BROKEN, messages: 900_000, failing: 900_000 } },
      null,
    ],
    ['a mailing list that breaks more than before', { class: 'forwarder', recent: BROKEN }, null],
    ['a new sender on its first day', { ...UNKNOWN, recent: { ...BROKEN, days: 1 } }, null],
    ['a new sender on its second day', { ...UNKNOWN, recent: BROKEN }, 0],
    [
      'a new sender that one reporter alone sees, however much of it',
      { ...UNKNOWN, recent: { ...BROKEN, failingReporters: 1, reporterShare: 1 } },
      null,
    ],
  ])('%s', (_title, source, expected) => {
    expect(target(aSource(source))).toBe(expected);
  });

  it.each<readonly [string, Partial<Change>, number | null]>([
    ['approved: nothing is on its way yet', { stage: 'approved' }, null],
    ['intended: it may stand', { stage: 'intended', attempts: 1 }, 0],
    ['written, and seen by some', { stage: 'written', attempts: 1 }, 0],
  ])('from a strengthening that is %s', (_title, patch, expected) => {
    const rollout = aRollout({ change: aChange(patch) });
    expect(target(aSource({ recent: BROKEN }), rollout)).toBe(expected);
  });

  it('from an sp that was written and is not seen everywhere', () => {
    const record = `${REJECT}; sp=none`;
    const after = `${REJECT}; sp=quarantine`;
    const change = aChange({ stage: 'written', attempts: 1, fromRung: 6, toRung: 6, before: record, after });
    const news = aSource({ recent: BROKEN, headerFrom: 'news.shop.example' });
    const back = stepBack(aRollout({ rung: 6, record, change }), anAssessment({ sources: [news] }));
    expect(back?.to).toEqual({ rung: 6, sp: 'none' });
  });

  it('names the sources', () => {
    const back = stepBack(TOP, anAssessment({ sources: [aSource({ ...UNKNOWN, recent: BROKEN })] }));
    expect(back?.why).toBe('legitimate mail has begun to fail: new.example');
  });

  it.each([null, 0])('there is nothing below rung %s', (rung) => {
    expect(target(aSource({ recent: BROKEN }), aRollout({ rung }))).toBeNull();
  });

  it('a large domain tolerates a thousandth', () => {
    const source = aSource({ recent: { ...BROKEN, messages: 500, failing: 100 } });
    const assessment = anAssessment({ legitimatePerWeek: 1_000_000, sources: [source] });
    expect(stepBack(TOP, assessment)).toBeNull();
  });
});

describe('where it leads', () => {
  const apex = aSource({ recent: BROKEN });
  const news = aSource({ recent: BROKEN, headerFrom: 'news.shop.example' });

  it.each<readonly [string, string, readonly AssessedSource[], Footing | null]>([
    ['the domain: to the strongest rung of none', REJECT, [apex], { rung: 0, sp: null }],
    ['a subdomain: sp alone', REJECT, [news], { rung: 6, sp: 'none' }],
    ['both: p and sp', REJECT, [apex, news], { rung: 0, sp: null }],
    ['the domain, beside an sp: both', `${REJECT}; sp=reject`, [apex], { rung: 0, sp: 'none' }],
    ['a subdomain at an sp of its own: to none', `${REJECT}; sp=quarantine`, [news], { rung: 6, sp: 'none' }],
    ['both, where there is an sp', `${REJECT}; sp=reject`, [apex, news], { rung: 0, sp: 'none' }],
    ['a subdomain that sp spares: nothing', `${REJECT}; sp=none`, [news], null],
    ['the domain, while sp spares its subdomains', `${REJECT}; sp=none`, [apex], { rung: 0, sp: 'none' }],
  ])('%s', (_title, record, failing, to) => {
    const rollout = aRollout({ rung: 6, record });
    expect(stepBack(rollout, anAssessment({ sources: [aSource(), ...failing] }))?.to ?? null).toEqual(to);
  });

  it("an owner's stricter sp is taken back though the domain itself stands at none", () => {
    const rollout = aRollout({ rung: 0, record: `${NONE}; sp=reject` });
    expect(stepBack(rollout, anAssessment({ sources: [aSource(), news] }))?.to).toEqual({
      rung: 0,
      sp: 'none',
    });
  });
});

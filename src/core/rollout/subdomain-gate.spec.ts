import { NONE, NOW, QUARANTINE_10, REJECT, aRollout } from '../../../test/builders/rollout.js';
import { aSource, anAssessment } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { currentRung, nextRung } from './rungs.js';
import type { Assessment } from '../evidence/assessment.js';
import type { Rollout } from './rollout.js';
import { judgeSubdomains } from './subdomain-gate.js';
import type { Subdomains } from './subdomain-gate.js';

const NEWS = { id: 'host:192.0.2.0/24@news.shop.example', headerFrom: 'news.shop.example' } as const;
const FAILING = { ...NEWS, state: 'failing', failingPerWeek: 40, lastFailing: '2026-03-09' } as const;

function judged(rollout: Rollout, patch: Partial<Assessment> = {}): Subdomains {
  const rung = currentRung(rollout);
  const view = {
    rollout,
    assessment: anAssessment(patch),
    rung,
    next: nextRung(rollout)?.rung ?? rung,
    now: NOW,
  };
  return judgeSubdomains(view);
}

describe('subdomains in step with their domain', () => {
  it('without mail of their own go where it goes, and nothing is asked', () => {
    expect(judged(aRollout())).toEqual({ policy: 'quarantine', why: null, conditions: [] });
  });

  it.each<readonly [string, Parameters<typeof aSource>[0], Subdomains['policy'], string | null]>([
    ['mail that passes', NEWS, 'quarantine', null],
    [
      'a broken server',
      FAILING,
      'none',
      'subdomain-worst-source: 192.0.2.0/24 (40 failing a week, last failing 2026-03-09)',
    ],
    [
      'a sender that nobody knows',
      { ...FAILING, class: 'unknown' },
      'none',
      'subdomain-unknown-sources: 192.0.2.0/24 (40 a week)',
    ],
    ['one that was mended', { ...NEWS, class: 'unknown', state: 'fixed' }, 'quarantine', null],
    [
      'one that nothing is proved of',
      { ...NEWS, passRateAtLeast: 0.8, failingPerWeekAtMost: 9 },
      'none',
      'subdomain-worst-source: 192.0.2.0/24 (0 failing a week)',
    ],
    [
      'lists that break too much',
      { ...FAILING, class: 'forwarder' },
      'none',
      'subdomain-forwarder-budget: 40 messages a week',
    ],
    ['abuse', { ...FAILING, class: 'hostile' }, 'quarantine', null],
  ])('%s', (_title, source, policy, why) => {
    expect(judged(aRollout(), { sources: [aSource(), aSource(source)] })).toMatchObject({ policy, why });
  });

  it('what the domain itself sends is no matter here', () => {
    const own = aSource({ state: 'failing', failingPerWeek: 900 });
    expect(judged(aRollout(), { sources: [own, aSource(NEWS)] }).policy).toBe('quarantine');
  });

  it("an owner's stricter word is kept, whatever fails", () => {
    const rollout = aRollout({ record: `${NONE}; sp=reject` });
    expect(judged(rollout).policy).toBe('reject');
    expect(judged(rollout, { sources: [aSource(), aSource(FAILING)] }).policy).toBe('reject');
  });
});

describe('subdomains that are held back', () => {
  const behind = aRollout({ rung: 1, record: `${QUARANTINE_10}; sp=none` });
  const last = aRollout({ rung: 6, record: `${REJECT}; sp=quarantine` });

  it.each<readonly [string, Rollout, number, Subdomains['policy']]>([
    ['stay through the soak of their own level', behind, 29, 'none'],
    ['go up a level after it', behind, 30, 'quarantine'],
    ['… and to the top', last, 30, 'reject'],
    ['… each after a soak', last, 29, 'quarantine'],
  ])('%s', (_title, rollout, closedDays, policy) => {
    expect(judged(rollout, { closedDays, sources: [aSource(), aSource(NEWS)] }).policy).toBe(policy);
  });

  it('go up though nobody sends from them any more', () => {
    expect(judged(last, { closedDays: 30 }).policy).toBe('reject');
  });

  it('say when at the earliest', () => {
    const { conditions } = judged(last, { closedDays: 3, from: '2026-03-01' });
    expect(conditions.at(-1)).toMatchObject({
      name: 'subdomain-soak',
      satisfied: false,
      earliest: Date.parse('2026-03-31T00:00:00Z'),
    });
  });

  it('go no further than the domain itself', () => {
    const rollout = aRollout({ ...behind, settings: { lastPolicy: 'quarantine' } });
    expect(judged(rollout, { closedDays: 99 }).policy).toBe('quarantine');
  });
});

import { describe, expect, it } from 'vitest';
import { aSource, anAssessment } from '../../../test/builders/evidence.js';
import { aRollout, NOW } from '../../../test/builders/rollout.js';
import { judge } from './gate.js';
import { renderPlanText } from './render-plan.js';
import { planView } from './plan-view.js';

const VENDOR = {
  id: 'domain:vendor.example',
  name: 'vendor.example',
  state: 'failing',
  failingPerWeek: 12.34,
  lastFailing: '2026-03-09',
} as const;
const REPORTER = {
  reporter: 'a.example',
  known: false,
  messages: 600,
  lastDay: '2026-03-12',
  missing: false,
  late: false,
};

/** As the command line and the verdict put it. */
function sentence(name: string, assessment: ReturnType<typeof anAssessment>): string {
  const found = judge(aRollout(), assessment, NOW).conditions.find((it) => it.name === name);
  return `${found?.actual}, needs ${found?.required}`;
}

describe('the conditions of the gate, for people', () => {
  it('say what is needed of reporters', () => {
    const others = { ...REPORTER, reporter: 'b.example', messages: 400 };
    expect(sentence('on-time', anAssessment({ reporters: [{ ...REPORTER, late: true }, others] }))).toBe(
      'reporters of 60 % of mail are late, needs reporters of at least 50 % of mail on time',
    );
    expect(sentence('coverage', anAssessment({ reporters: [{ ...REPORTER, missing: true }, others] }))).toBe(
      'a.example stopped (60 % of mail), needs reporters of at least 80 % of mail',
    );
  });

  it('count one day as one', () => {
    const young = anAssessment({ closedDays: 1, legitimate: 1 });
    expect(sentence('soak', young)).toBe('1 closed day, needs 30 closed days');
    expect(sentence('sample', young)).toMatch(/^1 legitimate message in 1 closed day, needs /);
  });

  it('and the plan show the messages of a source as the same number', () => {
    const sources = [aSource({ ...VENDOR, class: 'authorized' })];
    const unknown = [aSource({ ...VENDOR, class: 'unknown' })];
    const provider = { name: 'main', type: 'manual', compares: false };
    const basis = { recordName: '_dmarc.shop.example', verdict: null, sources, provider, now: NOW };
    const view = planView(aRollout(), basis);
    const texts = [
      sentence('worst-source', anAssessment({ sources })),
      sentence('expected-harm', anAssessment({ sources })),
      sentence('unknown-sources', anAssessment({ sources: unknown })),
      ...(view === null ? [] : renderPlanText(view).filter((line) => line.startsWith('worst case'))),
    ];
    expect(texts).toEqual([
      expect.stringContaining('vendor.example (12.3 failing a week'),
      expect.stringMatching(/^12\.3 legitimate messages a week, 12\.3 of them from sources that fail/),
      expect.stringContaining('vendor.example (12.3 a week)'),
      'worst case: 12.3 legitimate messages a week, all from your own senders',
    ]);
  });
});

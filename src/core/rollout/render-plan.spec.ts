import { describe, expect, it } from 'vitest';
import { aSource } from '../../../test/builders/evidence.js';
import { aChange, aRollout, NONE, NOW, QUARANTINE_10 } from '../../../test/builders/rollout.js';
import { planChange } from './plan.js';
import { changedTags, planView } from './plan-view.js';
import type { PlanBasis, PlanView } from './plan-view.js';
import { harmText, renderPlanMarkdown, renderPlanText } from './render-plan.js';
import type { Rollout } from './rollout.js';

const BASIS: PlanBasis = {
  recordName: '_dmarc.shop.example',
  verdict: null,
  sources: [
    aSource({ class: 'forwarder', failingPerWeek: 2.25 }),
    aSource({ class: 'hostile', failingPerWeek: 9000 }),
  ],
  provider: { name: 'main', type: 'cloudflare', compares: false },
  now: NOW,
};

function viewOf(rollout: Rollout, patch: Partial<PlanBasis> = {}): PlanView {
  const view = planView(rollout, { ...BASIS, ...patch });
  if (view === null) throw new Error('nothing is planned');
  return view;
}

const SITUATIONS = {
  preview: viewOf(aRollout()),
  'wants-approval': viewOf(
    aRollout({ change: aChange({ stage: 'planned', needsApproval: true, planHash: 'f'.repeat(64) }) }),
    { provider: { name: 'bind', type: 'rfc2136', compares: true } },
  ),
  'step-back': viewOf(
    aRollout({
      rung: 1,
      record: QUARANTINE_10,
      change: aChange({ direction: 'weaken', before: QUARANTINE_10, after: NONE, fromRung: 1, toRung: 0 }),
    }),
  ),
  'foreign-rua': viewOf(
    aRollout({ record: 'v=DMARC1; p=none; rua=mailto:d@vendor.example,mailto:shop@other_vendor.example' }),
  ),
  'odd-record': viewOf(
    aRollout({
      change: aChange({
        before: 'v=DMARC1;p=none;x=`a|b`*_[c](d)<e>',
        after: 'v=DMARC1;p=reject;x=`a|b`*_[c](d)<e>',
      }),
    }),
  ),
};

describe('the plan for people', () => {
  it.each(Object.entries(SITUATIONS))('in text and Markdown: %s', async (name, view) => {
    const folder = '../../../test/fixtures/plans';
    await expect(`${renderPlanText(view).join('\n')}\n`).toMatchFileSnapshot(`${folder}/${name}.txt`);
    await expect(`${renderPlanMarkdown(view)}\n`).toMatchFileSnapshot(`${folder}/${name}.md`);
  });

  it('a preview has the hash that the plan will have', () => {
    const rollout = aRollout();
    const request = { byHand: false, needsApproval: false, before: NONE, ttl: null, fromRung: 0 } as const;
    const to = { rung: 1, sp: null };
    const planned = planChange(
      rollout,
      { ...request, to, direction: 'strengthen', cause: 'passed' },
      NOW + 5,
    );
    expect(viewOf(rollout).planHash).toBe(planned.planHash);
  });

  it('there is none at the top, and none before the record was read', () => {
    expect(planView(aRollout({ rung: 6, record: 'v=DMARC1; p=reject' }), BASIS)).toBeNull();
    expect(planView(aRollout({ rung: null, record: null }), BASIS)).toBeNull();
  });

  it('names every tag that changes and no other', () => {
    expect(changedTags('v=DMARC1; p=none; pct=5; fo=1', 'v=DMARC1; p=reject; t=y; fo=1')).toEqual([
      { tag: 'p', before: 'none', after: 'reject' },
      { tag: 't', before: null, after: 'y' },
      { tag: 'pct', before: '5', after: null },
    ]);
  });

  it.each([
    [{ authorized: 0, forwarder: 0, unknown: 0 }, 'no legitimate message a week that is known of'],
    [
      { authorized: 12.4, forwarder: 0.25, unknown: 0 },
      '12.7 legitimate messages a week: 12.4 from your own senders, 0.3 forwarded or sent over lists',
    ],
    [
      { authorized: 0, forwarder: 0, unknown: 1 },
      '1 legitimate message a week, all from sources that nobody has settled yet',
    ],
  ])('says harm %j', (harm, text) => {
    expect(harmText(harm)).toBe(text);
  });
});

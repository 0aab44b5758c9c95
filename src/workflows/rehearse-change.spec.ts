import { describe, expect, it } from 'vitest';
import { aChange, aRollout, NOW } from '../../test/builders/rollout.js';
import type { Change, Rollout } from '../core/rollout/rollout.js';
import type { RolloutStore, Transition } from '../ports/rollout-store.js';
import type { Wake } from '../ports/wake-up.js';
import { RehearseChange } from './rehearse-change.js';

/** A store of one domain, and what was woken. */
function rehearsal(change: Partial<Change>) {
  let rollout = aRollout({ change: aChange({ attempts: 1, stage: 'intended', ...change }) });
  const actions: string[] = [];
  const woken: Wake[] = [];
  const store = {
    find: () => Promise.resolve({ rollout, verdict: null, dueAt: NOW }),
    save: (transition: Transition) => {
      rollout = transition.rollout;
      actions.push(...transition.audit.map(({ action }) => action));
      return Promise.resolve();
    },
  } as unknown as RolloutStore;
  const wakeUp = { wake: (wake: Wake) => Promise.resolve(void woken.push(wake)) };
  const workflow = new RehearseChange(store, wakeUp, { now: () => NOW });
  return {
    run: () => workflow.run(rollout.domain),
    rollout: (): Rollout => rollout,
    actions,
    workflows: () => woken.map(({ workflow: name }) => name),
  };
}

describe('a dry run that began while a write was under way', () => {
  it('tells of the step back', async () => {
    const { run, rollout, actions, workflows } = rehearsal({ direction: 'weaken' });
    await run();
    await run();
    expect(actions).toEqual(['not-settled', 'rehearsed']);
    expect(rollout().change?.stage).toBe('approved');
    expect(workflows()).toContain('deliver-notifications');
  });

  it('has the strengthening decided again', async () => {
    const { run, rollout, workflows } = rehearsal({ direction: 'strengthen' });
    await run();
    await run();
    expect(rollout().change?.stage).toBe('planned');
    expect(workflows()).toContain('evaluate-domain');
  });
});

import { describe, expect, it } from 'vitest';
import { RecordingWakeUp } from '../../test/builders/port-doubles.js';
import { aHold, aRollout, aVerdict, NOW } from '../../test/builders/rollout.js';
import type { Command } from '../core/rollout/command.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { Verdict } from '../core/rollout/verdict.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore, Transition } from '../ports/rollout-store.js';
import { Domains } from './domains.js';

async function command(rollout: Rollout, verdict: Verdict | null, asked: Command) {
  const saved: Transition[] = [];
  const rollouts = {
    find: async () => ({ rollout, verdict, dueAt: NOW }),
    save: async (transition: Transition) => void saved.push(transition),
  } as unknown as RolloutStore;
  const wakeUp = new RecordingWakeUp();
  const domains = new Domains(rollouts, {} as RecordObserver, wakeUp, { now: () => NOW });
  const outcome = await domains.command(rollout.domain, asked, 'ann', null);
  return { outcome, saved, woken: wakeUp.workflows() };
}

describe('what a person asks of a domain', () => {
  it('tells the others at once that a hold is cleared', async () => {
    const paused = aRollout({ holds: [aHold('paused', { clearsItself: false })] });
    const { saved, woken } = await command(paused, null, { kind: 'resume', note: '' });
    expect(saved[0]?.notices).toMatchObject([{ event: 'hold-cleared', domain: 'shop.example' }]);
    expect(woken).toEqual(['evaluate-domain', 'deliver-notifications']);
  });

  it('is not promoted where its mail is known to be hurt', async () => {
    const verdict = aVerdict({ kind: 'fail', why: 'worst-source: ERP' });
    const { outcome, saved, woken } = await command(aRollout(), verdict, { kind: 'promote', note: '' });
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('worst-source: ERP') });
    expect([saved, woken]).toEqual([[], []]);
  });
});

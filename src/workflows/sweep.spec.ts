import { describe, expect, it } from 'vitest';
import { RecordingWakeUp } from '../../test/builders/port-doubles.js';
import { NOW } from '../../test/builders/rollout.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import { Sweep } from './sweep.js';

describe('the sweep', () => {
  it('has each domain that is due decided once, which wakes what is open', async () => {
    const wakeUp = new RecordingWakeUp();
    const due = async (now: number) => (now === NOW ? ['a.example', 'b.example'] : []);
    await new Sweep({ due } as unknown as RolloutStore, wakeUp, { now: () => NOW }).run();
    expect(wakeUp.woken).toEqual([
      { workflow: 'evaluate-domain', domain: 'a.example' },
      { workflow: 'evaluate-domain', domain: 'b.example' },
      { workflow: 'deliver-notifications' },
    ]);
  });
});

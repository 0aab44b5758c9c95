import { describe, expect, it } from 'vitest';
import { NONE, NOW, QUARANTINE_10, aChange, aRollout } from '../../../test/builders/rollout.js';
import { carryOut } from './carry-out.js';
import type { Command } from './command.js';
import type { Draft } from './draft.js';
import type { Rollout } from './rollout.js';

const note = 'because';

function asked(rollout: Rollout, command: Command): Draft {
  const observed = { kind: 'unknown', reason: 'not asked' } as const;
  const result = carryOut(rollout, command, { now: NOW, actor: 'ann', observed });
  if ('kind' in result) throw new Error(result.reason);
  return result;
}

describe('what a person was told to publish', () => {
  const change = aChange({ stage: 'written', publisher: 'person', attempts: 1 });
  const handedOut = aRollout({ change });

  it.each<Command>([
    { kind: 'pause', note },
    { kind: 'abort', target: 'stay', note },
  ])('is called back by $kind, and known should it come all the same', (command) => {
    const draft = asked(handedOut, command);
    expect(draft.rollout).toMatchObject({ change: null, late: [{ text: QUARANTINE_10, rung: 1 }] });
    const [told] = draft.notices.filter(({ event }) => event === 'to-publish');
    expect(told?.text).toContain(`no longer to be published: ${QUARANTINE_10}`);
  });

  it('is not, where it goes down, or the provider has published it', () => {
    const down = { ...change, direction: 'weaken', before: QUARANTINE_10, after: NONE } as const;
    const { publisher: _publisher, ...byProvider } = change;
    for (const it of [down, byProvider])
      expect(asked({ ...handedOut, change: it }, { kind: 'pause', note }).rollout.change).toEqual(it);
  });
});

import { describe, expect, it } from 'vitest';
import { anEvidence, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  REJECT,
  aRollout,
  observed,
  reasonsOf,
} from '../../../test/builders/rollout.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { carryOut } from './carry-out.js';
import type { Command } from './command.js';
import { decide } from './decide.js';
import type { Observation } from './observation.js';
import type { Rollout } from './rollout.js';
import { prepareWrite } from './write-change.js';

const FOREIGN = 'v=DMARC1; p=quarantine; pct=33; t=y; rua=mailto:dmarc@shop.example';
const GONE: Observation = { kind: 'absent' };
const EVIDENCE = anEvidence(everyDay(daysFrom('2026-01-15', '2026-03-12')), { lastReportAt: NOW - HOUR_MS });

const at25 = aRollout({ rung: 2, stableRung: 1, record: QUARANTINE_25 });

function asked(rollout: Rollout, command: Command, seen: Observation = observed(QUARANTINE_25)): Rollout {
  const result = carryOut(rollout, command, { now: NOW, actor: 'ann', observed: seen });
  if ('kind' in result) throw new Error(result.reason);
  return result.rollout;
}

function abort(target: 'stay' | 'stable' | 'none', rollout: Rollout = at25): Rollout {
  return asked(rollout, { kind: 'abort', target, note: 'too early' });
}

function decided(rollout: Rollout, seen: Observation, now = NOW): Rollout {
  return decide({ rollout, evidence: EVIDENCE, observed: seen, now }).rollout;
}

/** The change is to be written, and finds this at the provider. */
function met(rollout: Rollout, texts: readonly string[]): Rollout {
  const step = prepareWrite(rollout, { values: texts, ttl: 300 }, NOW);
  if (step.kind !== 'store') throw new Error(`it would ${step.kind}`);
  return step.draft.rollout;
}

describe('an abort that met another record than ours', () => {
  it.each<[string, Observation, readonly string[]]>([
    ['a foreign one', observed(FOREIGN), [FOREIGN]],
    ['none at all', GONE, []],
  ])('is not forgotten, of %s: ours is lowered once it stands again', (_what, seen, texts) => {
    const failed = met(abort('none'), texts);
    expect(failed.change).toBeNull();
    const waiting = decided(failed, seen);
    expect(reasonsOf(waiting)).toEqual(['aborted', 'drift']);
    expect(waiting.change, 'nothing is written over what is not ours').toBeNull();
    const back = decided(waiting, observed(QUARANTINE_25), NOW + DAY_MS);
    expect(reasonsOf(back)).toEqual(['aborted']);
    expect(back.change).toMatchObject({
      direction: 'weaken',
      stage: 'approved',
      before: QUARANTINE_25,
      after: NONE,
      toRung: 0,
      cause: 'aborted by ann: too early',
    });
  });

  it('goes as low as was asked for, and no lower', () => {
    const back = decided(met(abort('stable'), []), observed(QUARANTINE_25));
    expect(back.change).toMatchObject({ after: QUARANTINE_10, toRung: 1 });
    expect(decided(met(abort('none', abort('stable')), []), observed(QUARANTINE_25)).change?.toRung).toBe(0);
    expect(decided(met(abort('stable', abort('none')), []), observed(QUARANTINE_25)).change?.toRung).toBe(0);
  });

  it('keeps the policy of subdomains as low as the domain’s own', () => {
    const both = QUARANTINE_25.replace('p=quarantine;', 'p=quarantine; sp=quarantine;');
    const back = decided(met(abort('none', { ...at25, record: both }), []), observed(both));
    expect(back.change?.after).toContain('p=none; sp=none;');
  });

  it('raises no policy of subdomains that a step back has lowered since', () => {
    const lowered = QUARANTINE_10.replace('p=quarantine;', 'p=quarantine; sp=none;');
    const aborted = abort('stable', {
      ...at25,
      record: QUARANTINE_25.replace('p=quarantine;', 'p=quarantine; sp=quarantine;'),
    });
    const since = { ...aborted, change: null, rung: 1, record: lowered };
    expect(decided(since, observed(lowered)).change).toBeNull();
  });

  it('waits while nobody can say what stands there', () => {
    const failed = met(abort('none'), []);
    expect(decided(failed, { kind: 'unknown', reason: 'SERVFAIL' }).change).toBeNull();
    expect(decided(failed, { kind: 'several-records', texts: [REJECT, QUARANTINE_25] }).change).toBeNull();
  });

  it('asks for nothing once it stands where it was to go, or was only to stay', () => {
    const low = { ...abort('none'), change: null, record: NONE, rung: 0, stableRung: 0 };
    expect(decided(low, observed(NONE))).toMatchObject({ change: null, holds: [{ reason: 'aborted' }] });
    expect(decided(abort('stay'), observed(QUARANTINE_25)).change).toBeNull();
  });

  it('does not lower what a person adopted since', () => {
    const waiting = decided(met(abort('none'), [FOREIGN]), observed(FOREIGN));
    const adopted = asked(waiting, { kind: 'adopt', note: '' }, observed(FOREIGN));
    expect(decided(adopted, observed(FOREIGN))).toMatchObject({ change: null, record: FOREIGN });
  });

  it('lowers what a person restored since, and what was asked before stays asked', () => {
    const waiting = decided(met(abort('none'), [FOREIGN]), observed(FOREIGN));
    const restoring = asked(waiting, { kind: 'restore', note: '' }, observed(FOREIGN));
    expect(restoring.change?.after).toBe(QUARANTINE_25);
    const still = decided(restoring, observed(FOREIGN));
    expect(still.change?.after, 'the restore goes first').toBe(QUARANTINE_25);
    const restored = { ...still, change: null };
    expect(decided(restored, observed(QUARANTINE_25)).change?.after).toBe(NONE);
  });

  it('is over with a retry', () => {
    const waiting = decided(met(abort('none'), []), GONE);
    const retried = asked(waiting, { kind: 'retry', note: '' }, GONE);
    expect(decided(retried, observed(QUARANTINE_25)).change).toBeNull();
  });
});

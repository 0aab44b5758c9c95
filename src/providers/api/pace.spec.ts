import { beforeEach, describe, expect, it } from 'vitest';
import { faultOf } from '../../../test/contract/dns-provider.contract.js';
import { skipPauses } from '../../../test/lab/skip-pauses.js';
import { Pace } from './pace.js';

const { signal } = new AbortController();

describe('Pace', () => {
  let pauses: readonly number[];

  beforeEach(() => {
    pauses = skipPauses();
  });

  /** Whole seconds: a few milliseconds pass in between. */
  const seconds = () => pauses.map((pause) => Math.round(pause / 1000));

  it('lets the burst through at once, then one after the other', async () => {
    const pace = new Pace({ burst: 3, perSecond: 1 });
    for (let at = 0; at < 6; at += 1) await pace.turn(signal);
    expect(seconds()).toEqual([1, 1, 1]);
  });

  it('sends away whom it would keep longer than a few seconds, and says for how long', async () => {
    const pace = new Pace({ burst: 1, perSecond: 0.1 });
    await pace.turn(signal);
    const fault = await faultOf(pace.turn(signal));
    expect(fault).toMatchObject({ kind: 'rate-limited' });
    expect(fault.kind === 'rate-limited' ? fault.retryAfterMs : 0).toBeGreaterThan(9000);
    expect(pauses).toEqual([]);
  });

  it('has those whom it sends away come back one after the other', async () => {
    const pace = new Pace({ burst: 1, perSecond: 0.1 });
    await pace.turn(signal);
    const waits: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const fault = await faultOf(pace.turn(signal));
      waits.push(fault.kind === 'rate-limited' ? Math.round((fault.retryAfterMs ?? 0) / 1000) : 0);
    }
    expect(waits).toEqual([10, 90, 170]);
    for (let at = 0; at < 100; at += 1) await faultOf(pace.turn(signal));
    expect(await faultOf(pace.turn(signal))).toEqual({ kind: 'rate-limited', retryAfterMs: 600_000 });
  });

  it('gives back a turn that was not waited for', async () => {
    const pace = new Pace({ burst: 1, perSecond: 0.25 });
    await pace.turn(signal);
    const reason = new Error('enough');
    await expect(pace.turn(AbortSignal.abort(reason))).rejects.toBe(reason);
    await pace.turn(signal);
    expect(seconds()).toEqual([4]);
  });

  describe('with whole changes', () => {
    const first = { which: 'first', signal } as const;
    const last = { which: 'last', signal } as const;
    const ask = (pace: Pace, times: number) => async () => {
      for (let at = 0; at < times; at += 1) await pace.turn(signal);
    };

    it('keeps the turns of one that was let in for it', async () => {
      const pace = new Pace({ burst: 4, perSecond: 0.5, aChange: 4 });
      await pace.step('a', first, ask(pace, 2));
      await pace.turn(signal);
      expect(seconds()).toEqual([2]);
      await pace.step('a', last, ask(pace, 2));
      expect(seconds()).toEqual([2]);
    });

    it('has one that takes more than was thought wait, however long', async () => {
      const pace = new Pace({ burst: 1, perSecond: 0.1, aChange: 1 });
      await pace.step('a', last, ask(pace, 3));
      expect(seconds()).toEqual([10, 10]);
    });

    it('sends away who would begin behind it, before anything was asked', async () => {
      const pace = new Pace({ burst: 1, perSecond: 0.5, aChange: 6 });
      await pace.step('a', first, async () => {
        const begun: string[] = [];
        const attempt = pace.step('b', first, async () => begun.push('b'));
        expect((await faultOf(attempt)).kind).toBe('rate-limited');
        expect(begun).toEqual([]);
      });
    });

    it('gives back what a change did not need', async () => {
      const pace = new Pace({ burst: 6, perSecond: 0.5, aChange: 6 });
      await pace.step('a', last, ask(pace, 1));
      await pace.step('b', last, ask(pace, 5));
      expect(pauses).toEqual([]);
    });

    it('gives back those of one that failed', async () => {
      const pace = new Pace({ burst: 6, perSecond: 0.5, aChange: 6 });
      const reason = new Error('no');
      await expect(pace.step('a', first, () => Promise.reject(reason))).rejects.toBe(reason);
      await pace.step('b', last, ask(pace, 6));
      expect(pauses).toEqual([]);
    });

    it('waits for one that only reads, instead of sending away the next', async () => {
      const pace = new Pace({ burst: 1, perSecond: 0.5, aChange: 6 });
      await pace.step('a', first, ask(pace, 1));
      await pace.step('b', first, ask(pace, 1));
      expect(seconds()).toEqual([3]);
    });

    it('never sends away what is insisted on', async () => {
      const pace = new Pace({ burst: 1, perSecond: 0.1 });
      await pace.turn(signal);
      await pace.insist(() => pace.turn(signal));
      expect(seconds()).toEqual([10]);
    });
  });
});

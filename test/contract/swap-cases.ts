import { expect, it } from 'vitest';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import { faultOf, NONE, RECORD, STRONGER } from './contract-run.js';
import type { ContractRun } from './contract-run.js';

/** C01 to C05, C09 to C11: what a swap writes, and what it leaves alone. */
export function describeSwaps(run: ContractRun): void {
  it('C01 reads a name where nothing stands as no values', async () => {
    expect(await run.read(run.freshName())).toEqual(NONE);
  });

  it('C02 C03 C05 creates, changes, and reads back the same bytes', async () => {
    const name = run.freshName();
    expect(await run.swap(name, NONE, { values: [RECORD], ttl: 300 })).not.toBe('');
    expect(await run.lab.txt(name)).toEqual([RECORD]);
    const created = await run.read(name);
    expect(created).toEqual({ values: [RECORD], ttl: run.ttl(300) });
    await run.swap(name, created, { values: [STRONGER], ttl: created.ttl });
    expect(await run.lab.txt(name)).toEqual([STRONGER]);
    expect(await run.read(name)).toEqual({ values: [STRONGER], ttl: run.ttl(300) });
  });

  it('C04 plans nothing when run again, up the ladder and back', async () => {
    const name = run.freshName();
    for (const value of [RECORD, STRONGER, 'v=DMARC1; p=reject; rua=mailto:d@example.test', RECORD]) {
      expect((await run.step(name, [value])).values).toEqual([value]);
    }
  });

  it('C04 the same change delivered twice shows what stands there and writes nothing', async () => {
    const name = run.freshName();
    const before = await run.step(name, [RECORD]);
    const next = { values: [STRONGER], ttl: before.ttl };
    await run.swap(name, before, next);
    const writes = run.lab.writes?.();
    expect(await faultOf(run.swap(name, before, next))).toEqual({ kind: 'conflict', observed: next });
    expect(run.lab.writes?.()).toBe(writes);
  });

  it('C09 keeps what else stands at the name', async () => {
    const name = run.freshName();
    await run.lab.write(name, [RECORD, 'somebody else', 'v=other'], run.ttl(300));
    const found = await run.read(name);
    const next = found.values.map((value) => (value === RECORD ? STRONGER : value));
    await run.step(name, next, null);
    expect((await run.read(name)).ttl).toBe(found.ttl);
    expect(await run.lab.txt(name)).toEqual(['somebody else', STRONGER, 'v=other'].toSorted());
  });

  it('C09 comes beside what stands at the name', async () => {
    const name = run.freshName();
    await run.lab.write(name, ['somebody else'], run.ttl(300));
    expect((await run.step(name, ['somebody else', RECORD], null)).ttl).toBe(run.ttl(300));
  });

  it('C10 changes one record set and nothing else', async () => {
    const { snapshot } = run.lab;
    if (snapshot === undefined) return;
    const name = run.freshName();
    const below = `_dmarc.below.${name.slice('_dmarc.'.length)}`;
    await run.lab.write(below, [RECORD]);
    const before = await snapshot(name);
    expect(before).toContain('v=spf1');
    await run.step(name, [RECORD]);
    await run.step(name, [STRONGER]);
    expect(await snapshot(name)).toBe(before);
    expect(await run.lab.txt(below)).toEqual([RECORD]);
  });

  it('C11 gives a new record a TTL of an hour unless told, and keeps the one that stands', async () => {
    const name = run.freshName();
    await run.step(name, [RECORD], null);
    expect((await run.read(name)).ttl).toBe(run.ttl(3600));
    await run.lab.write(name, [RECORD], run.ttl(777));
    await run.step(name, [STRONGER], null);
    expect((await run.read(name)).ttl).toBe(run.ttl(777));
  });

  it.each([0, 1, 59, 61, 299, 301, 3599, 3601, 86_401, 2_147_483_647])(
    'C11 a TTL of %i is rounded to one that is possible, and then stays',
    async (wish) => {
      const name = run.freshName();
      expect((await run.step(name, [RECORD], wish)).ttl).toBe(run.ttl(wish));
      expect((await run.step(name, [STRONGER], wish)).ttl).toBe(run.ttl(wish));
      expect((await run.step(name, [RECORD], null)).ttl).toBe(run.ttl(wish));
    },
  );
}

/** C12 to C14: somebody else's record is never overwritten. */
export function describeConflicts(run: ContractRun): void {
  const other = 'v=DMARC1; p=reject';
  const expected = { values: [RECORD], ttl: 300 };
  const next = { values: [STRONGER], ttl: 300 };

  it.each<[string, readonly string[], typeof NONE]>([
    ['C12 another record stands there', [other], expected],
    ['C12 a second record has come beside the expected one', [RECORD, other], expected],
    ['C12 one of two expected has gone', [RECORD], { values: [RECORD, other], ttl: 300 }],
    ['C12 it differs by a space', ['v=DMARC1;p=none; rua=mailto:d@example.test'], expected],
    ['C12 it differs by the case of a letter', [RECORD.replace('none', 'None')], expected],
    ['C12 a record was expected but nothing stands there', [], expected],
    ['C13 nothing was expected but a record stands there', [RECORD], NONE],
    ['C13 nothing was expected but the wanted record stands there', [STRONGER], NONE],
  ])('%s: writes nothing, and says what it saw', async (_title, standing, wanted) => {
    const name = run.freshName();
    if (standing.length > 0) await run.lab.write(name, standing, run.ttl(300));
    const writes = run.lab.writes?.();
    const fault = await faultOf(run.swap(name, wanted, next));
    if (fault.kind !== 'conflict' || fault.observed === null) throw new Error(JSON.stringify(fault));
    expect(fault.observed.values.toSorted()).toEqual(standing.toSorted());
    expect(fault.observed.ttl).toBe(standing.length > 0 ? run.ttl(300) : null);
    expect(await run.lab.txt(name)).toEqual(standing.toSorted());
    expect(run.lab.writes?.()).toBe(run.lab.compare === 'client' ? writes : run.lab.writes?.());
  });

  it('C14 20 parallel swaps leave one record; where the server compares, exactly one wins', async () => {
    const name = run.freshName();
    await run.lab.write(name, [RECORD]);
    const before = await run.read(name);
    const nexts = Array.from({ length: 20 }, (_, at) => `v=DMARC1; p=quarantine; x=${at}`);
    const outcomes = await Promise.allSettled(
      nexts.map((value) => run.swap(name, before, { values: [value], ttl: 300 })),
    );
    const standing = await run.lab.txt(name);
    expect(standing).toHaveLength(1);
    expect(nexts).toContain(standing[0]);
    const reasons = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(reasons.filter((reason) => !(reason instanceof DnsProviderError))).toEqual([]);
    const winners = nexts.filter((_, at) => outcomes[at]?.status === 'fulfilled');
    expect(winners).toEqual(run.lab.compare === 'server' ? standing : winners);
    // Whoever wrote last must not believe that he didn't.
    const last = outcomes[nexts.indexOf(standing[0] ?? '')];
    const doubt =
      last?.status === 'rejected'
        ? await faultOf(Promise.reject(last.reason as Error))
        : { mayBeApplied: true };
    expect(doubt).toMatchObject({ mayBeApplied: true });
  });

  it.each(['www.example.test', 'example.test', '_dmarc', 'x._dmarc.example.test', '_dmarcx.example.test'])(
    'never touches %s',
    async (name) => {
      const zone = { id: 'example.test', name: 'example.test', nameServers: null };
      const change = { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'change-1' };
      expect(await faultOf(run.lab.provider.replaceTxt(zone, name, change, run.signal))).toEqual({
        kind: 'unsupported',
      });
    },
  );

  it('never takes a record out', async () => {
    const name = run.freshName();
    await run.lab.write(name, [RECORD]);
    expect(await faultOf(run.swap(name, expected, NONE))).toEqual({ kind: 'unsupported' });
    expect(await run.lab.txt(name)).toEqual([RECORD]);
  });
}

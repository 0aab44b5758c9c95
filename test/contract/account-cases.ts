import { expect, it } from 'vitest';
import { faultOf, NONE, RECORD, STRONGER } from './contract-run.js';
import type { ContractRun } from './contract-run.js';

const NEAREST = {
  '_dmarc.example.test': 'example.test',
  '_dmarc.host.example.test': 'example.test',
  '_dmarc.sub.example.test': 'sub.example.test',
  '_dmarc.a.sub.example.test': 'sub.example.test',
};

/** C18, C19, C21: which zone, and names that are more than letters. */
export function describeZones(run: ContractRun): void {
  it('C18 finds the longest zone that holds the name', async () => {
    const { live, provider } = run.lab;
    const zones: Readonly<Record<string, string>> =
      live === undefined ? NEAREST : { [`_dmarc.${live.zone}`]: live.zone };
    for (const [name, zone] of Object.entries(zones)) {
      expect((await provider.findZone(name, run.signal)).name).toBe(zone);
    }
  });

  it.each(['_dmarc.example.org', '_dmarc.notexample.test', '_dmarc.test'])(
    'C18 says that it holds no zone for %s',
    async (name) => {
      expect(await faultOf(run.lab.provider.findZone(name, run.signal))).toEqual({ kind: 'zone-not-found' });
    },
  );

  it('C18 writes in the zone that is nearest to the name', async () => {
    if (run.lab.live !== undefined) return;
    await run.step('_dmarc.sub.example.test', [RECORD]);
    await run.step('_dmarc.sub.example.test', [STRONGER]);
    expect(await run.lab.txt('_dmarc.sub.example.test')).toEqual([STRONGER]);
  });

  it('C19 refuses an alias at the name and writes nothing', async () => {
    if (run.lab.live !== undefined) return;
    const alias = '_dmarc.alias.example.test';
    const writes = run.lab.writes?.();
    const before = await run.lab.snapshot?.(alias);
    expect(await faultOf(run.read(alias))).toEqual({ kind: 'unsupported' });
    expect(await faultOf(run.swap(alias, NONE, { values: [RECORD], ttl: 300 }))).toEqual({
      kind: 'unsupported',
    });
    expect(await run.lab.snapshot?.(alias)).toBe(before);
    expect(await run.lab.txt(alias)).toEqual([]);
    expect(run.lab.compare === 'client' ? run.lab.writes?.() : writes).toBe(writes);
  });

  it('C21 takes names in any letter case, with or without the final dot', async () => {
    const name = run.freshName();
    await run.swap(`${name.toUpperCase()}.`, NONE, { values: [RECORD], ttl: 300 });
    expect((await run.read(name)).values).toEqual([RECORD]);
    expect((await run.read(`${name.toUpperCase()}.`)).values).toEqual([RECORD]);
    expect(await run.lab.txt(name)).toEqual([RECORD]);
  });

  it('C21 takes an internationalized name as A-labels, and no other way', async () => {
    const name = run.freshName('xn--mnchen-3ya');
    await run.step(name, [RECORD]);
    await run.step(name, [STRONGER]);
    const unicode = name.replace('xn--mnchen-3ya', 'm\u00fcnchen');
    expect(await faultOf(run.swap(unicode, NONE, { values: [RECORD], ttl: 300 }))).toEqual({
      kind: 'unsupported',
    });
  });
}

/** C22 to C24: credentials, servers that fail, and giving up. */
export function describeAccess(run: ContractRun): void {
  const created = { values: [RECORD], ttl: 300 };

  it('C24 its check finds nothing wrong, and writes nothing', async () => {
    const writes = run.lab.writes?.();
    expect(await run.lab.provider.check(run.signal)).toMatchObject({ ok: true });
    expect(run.lab.writes?.()).toBe(writes);
  });

  it('C16 a wrong key is told apart, writes nothing and shows up in the check', async () => {
    const { wrongKey } = run.lab;
    if (wrongKey === null) return;
    const name = run.freshName();
    await run.lab.write(name, [RECORD]);
    const attempt = run.swap(name, created, { values: [STRONGER], ttl: 300 }, wrongKey);
    expect(await faultOf(attempt)).toEqual({ kind: 'auth' });
    expect(await run.lab.txt(name)).toEqual([RECORD]);
    expect((await wrongKey.check(run.signal)).ok).toBe(run.lab.doesCheckKey === false);
  });

  it('C16 a server that is gone is transient, and nothing was applied', async () => {
    const { gone } = run.lab;
    if (gone === null) return;
    const attempt = run.swap(run.freshName(), NONE, created, gone);
    expect(await faultOf(attempt)).toEqual({ kind: 'transient', mayBeApplied: false });
    expect(await gone.check(run.signal)).toMatchObject({ ok: false });
  });

  it('C22 a server that never answers is transient', async () => {
    const { silent } = run.lab;
    if (silent === null) return;
    const attempt = run.swap(run.freshName(), NONE, created, silent);
    expect(await faultOf(attempt)).toMatchObject({ kind: 'transient' });
    expect(await silent.check(run.signal)).toMatchObject({ ok: false });
  });

  it('C22 gives up with the reason of the abort, before it asks anything', async () => {
    const reason = new Error('enough');
    const name = run.freshName();
    const { provider } = run.lab;
    const zone = await provider.findZone(name, run.signal);
    const gone = AbortSignal.abort(reason);
    const change = { expected: NONE, next: created, changeId: 'change-1' };
    await expect(provider.replaceTxt(zone, name, change, gone)).rejects.toBe(reason);
    await expect(provider.readTxt(zone, name, gone)).rejects.toBe(reason);
    await expect(provider.findZone(name, gone)).rejects.toBe(reason);
    expect(await run.lab.txt(name)).toEqual([]);
  });

  it('C22 gives up with the reason of the abort, in the middle of a request', async () => {
    const { silent, provider } = run.lab;
    if (silent === null) return;
    const reason = new Error('enough');
    const name = run.freshName();
    const zone = await provider.findZone(name, run.signal);
    const abort = new AbortController();
    const attempts = [
      silent.readTxt(zone, name, abort.signal),
      silent.replaceTxt(zone, name, { expected: NONE, next: created, changeId: 'c' }, abort.signal),
      silent.check(abort.signal),
    ].map((attempt) => expect(attempt).rejects.toBe(reason));
    setImmediate(() => abort.abort(reason));
    await Promise.all(attempts);
  });
}

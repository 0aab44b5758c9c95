import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import type { DnsProvider, DnsProviderFault, TxtSet } from '../../src/ports/dns-provider.js';

/** The zones that a lab must hold; names below `free.example.test` are the suite's own. */
export const CONTRACT_ZONES = ['example.test', 'sub.example.test'] as const;

/** A provider and what stands behind it. */
export interface DnsProviderLab {
  readonly provider: DnsProvider;
  /** `server`: of parallel swaps exactly one wins. `client`: read, compare, write, read again. */
  readonly compare: 'server' | 'client';
  /** The same with a credential that the server doesn't know; null: there is none to be wrong. */
  readonly wrongKey: DnsProvider | null;
  /** The same, its server gone. */
  readonly gone: DnsProvider;
  /** The same, its server taking requests and never answering, with a time-out of a second at most. */
  readonly silent: DnsProvider | null;
  /** What is served, read past the provider; sorted. */
  txt(fqdn: string): Promise<readonly string[]>;
  /** What somebody else writes there, past the provider. */
  write(fqdn: string, values: readonly string[], ttl?: number): Promise<void>;
  stop(): Promise<void>;
}

const NONE: TxtSet = { values: [], ttl: null };
const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
const STRONGER = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@example.test';
const ODD =
  String.raw`v=DMARC1;p=none ;; x="q'` +
  '`' +
  String.raw`\ \\ \\\ %41 $0 !10m,@ {} [] <a> ~  ` +
  '\u00e9\u00ff; ';

/** What every adapter owes: the same cases on each, on a real server where there is one. */
export function describeDnsProvider(
  title: string,
  makeLab: () => Promise<DnsProviderLab>,
  describeIt: (title: string, body: () => void) => void = describe,
): void {
  describeIt(`DnsProvider contract: ${title}`, () => {
    let lab: DnsProviderLab;
    let counter = 0;
    const signal = new AbortController().signal;
    setMaxListeners(0, signal);

    beforeAll(async () => {
      lab = await makeLab();
    });
    afterAll(async () => {
      await lab?.stop();
    });

    function freshName(): string {
      counter += 1;
      return `_dmarc.case${counter}.free.example.test`;
    }

    async function read(fqdn: string): Promise<TxtSet> {
      return lab.provider.readTxt(await lab.provider.findZone(fqdn, signal), fqdn, signal);
    }

    async function swap(
      fqdn: string,
      expected: TxtSet,
      next: TxtSet,
      provider = lab.provider,
    ): Promise<string> {
      const zone = await lab.provider.findZone(fqdn, signal);
      const change = { expected, next, changeId: 'change-1' };
      return (await provider.replaceTxt(zone, fqdn, change, signal)).note;
    }

    it('reads a name where nothing stands as no values', async () => {
      expect(await read(freshName())).toEqual(NONE);
    });

    it('creates, changes, and reads back the same bytes', async () => {
      const name = freshName();
      expect(await swap(name, NONE, { values: [RECORD], ttl: 300 })).not.toBe('');
      expect(await lab.txt(name)).toEqual([RECORD]);
      const created = await read(name);
      expect(created).toEqual({ values: [RECORD], ttl: 300 });
      await swap(name, created, { values: [STRONGER], ttl: created.ttl });
      expect(await lab.txt(name)).toEqual([STRONGER]);
      expect(await read(name)).toEqual({ values: [STRONGER], ttl: 300 });
    });

    it('gives a new record a TTL of an hour unless told, and keeps the one that stands', async () => {
      const name = freshName();
      await swap(name, NONE, { values: [RECORD], ttl: null });
      expect((await read(name)).ttl).toBe(3600);
      await lab.write(name, [RECORD], 777);
      await swap(name, { values: [RECORD], ttl: null }, { values: [STRONGER], ttl: null });
      expect((await read(name)).ttl).toBe(777);
    });

    it('keeps what else stands at the name', async () => {
      const name = freshName();
      await lab.write(name, [RECORD, 'somebody else', 'v=other']);
      const found = await read(name);
      const next = found.values.map((value) => (value === RECORD ? STRONGER : value));
      await swap(name, found, { values: next, ttl: found.ttl });
      expect(await lab.txt(name)).toEqual(['somebody else', STRONGER, 'v=other'].toSorted());
    });

    it('touches no other name', async () => {
      const [name, neighbour] = [freshName(), freshName()];
      const below = `_dmarc.below.${name.slice('_dmarc.'.length)}`;
      await lab.write(neighbour, [RECORD]);
      await lab.write(below, [RECORD]);
      await swap(name, NONE, { values: [STRONGER], ttl: 300 });
      expect(await lab.txt(neighbour)).toEqual([RECORD]);
      expect(await lab.txt(below)).toEqual([RECORD]);
    });

    it('writes nothing when another record stands there than expected, and says which', async () => {
      const name = freshName();
      await lab.write(name, ['v=DMARC1; p=reject']);
      const fault = await faultOf(
        swap(name, { values: [RECORD], ttl: 300 }, { values: [STRONGER], ttl: 300 }),
      );
      expect(fault).toEqual({ kind: 'conflict', observed: { values: ['v=DMARC1; p=reject'], ttl: 300 } });
      expect(await lab.txt(name)).toEqual(['v=DMARC1; p=reject']);
    });

    it('writes nothing when a second record has come beside the expected one', async () => {
      const name = freshName();
      await lab.write(name, [RECORD, 'v=DMARC1; p=reject']);
      const fault = await faultOf(
        swap(name, { values: [RECORD], ttl: 300 }, { values: [STRONGER], ttl: 300 }),
      );
      expect(fault).toMatchObject({ kind: 'conflict', observed: { ttl: 300 } });
      expect(await lab.txt(name)).toEqual([RECORD, 'v=DMARC1; p=reject'].toSorted());
    });

    it('writes nothing when nothing was expected but a record stands there', async () => {
      const name = freshName();
      await lab.write(name, [RECORD]);
      const fault = await faultOf(swap(name, NONE, { values: [STRONGER], ttl: 300 }));
      expect(fault).toEqual({ kind: 'conflict', observed: { values: [RECORD], ttl: 300 } });
      expect(await lab.txt(name)).toEqual([RECORD]);
    });

    it('writes nothing when a record was expected but nothing stands there', async () => {
      const name = freshName();
      const fault = await faultOf(
        swap(name, { values: [RECORD], ttl: 300 }, { values: [STRONGER], ttl: 300 }),
      );
      expect(fault).toEqual({ kind: 'conflict', observed: NONE });
      expect(await lab.txt(name)).toEqual([]);
    });

    it.each([1, 254, 255, 256, 510, 511, 766])('carries %i bytes unchanged', async (length) => {
      const name = freshName();
      const value = `v=DMARC1; p=none; x=${'0123456789'.repeat(80)}`.slice(0, length);
      await swap(name, NONE, { values: [value], ttl: 300 });
      expect(await lab.txt(name)).toEqual([value]);
      const found = await read(name);
      expect(found.values).toEqual([value]);
      await swap(name, found, { values: [STRONGER], ttl: 300 });
      expect(await lab.txt(name)).toEqual([STRONGER]);
    });

    it('carries odd characters unchanged', async () => {
      const name = freshName();
      await swap(name, NONE, { values: [ODD], ttl: 300 });
      expect(await lab.txt(name)).toEqual([ODD]);
      const found = await read(name);
      expect(found.values).toEqual([ODD]);
      await swap(name, found, { values: [RECORD], ttl: 300 });
      expect(await lab.txt(name)).toEqual([RECORD]);
    });

    it('takes names in any letter case, with or without the final dot', async () => {
      const name = freshName();
      await swap(`${name.toUpperCase()}.`, NONE, { values: [RECORD], ttl: 300 });
      expect((await read(name)).values).toEqual([RECORD]);
    });

    it('finds the longest zone that holds the name', async () => {
      expect((await lab.provider.findZone('_dmarc.example.test', signal)).name).toBe('example.test');
      expect((await lab.provider.findZone('_dmarc.host.example.test', signal)).name).toBe('example.test');
      expect((await lab.provider.findZone('_dmarc.sub.example.test', signal)).name).toBe('sub.example.test');
      expect((await lab.provider.findZone('_dmarc.a.sub.example.test', signal)).name).toBe(
        'sub.example.test',
      );
    });

    it('says that it does not hold a zone', async () => {
      expect(await faultOf(lab.provider.findZone('_dmarc.example.org', signal))).toEqual({
        kind: 'zone-not-found',
      });
    });

    it.each(['www.example.test', 'example.test', '_dmarc', 'x._dmarc.example.test', '_dmarcx.example.test'])(
      'never touches %s',
      async (name) => {
        const zone = { id: 'example.test', name: 'example.test' };
        const change = { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'change-1' };
        expect(await faultOf(lab.provider.replaceTxt(zone, name, change, signal))).toEqual({
          kind: 'unsupported',
        });
      },
    );

    it('never takes a record out', async () => {
      const name = freshName();
      await lab.write(name, [RECORD]);
      const fault = await faultOf(swap(name, { values: [RECORD], ttl: 300 }, NONE));
      expect(fault).toEqual({ kind: 'unsupported' });
      expect(await lab.txt(name)).toEqual([RECORD]);
    });

    it('20 parallel swaps leave one record; where the server compares, exactly one wins', async () => {
      const name = freshName();
      await lab.write(name, [RECORD]);
      const expected = await read(name);
      const nexts = Array.from({ length: 20 }, (_, at) => `v=DMARC1; p=quarantine; x=${at}`);
      const outcomes = await Promise.allSettled(
        nexts.map((value) => swap(name, expected, { values: [value], ttl: 300 })),
      );
      const standing = await lab.txt(name);
      expect(standing).toHaveLength(1);
      expect(nexts).toContain(standing[0]);
      const winners = nexts.filter((_, at) => outcomes[at]?.status === 'fulfilled');
      const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(losers.every((loser) => loser.reason instanceof DnsProviderError)).toBe(true);
      expect(winners).toEqual(lab.compare === 'server' ? standing : winners);
    });

    it('its check finds nothing wrong', async () => {
      expect(await lab.provider.check(signal)).toMatchObject({ ok: true });
    });

    it('a wrong key is told apart, writes nothing and shows up in the check', async () => {
      if (lab.wrongKey === null) return;
      const name = freshName();
      await lab.write(name, [RECORD]);
      const attempt = swap(
        name,
        { values: [RECORD], ttl: 300 },
        { values: [STRONGER], ttl: 300 },
        lab.wrongKey,
      );
      expect(await faultOf(attempt)).toEqual({ kind: 'auth' });
      expect(await lab.txt(name)).toEqual([RECORD]);
      expect(await lab.wrongKey.check(signal)).toMatchObject({ ok: false });
    });

    it('a server that is gone is transient, and nothing was applied', async () => {
      const attempt = swap(freshName(), NONE, { values: [RECORD], ttl: 300 }, lab.gone);
      expect(await faultOf(attempt)).toEqual({ kind: 'transient', mayBeApplied: false });
      expect(await lab.gone.check(signal)).toMatchObject({ ok: false });
    });

    it('a server that never answers is transient', async () => {
      if (lab.silent === null) return;
      const attempt = swap(freshName(), NONE, { values: [RECORD], ttl: 300 }, lab.silent);
      expect(await faultOf(attempt)).toMatchObject({ kind: 'transient' });
    });

    it('gives up with the reason of the abort', async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      const name = freshName();
      const zone = await lab.provider.findZone(name, signal);
      abort.abort(reason);
      const change = { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'change-1' };
      await expect(lab.provider.replaceTxt(zone, name, change, abort.signal)).rejects.toBe(reason);
      await expect(lab.provider.readTxt(zone, name, abort.signal)).rejects.toBe(reason);
      expect(await lab.txt(name)).toEqual([]);
    });
  });
}

/** The fault of what must fail with a DnsProviderError. */
export async function faultOf(attempt: Promise<unknown>): Promise<DnsProviderFault> {
  const error: unknown = await attempt.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof DnsProviderError) return error.fault;
  throw error;
}

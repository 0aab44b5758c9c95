import assert from 'node:assert/strict';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import type { DnsProvider, TxtSet, WriteReceipt } from '../../src/ports/dns-provider.js';
import type { ApiCall, ApiFault } from '../lab/api-emulator.js';
import { until } from '../lab/until.js';
import { isWriteOf, startApiLab } from './api-lab.js';
import type { ApiLab, ApiProviderCase } from './api-lab.js';
import { CONTRACT_ZONES, faultOf, NONE, RECORD, STRONGER } from './contract-run.js';

const NAME = '_dmarc.free.example.test';
const STANDING: TxtSet = { values: [RECORD], ttl: 3600 };
const LATER_MS = 60_000;
/** More than any API's page, and more than two of most. */
const MANY = 1201;

class Account {
  readonly signal = new AbortController().signal;
  private started: ApiLab | null = null;

  constructor(
    private readonly apiCase: ApiProviderCase,
    private readonly zones: readonly string[] = CONTRACT_ZONES,
  ) {}

  /** Starts the account before all cases of a block, with RECORD at NAME before each of them. */
  use(): void {
    beforeAll(async () => {
      this.started = await startApiLab(this.apiCase, this.zones);
    });
    afterAll(async () => this.started?.emulator.stop());
    beforeEach(() => this.lab.zones.replace(NAME, 'TXT', [RECORD], 3600));
    afterEach(() => {
      this.lab.emulator.forgetCalls();
      assert.deepEqual(this.lab.emulator.violations, [], 'the API does not know such a request');
    });
  }

  get lab(): ApiLab {
    if (this.started === null) throw new Error('the account is not up');
    return this.started;
  }

  async read(provider: DnsProvider, name = NAME): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(name, this.signal), name, this.signal);
  }

  async swap(provider: DnsProvider, signal = this.signal): Promise<WriteReceipt> {
    const zone = await provider.findZone(NAME, this.signal);
    const next = { values: [STRONGER], ttl: 3600 };
    return provider.replaceTxt(zone, NAME, { expected: STANDING, next, changeId: 'change-1' }, signal);
  }

  writes(): readonly ApiCall[] {
    return this.lab.emulator.calls.filter(isWriteOf(this.apiCase));
  }
}

/** An HTTP date that lies a minute ahead. */
function later(): string {
  return new Date(Date.now() + LATER_MS).toUTCString();
}

/** C10, C16, C24, C26: what an API answers, and what may be made of it. */
export function describeAnswers(title: string, apiCase: ApiProviderCase): void {
  describe(`${title}: an API that misbehaves`, () => {
    const account = new Account(apiCase);
    let provider: DnsProvider;
    account.use();
    beforeEach(() => {
      provider = account.lab.provider();
    });

    it('C10 keeps records of other types at the name', async () => {
      const { zones } = account.lab;
      const other = zones.add('example.test', NAME, 'A', '192.0.2.7', 300);
      const before = zones.allBut(NAME);
      await account.swap(provider);
      expect(zones.txt(NAME)).toEqual([STRONGER]);
      expect(zones.at(NAME, 'A')).toEqual([other]);
      expect(zones.allBut(NAME)).toBe(before);
      zones.remove(zones.at(NAME));
    });

    it('C24 its check makes no write', async () => {
      account.lab.emulator.forgetCalls();
      expect(await provider.check(account.signal)).toMatchObject({ ok: true });
      expect(account.writes()).toEqual([]);
    });

    it.each<[string, ApiFault, string]>([
      ['401', { status: 401, body: {} }, 'auth'],
      ['403', { status: 403, body: {} }, 'forbidden'],
      ['429 with seconds', { status: 429, headers: { 'retry-after': '7' }, body: {} }, 'rate-limited'],
      ['500', { status: 500, body: {} }, 'transient'],
      ['503 with a page', { status: 503, body: '<html>busy</html>' }, 'transient'],
      ['a page instead of JSON', 'html', 'malformed'],
      ['half an answer', 'cut', 'malformed'],
      ['an empty object', 'empty-object', 'malformed'],
      ['null', { status: 200, body: null }, 'malformed'],
      ['a number', { status: 200, body: 42 }, 'malformed'],
      ['nothing', { status: 200 }, 'malformed'],
      ['a redirect', 'redirect', 'malformed'],
      ['a broken connection', 'lose-after', 'transient'],
    ])('C16 %s to a question is never "no record"', async (_title, fault, kind) => {
      const zone = await provider.findZone(NAME, account.signal);
      account.lab.emulator.fail('any', fault, fault, fault);
      expect(await faultOf(provider.readTxt(zone, NAME, account.signal))).toMatchObject({ kind });
    });

    it.each<[string, ApiFault]>([
      ['429', { status: 429, body: {} }],
      ['429 with seconds', { status: 429, headers: { 'retry-after': '1' }, body: {} }],
      ['503 with a page', { status: 503, body: '<html>busy</html>' }],
    ])('C16 %s to a question is asked again after a moment', async (_title, fault) => {
      const zone = await provider.findZone(NAME, account.signal);
      account.lab.emulator.fail('any', fault, fault);
      expect(await provider.readTxt(zone, NAME, account.signal)).toEqual(STANDING);
    });

    it.each<[string, ApiFault]>([
      ['404 with a page', { status: 404, body: '<html>no such page</html>' }],
      ['409', { status: 409, body: {} }],
      ['422', { status: 422, body: {} }],
    ])('C16 %s to a question is an error', async (_title, fault) => {
      const zone = await provider.findZone(NAME, account.signal);
      account.lab.emulator.fail('any', fault);
      await expect(provider.readTxt(zone, NAME, account.signal)).rejects.toBeInstanceOf(DnsProviderError);
    });

    it.each<[string, ApiFault]>([
      ['a page', 'html'],
      ['half an answer', 'cut'],
      ['an empty object', 'empty-object'],
      ['500', { status: 500, body: {} }],
    ])('C16 %s is never "no zone"', async (_title, fault) => {
      await provider.check(account.signal); // whatever it asks for once, it has now
      account.lab.emulator.fail('any', fault);
      const { kind } = await faultOf(provider.findZone(NAME, account.signal));
      expect(['malformed', 'transient']).toContain(kind);
    });

    it.each<[string, () => string, number]>([
      ['in seconds', () => '7', 7000],
      ['as a date', later, LATER_MS],
    ])('C16 says how long to wait when it is told %s', async (_title, header, expected) => {
      const zone = await provider.findZone(NAME, account.signal);
      account.lab.emulator.fail('any', { status: 429, headers: { 'retry-after': header() }, body: {} });
      const fault = await faultOf(provider.readTxt(zone, NAME, account.signal));
      const retryAfterMs = fault.kind === 'rate-limited' ? (fault.retryAfterMs ?? 0) : 0;
      expect(retryAfterMs).toBeLessThanOrEqual(expected);
      expect(retryAfterMs).toBeGreaterThan(expected - 5000);
    });

    it.each<[string, ApiFault, string]>([
      ['401', { status: 401, body: {} }, 'auth'],
      ['403', { status: 403, body: {} }, 'forbidden'],
      ['422', { status: 422, body: {} }, 'unsupported'],
      ['429', { status: 429, body: {} }, 'rate-limited'],
      ['500', { status: 500, body: {} }, 'transient'],
      ['503 with a page', { status: 503, body: '<html>busy</html>' }, 'transient'],
    ])('C16 %s to a write leaves the record and says so', async (_title, fault, kind) => {
      account.lab.emulator.fail('write', fault);
      expect(await faultOf(account.swap(provider))).toMatchObject({ kind });
      expect(account.lab.zones.txt(NAME)).toEqual([RECORD]);
    });

    it('C26 says when the change is done', async () => {
      const { reference } = await account.swap(provider);
      const said: string[] = [];
      await until('the change is done', async () => {
        said.push(await provider.changeStatus(reference ?? '', account.signal));
        return said.at(-1) === 'done';
      });
      const { completion } = apiCase.module.descriptor.capabilities;
      expect([...new Set(said)]).toEqual(completion === 'at-once' ? ['done'] : ['pending', 'done']);
    });
  });
}

/** C15, C22: a write is sent once, and what became of it is found out by reading. */
export function describeLostWrites(title: string, apiCase: ApiProviderCase): void {
  describe(`${title}: a write that nobody hears of again`, () => {
    const account = new Account(apiCase);
    account.use();

    function expectSentOnce(): void {
      const sent = account.writes().map((call) => `${call.method} ${call.path} ${call.text}`);
      expect(sent).toEqual([...new Set(sent)]);
    }

    it.each<ApiFault>(['fail-after', 'lose-after', 'hang-after', 'html', 'cut', 'empty-object'])(
      'C15 %s: it is written, or open and settled by reading',
      async (fault) => {
        const { emulator, provider, zones } = account.lab;
        emulator.fail('write', fault);
        const outcome = await account.swap(provider({ timeoutMs: 500 })).then(
          () => zones.txt(NAME),
          (error: Error) => faultOf(Promise.reject(error)),
        );
        expectSentOnce();
        expect([[STRONGER], { kind: 'transient', mayBeApplied: true }]).toContainEqual(outcome);
        const found = await account.read(provider());
        if (found.values[0] === RECORD) await account.swap(provider());
        expect(zones.txt(NAME)).toEqual([STRONGER]);
      },
    );

    it('C22 a write that hangs may have been applied', async () => {
      account.lab.emulator.fail('write', 'hang');
      expect(await faultOf(account.swap(account.lab.provider({ timeoutMs: 300 })))).toEqual({
        kind: 'transient',
        mayBeApplied: true,
      });
      expectSentOnce();
    });

    it.each<ApiFault>([{ status: 500, body: {} }, { status: 429, body: {} }, 'lose-after'])(
      'C22 never sends a write again: %j',
      async (fault) => {
        account.lab.emulator.fail('write', fault);
        await account.swap(account.lab.provider()).catch(() => undefined);
        expect(account.writes().length).toBeGreaterThan(0);
        expectSentOnce();
      },
    );

    it('C22 gives up a write with the reason of the abort', async () => {
      const reason = new Error('enough');
      const abort = new AbortController();
      account.lab.emulator.fail('write', 'hang');
      const attempt = account.swap(account.lab.provider(), abort.signal).catch((error: unknown) => error);
      await until('the write is on its way', () => account.writes().length > 0);
      abort.abort(reason);
      expect(await attempt).toBe(reason);
      expect(account.writes()).toHaveLength(1);
    });
  });
}

/** C17: what stands behind the first page. */
export function describePages(title: string, apiCase: ApiProviderCase): void {
  describe(`${title}: ${MANY} other records before ours`, () => {
    const account = new Account(apiCase);
    account.use();
    beforeAll(() => {
      for (let at = 1; at <= MANY; at += 1) {
        account.lab.zones.add('example.test', `${at}.example.test`, 'TXT', `filler ${at}`, 300);
      }
    });

    it('C17 finds ours, changes it and nothing else', async () => {
      const { provider, zones } = account.lab;
      const before = zones.allBut(NAME);
      expect(await account.read(provider())).toEqual(STANDING);
      await account.swap(provider());
      expect(zones.txt(NAME)).toEqual([STRONGER]);
      expect(zones.allBut(NAME)).toBe(before);
      expect(await account.read(provider(), '_dmarc.none.example.test')).toEqual(NONE);
    });
  });

  describe(`${title}: ${MANY} other zones before ours`, () => {
    const others = Array.from({ length: MANY }, (_, at) => `a${at}.test`);
    const account = new Account(apiCase, [...others, ...CONTRACT_ZONES]);
    account.use();

    it('C17 finds the zone', async () => {
      const { provider } = account.lab;
      const found = await provider().findZone('_dmarc.a.sub.example.test', account.signal);
      expect(found.name).toBe('sub.example.test');
      expect(await faultOf(provider().findZone('_dmarc.example.org', account.signal))).toEqual({
        kind: 'zone-not-found',
      });
    });
  });
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { godaddy } from '../../src/providers/godaddy/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { emulateGodaddy, GODADDY_KEY, GODADDY_SECRET } from './emulators/godaddy-account.js';

const WRONG = 'anotherSecret0123456789';
const CASE: ApiProviderCase = {
  module: godaddy,
  options: { apiKey: GODADDY_KEY, apiSecret: GODADDY_SECRET },
  wrongOptions: { apiKey: GODADDY_KEY, apiSecret: WRONG },
  secrets: [GODADDY_KEY, GODADDY_SECRET, WRONG],
  emulate: (zones) => emulateGodaddy(zones),
  limits: [
    {
      most: 60,
      withinMs: 60_000,
      kindOf: ({ method, path }) => `${method} ${path.split('/').slice(4, 6).join('/')}`,
    },
  ],
};

describeApiProvider('GoDaddy', CASE);

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const PATH = '/v1/domains/example.test/records/TXT/_dmarc';

describe('GoDaddy', () => {
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(emulate = CASE.emulate): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab({ ...CASE, emulate });
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function read(): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(NAME, signal), NAME, signal);
  }

  async function swap(
    before: readonly string[],
    next: readonly string[],
    ttl: number | null,
  ): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected: { values: before, ttl: null }, next: { values: next, ttl }, changeId: 'c' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  function writes(): readonly (readonly [string, string, unknown])[] {
    return lab.emulator.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [call.method, call.path, JSON.parse(call.text)]);
  }

  it('sends the whole set, and what stays as it stands', async () => {
    lab.zones.replace(NAME, 'TXT', ['somebody else', RECORD], 900);
    await swap(['somebody else', RECORD], ['somebody else', STRONGER], 3600);
    expect(writes()).toEqual([
      [
        'PUT',
        PATH,
        [
          { data: 'somebody else', ttl: 900 },
          { data: STRONGER, ttl: 3600 },
        ],
      ],
    ]);
  });

  it('a TTL under 600 becomes 600, also of what stays', async () => {
    expect(await swap([], [RECORD], 60)).toContain('TTL 600 (60 is not possible there)');
    lab.zones.replace(NAME, 'TXT', ['somebody else', RECORD], 300);
    await swap(['somebody else', RECORD], ['somebody else', STRONGER], null);
    expect(lab.zones.at(NAME, 'TXT').map(({ ttl }) => ttl)).toEqual([600, 600]);
  });

  it('reads what its owner gave with quotes as what is served, and sends it again with them', async () => {
    await start((zones) => emulateGodaddy(zones, { isQuoted: true }));
    lab.zones.replace(NAME, 'TXT', ['somebody else', RECORD], 600);
    expect(await read()).toEqual({ values: ['somebody else', RECORD], ttl: 600 });
    await swap(['somebody else', RECORD], ['somebody else', STRONGER], null);
    expect(writes()[0]![2]).toEqual([
      { data: '"somebody else"', ttl: 600 },
      { data: STRONGER, ttl: 600 },
    ]);
  });

  it('says which servers the zone names', async () => {
    expect((await provider.findZone(NAME, signal)).nameServers).toEqual(['ns1.provider.test']);
    lab.zones.remove(lab.zones.at('example.test', 'NS'));
    expect((await provider.findZone(NAME, signal)).nameServers).toBeNull();
  });

  it('its check does not list domains, which is closed to small accounts', async () => {
    expect(await provider.check(signal)).toMatchObject({ ok: true });
    expect(lab.emulator.calls.map(({ path }) => path)).toEqual(['/v1/domains/example.com/records/NS/@']);
  });

  it('a name that GoDaddy takes for no domain at all is no zone', async () => {
    const body = { code: 'INVALID_BODY', message: 'domain is invalid' };
    lab.emulator.fail('any', { status: 422, body });
    expect((await provider.findZone('_dmarc.host.example.test', signal)).name).toBe('example.test');
  });

  it('a step back keeps the space that stands at the end of the record', async () => {
    lab.zones.replace(NAME, 'TXT', [`${STRONGER}; `], 600);
    await swap([`${STRONGER}; `], [`${RECORD}; `], null);
    expect(lab.zones.txt(NAME)).toEqual([`${RECORD}; `]);
  });

  it('an account that GoDaddy keeps out is told why', async () => {
    const body = { code: 'ACCESS_DENIED', message: 'Authenticated user is not allowed access' };
    lab.emulator.fail('any', { status: 403, body });
    expect(await faultOf(read())).toEqual({ kind: 'forbidden' });
    lab.emulator.fail('any', { status: 403, body });
    expect(await provider.check(signal)).toMatchObject({
      ok: false,
      message: expect.stringContaining('check that the account holds the domain'),
    });
  });

  it('reads in the body how long to wait', async () => {
    const body = { code: 'TOO_MANY_REQUESTS', message: 'Too many requests', retryAfterSec: 30 };
    lab.emulator.fail('any', { status: 429, body });
    expect(await faultOf(read())).toEqual({ kind: 'rate-limited', retryAfterMs: 30_000 });
  });

  it('repeats which field the API complains about', async () => {
    const fields = [{ code: 'MAX', message: 'is too long', path: 'records[0].data' }];
    lab.emulator.fail('write', { status: 422, body: { code: 'INVALID_BODY', message: 'No', fields } });
    await expect(swap([], [RECORD], 600)).rejects.toThrow('422: No; records[0].data is too long');
  });
});

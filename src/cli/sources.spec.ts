import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApiEmulator, type ApiCall, type ApiEmulator } from '../../test/lab/api-emulator.js';
import { runCommandLine } from './program.js';

const SOURCE = {
  name: 'Sendwell (sendwell.example)',
  class: 'unknown',
  state: 'failing',
  settledBy: null,
  messages: 40,
  passed: 1,
  failingPerWeek: 12.34,
  fix: null,
};
const SENDWELL = { ...SOURCE, id: 'domain:sendwell.example' };
const SERVERS = {
  ...SOURCE,
  id: 'host:192.0.2.0/24',
  name: '192.0.2.0/24',
  class: 'authorized',
  settledBy: 'ann',
  passed: 40,
  failingPerWeek: 0,
};
const NETWORK = {
  ...SERVERS,
  id: 'net:192.0.2.0/24',
  class: 'hostile',
  messages: 1,
  passed: 0,
  settledBy: null,
};
const ROLLOUT = {
  domain: 'example.com',
  phase: 'held',
  rung: 0,
  rungs: [{ tags: 'p=none' }],
  record: 'v=DMARC1; p=none',
  change: null,
  version: 1,
};
const PATH = '/v1/domains/example.com';

const UNSETTLED = { reason: 'unclassified-source', note: 'Sendwell (sendwell.example) (12.3 a week)' };

let holds: readonly object[] = [];
let sources: readonly object[] = [];
let settled: ApiCall[] = [];
let service: ApiEmulator;
beforeAll(async () => {
  service = await startApiEmulator((request) => {
    if (request.path === `${PATH}/sources`) return { status: 200, body: { sources } };
    if (request.method === 'PUT') settled.push(request);
    if (request.path === `${PATH}/plan`)
      return { status: 200, body: { plan: null, text: ['-'], markdown: '' } };
    if (request.path === `${PATH}/verdict`)
      return { status: 200, body: { kind: 'fail', why: 'x', earliest: null, conditions: [] } };
    return { status: 200, body: { ...ROLLOUT, holds } };
  });
});
afterAll(() => service.stop());
beforeEach(() => {
  sources = [NETWORK, SERVERS, SENDWELL];
  holds = [UNSETTLED];
  settled = [];
});

async function run(...args: readonly string[]) {
  const lines = { out: [] as string[], err: [] as string[] };
  const terminal = {
    out: (line: string) => void lines.out.push(line),
    err: (line: string) => void lines.err.push(line),
    hasColors: false,
    env: { DMARC_RATCHET_URL: service.url, API_TOKEN: 'a-token-of-16-letters' },
    cwd: '/nowhere',
  };
  const status = await runCommandLine(args, terminal, async () => {});
  return { status, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

describe('sources', () => {
  it('are listed with what waits for a person first', async () => {
    const { status, out } = await run('sources', 'EXAMPLE.com');
    expect(status).toBe(0);
    expect(out.split('\n')).toEqual([
      'domain:sendwell.example  unknown',
      '  Sendwell (sendwell.example): 1 of 40 messages passed, 12.3 failing a week',
      'host:192.0.2.0/24  authorized (settled by ann)',
      '  192.0.2.0/24: 40 of 40 messages passed',
      'net:192.0.2.0/24  hostile',
      '  192.0.2.0/24: 0 of 1 message passed',
    ]);
  });

  it('that are hostile are not all listed, but in JSON', async () => {
    sources = Array.from({ length: 23 }, (_, at) => ({ ...NETWORK, id: `net:198.51.100.${at}/32` }));
    const { out } = await run('sources', 'example.com');
    expect(out.split('\n')).toHaveLength(41);
    expect(out).toContain('and 3 more hostile; --json lists them all');
    const json = await run('sources', 'example.com', '--json');
    expect(json.out.split('\n')).toHaveLength(23);
  });

  it('that nobody knows are told as none', async () => {
    sources = [];
    const { status, out, err } = await run('sources', 'example.com');
    expect({ status, out, err }).toEqual({ status: 0, out: '', err: 'no report has shown a source yet' });
  });
});

describe('classify', () => {
  it.each(['domain:sendwell.example', 'sendwell.example', 'Sendwell (sendwell.example)'])(
    'settles %s with a note',
    async (source) => {
      const { status, out } = await run(
        'classify',
        'example.com',
        source,
        'authorized',
        '--note',
        'our shop',
      );
      expect({ status, out }).toEqual({
        status: 0,
        out: 'domain:sendwell.example is authorized for good; example.com is looked at again with that',
      });
      expect(settled).toMatchObject([
        {
          path: `${PATH}/sources/domain%3Asendwell.example`,
          text: '{"class":"authorized","note":"our shop"}',
        },
      ]);
    },
  );

  it('takes an id that no report shows, and says so', async () => {
    const { status, err } = await run(
      'classify',
      'example.com',
      'domain:new.example',
      'hostile',
      '--note',
      'x',
    );
    expect(status).toBe(0);
    expect(err).toContain('no report shows domain:new.example at present');
    expect(settled).toHaveLength(1);
  });

  it.each([
    [
      'sendwel.example',
      'sendwel.example is no source of example.com; they are listed by: dmarc-ratchet sources',
    ],
    ['192.0.2.0/24', '192.0.2.0/24 may be any of host:192.0.2.0/24, net:192.0.2.0/24'],
  ])('settles nothing by the name %s', async (source, message) => {
    const { status, err } = await run('classify', 'example.com', source, 'hostile', '--note', 'x');
    expect(status).toBe(1);
    expect(err).toContain(message);
    expect(settled).toEqual([]);
  });

  it('wants to know why', async () => {
    const { status, err } = await run(
      'classify',
      'example.com',
      'sendwell.example',
      'hostile',
      '--note',
      ' ',
    );
    expect(status).toBe(2);
    expect(err).toContain('--note: say why');
  });
});

describe('the plan of a domain that a source holds', () => {
  it('says the command that settles it', async () => {
    const { out } = await run('plan', 'example.com');
    expect(out).toContain(
      '\nsettle Sendwell (sendwell.example) with: dmarc-ratchet classify example.com domain:sendwell.example CLASS --note WHY\n' +
        'CLASS: authorized when its mail is yours, hostile when it is not\n',
    );
  });

  it('says who paused it', async () => {
    holds = [{ reason: 'paused', note: 'no note given', by: 'ann', since: '2026-03-01T00:00:00Z' }];
    expect((await run('plan', 'example.com')).out).toContain('\nheld, paused by ann: no note given\n');
    expect(JSON.parse((await run('plan', 'example.com', '--json')).out)).toMatchObject({ holds });
  });

  it('lets no report put anything into that command', async () => {
    sources = [{ ...SENDWELL, id: "domain:a';reboot" }];
    const { out } = await run('plan', 'example.com');
    expect(out).toContain(String.raw`example.com 'domain:a'\'';reboot' CLASS`);
  });
});

describe('what is no service of ours', () => {
  it('is told in words', async () => {
    sources = [{ id: 7 }];
    const { status, err } = await run('sources', 'example.com');
    expect(status).toBe(2);
    expect(err).toMatch(
      /^dmarc-ratchet: what answers at .* is no dmarc-ratchet, or one of another version: its answer to GET .* \(at sources\[0\]\.id\)$/,
    );
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { startApi, World } from '../http/fake-world.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'cli-'));
  return () => rmSync(cwd, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const full = path.join(cwd, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  let served = 0;
  const terminal = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    hasColors: false,
    env,
    cwd,
  };
  const status = await runCommandLine(args, terminal, async () => {
    served += 1;
  });
  return { status, out: out.join('\n'), err: err.join('\n'), served };
}

function report(rows: string, org = 'mail.example.net'): string {
  return `<?xml version="1.0"?><feedback>
<report_metadata><org_name>${org}</org_name><email>d@mail.example.net</email><report_id>r1</report_id>
<date_range><begin>1707868800</begin><end>1707955199</end></date_range></report_metadata>
<policy_published><domain>example.com</domain><p>none</p></policy_published>${rows}</feedback>`;
}

function row(count: number, dkim: string, spf: string, ip = '192.0.2.1'): string {
  return `<record><row><source_ip>${ip}</source_ip><count>${count}</count><policy_evaluated>
<disposition>none</disposition><dkim>${dkim}</dkim><spf>${spf}</spf></policy_evaluated></row>
<identifiers><header_from>example.com</header_from></identifiers>
<auth_results><spf><domain>example.com</domain><result>${spf}</result></spf></auth_results></record>`;
}

describe('parse', () => {
  const rows = row(5, 'pass', 'pass') + row(3, 'pass', 'fail') + row(2, 'fail', 'fail');

  it('gives one JSON line a report, with messages counted by policy_evaluated', async () => {
    const name = file('r.xml.gz', gzipSync(report(rows)));
    const { status, out, err } = await run(['parse', '--json', name]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const parsed: unknown = JSON.parse(out);
    expect(parsed).toEqual({
      file: name,
      inner: expect.any(String) as string,
      status: 'accepted',
      reason: null,
      org: 'mail.example.net',
      reportId: 'r1',
      domain: 'example.com',
      begin: 1707868800,
      end: 1707955199,
      records: 3,
      messages: 10,
      dkimPass: 8,
      spfPass: 5,
      dmarcPass: 8,
      dropped: 0,
    });
  });

  it('says why a file holds none, and exits with 1', async () => {
    const good = file('good.xml', report(rows));
    const bad = file('bad.bin', 'hello');
    const { status, out } = await run(['parse', '--json', good, bad, path.join(cwd, 'gone')]);
    expect(status).toBe(1);
    const lines = out
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; status: string; reason: string });
    expect(lines.map((line) => line.status)).toEqual(['accepted', 'rejected', 'rejected']);
    expect(lines[1]?.reason).toBeTruthy();
    expect(lines[2]?.reason).toBe('cannot be read: there is no such file or folder');
  });

  it('says that a folder is none', async () => {
    expect((await run(['parse', cwd])).out).toMatch(
      /cannot be read: it is a folder, and a file is expected$/,
    );
  });

  it('counts one as one', async () => {
    const name = file('one.xml', report(row(1, 'fail', 'fail')));
    expect((await run(['parse', name])).out).toContain('1 message in 1 record: 1 fails DMARC');
  });

  it('takes a report with a bad row for what is good in it', async () => {
    const name = file('r.xml', report(rows + row(1, 'pass', 'pass', 'nonsense')));
    const { status, out } = await run(['parse', '--json', name]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: 'partial', records: 3, dropped: 1 });
  });

  it('lets no report drive the terminal', async () => {
    const name = file('r.xml', report(rows, 'evil \u009b31m\u202e org'));
    const human = await run(['parse', name]);
    const json = await run(['parse', '--json', name]);
    expect(human.out).toContain('10 messages in 3 records: 2 fail DMARC (DKIM 8, SPF 5, either 8)');
    for (const { out } of [human, json]) expect(out).not.toContain('\u009b');
    expect(human.out).not.toContain('\u202e');
  });
});

describe('wrong usage', () => {
  it.each([
    ['no command', [], /Usage: dmarc-ratchet/],
    ['an unknown command', ['chek', 'example.com'], /Did you mean check/],
    ['an unknown option', ['parse', '--jsn', 'x'], /unknown option '--jsn'/],
    ['a missing argument', ['parse'], /missing required argument 'file'/],
    ['a domain that is none', ['check', 'localhost'], /localhost is no domain name; example\.com is one/],
    [
      'a domain that is none, of a folder',
      ['backtest', '--mail', '.', '--domain', 'nope'],
      /nope is no domain name; example\.com is one/,
    ],
    [
      'a folder instead of a ladder',
      ['backtest', '--mail', '.', '--ladder', '.'],
      /\. cannot be read: it is a fold/,
    ],
    [
      'a ladder that is none',
      ['backtest', '--mail', '.', '--ladder', 'steep'],
      /neither a ladder \(gradual, rfc9989, parked\)/,
    ],
    ['a date that is none', ['backtest', '--mail', '.', '--until', 'soon'], /a date such as/],
    [
      'a folder that is not there',
      ['backtest', '--mail', '/nowhere/at/all'],
      /cannot be read: there is no such file or folder/,
    ],
    [
      'an address without http',
      ['status', '--url', 'localhost:3977'],
      /localhost:3977 lacks http:\/\/ or https:\/\/; write it as in --url http:\/\/localhost:3977$/,
    ],
    [
      'an address of another kind',
      ['status', '--url', 'ftp://localhost'],
      /ftp:\/\/localhost lacks http:\/\/ or https:\/\/; write it as in --url http:\/\/127\.0\.0\.1:3000$/,
    ],
    [
      'an address that is none',
      ['status', '--url', 'http://localhost:99999'],
      /http:\/\/localhost:99999 is no address/,
    ],
    [
      'a class that people do not give',
      ['classify', 'example.com', 'domain:a.example', 'unknown', '--note', 'x'],
      /Allowed choices are authorized, hostile/,
    ],
    [
      'a word on a source without a reason',
      ['classify', 'example.com', 'domain:a.example', 'hostile'],
      /'--note <text>' not specified/,
    ],
    ['no token', ['status'], /no token/],
    ['a setting that is wrong', ['status', '--token', 'x'], /PORT: "http" given/, { PORT: 'http' }],
  ])(
    '%s: a message on stderr and exit status 2',
    async (_, args, message, env: Record<string, string> = {}) => {
      const { status, out, err } = await run(args, env);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toMatch(message);
    },
  );

  it('help is no mistake', async () => {
    expect(await run(['--help'])).toMatchObject({ status: 0, err: '' });
  });

  it.each(['check', 'pause', 'backtest', 'import'])('help for %s tells no empty default', async (command) => {
    const { out } = await run([command, '--help']);
    expect(out).not.toMatch(/default: (?:\[\]|false|"")/);
    expect(out.includes('(default: gradual)')).toBe(command === 'backtest');
  });

  it('nor is asking for the version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'])).toMatchObject({ status: 0, out: version, err: '' });
  });

  it('serve goes on running', async () => {
    expect(await run(['serve'])).toMatchObject({ status: null, served: 1 });
  });
});

describe('backtest', () => {
  it('reads a ladder from a file and says what is wrong with it', async () => {
    const ladder = file('steep.yaml', 'rungs: [{ p: none }, { p: reject, pct: 10 }]');
    const { status, err } = await run(['backtest', '--mail', cwd, '--ladder', ladder]);
    expect(status).toBe(2);
    expect(err).toContain('rungs[1]: {"p":"reject","pct":10} given; pct below 100 needs t: y');
  });

  it('replays bare files, which the person who runs it vouches for', async () => {
    file('mail/a.xml', report(row(5, 'pass', 'pass')));
    const { status, out, err } = await run(['backtest', '--mail', path.join(cwd, 'mail'), '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ domains: [{ domain: 'example.com', transitions: [] }] });
    expect(err).toBe('1 file read');
  });

  it('says of what no report counts', async () => {
    file('mail/a.xml', report(row(5, 'pass', 'pass')));
    file('mail/b.txt', 'nothing');
    const args = ['backtest', '--mail', path.join(cwd, 'mail'), '--domain', 'other.example'];
    expect(await run(args)).toEqual({
      status: 0,
      out: 'no report about other.example counts',
      err: '2 files read; 1 file without a report',
      served: 0,
    });
  });
});

describe('commands to a running service', () => {
  const world = new World();
  let api: Awaited<ReturnType<typeof startApi>>;
  beforeAll(async () => {
    api = await startApi(world);
  });
  afterAll(() => api.stop());

  const asApprover = () => ({ DMARC_RATCHET_URL: api.url, API_TOKEN: 'approver-test-token', PORT: '1' });

  async function enrol(): Promise<void> {
    world.rollouts.clear();
    const headers = { authorization: 'Bearer admin-test-token', 'content-type': 'application/json' };
    await fetch(`${api.url}/v1/domains`, { method: 'POST', headers, body: '{"name":"example.com"}' });
  }

  it('show status and plan', async () => {
    await enrol();
    const status = await run(['status'], asApprover());
    expect(status).toMatchObject({ status: 0, out: 'example.com  p=none (rung 1 of 7)  observing' });
    const plan = await run(['plan', 'example.com'], asApprover());
    expect(plan.out).toMatch(/verdict none: not evaluated yet\n/);
    expect(plan.out).toMatch(/\n\nexample.com: one step up \(preview\)\n/);
    expect(plan.out).toContain('\n+ v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@example.com\n');
    const markdown = await run(['plan', 'example.com', '--markdown'], asApprover());
    expect(markdown.out).toMatch(/^## example.com: one step up/);
    const json: unknown = JSON.parse((await run(['plan', 'example.com', '--json'], asApprover())).out);
    expect(json).toMatchObject({
      domain: 'example.com',
      plan: { stage: 'preview', direction: 'strengthen' },
    });
  });

  it('show whether the providers take their credentials', async () => {
    expect(await run(['providers'], asApprover())).toMatchObject({
      status: 0,
      out: '✓ zone (rfc2136): it takes the key',
    });
    world.missing = 'it refused the key';
    const refused = await run(['providers', '--json'], asApprover());
    world.missing = null;
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.out)).toEqual({
      name: 'zone',
      type: 'rfc2136',
      ok: false,
      message: 'it refused the key',
    });
    expect((await run(['providers', '--types'], asApprover())).out).toMatch(/^manual {8}By hand/m);
  });

  it('carry note, target and the plan that stands', async () => {
    await enrol();
    world.asked.length = 0;
    await run(['pause', 'EXAMPLE.com', '--note', 'holidays'], asApprover());
    await run(['abort', 'example.com', '--to', 'none'], asApprover());
    const nothing = await run(['approve', 'example.com'], asApprover());
    expect(nothing).toMatchObject({
      status: 1,
      err: 'dmarc-ratchet: nothing is planned that could be approved',
    });
    await run(['approve', 'example.com', '--plan', 'abc'], asApprover());
    expect(world.asked.map(({ command }) => command)).toEqual([
      { kind: 'pause', note: 'holidays' },
      { kind: 'abort', target: 'none', note: '' },
      { kind: 'approve', planHash: 'abc', note: '' },
    ]);
  });

  it('say what the service said, and exit with 1', async () => {
    await enrol();
    const refused = await run(['resume', 'example.com'], asApprover());
    expect(refused).toMatchObject({ status: 1, out: '' });
    expect(refused.err).toContain('it is not paused');
    const stranger = await run(['status', '--token', 'unknown-token'], asApprover());
    expect(stranger).toMatchObject({ status: 2 });
    expect(stranger.err).toMatch(/is not known here.*; give another with --token, or set API_TOKEN$/);
  });

  it('upload files and folders', async () => {
    world.arrivals.length = 0;
    file('in/a.xml', 'x');
    file('in/deep/b.xml', '');
    const args = ['import', path.join(cwd, 'in'), '--url', api.url];
    const { status, out, err } = await run(args, asApprover());
    expect(status).toBe(1);
    expect(world.arrivals.map(({ bytes }) => bytes?.length)).toEqual([1, 0]);
    expect(out).toContain('the file is empty');
    expect(err).toBe('1 of 2 mails and files gave reports');
  });

  it('exit with 2 when nobody answers', async () => {
    const { status, err } = await run(['status'], {
      ...asApprover(),
      DMARC_RATCHET_URL: 'http://127.0.0.1:9',
    });
    expect(status).toBe(2);
    expect(err).toContain('no service answers at http://127.0.0.1:9');
  });
});

import type { Answer } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { startScriptedDns, type Script, type ScriptedDns } from '../../test/lab/dns-server.js';
import { runCommandLine } from './program.js';

const servers: ScriptedDns[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function run(args: readonly string[], options: { readonly hasColors: boolean } = { hasColors: false }) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  const status = await runCommandLine(
    ['check', ...args],
    { ...terminal, ...options, env: {} },
    async () => {},
  );
  return { status, out, err: err.join('\n') };
}

async function checkAt(script: Script, ...args: readonly string[]) {
  const server = await startScriptedDns(script);
  servers.push(server);
  return run(['shop.example', '--resolver', `127.0.0.1:${server.port}`, ...args]);
}

/** All that DNS says, at every name, as somebody would who wants to harm. */
const HOSTILE: Script = (query) => {
  const { name, type } = query.questions![0]!;
  const head = { name, ttl: 60 };
  const answers: Answer[] = [];
  const nasty = '\u001b[2J\u001b]0;owned\u0007|`<script>\r\n‮';
  if (type === 'TXT') {
    const texts = [`v=spf1 include:x.${'a.'.repeat(50)}test ${nasty} ?all`, `v=DMARC1; p=${nasty}`, nasty];
    for (const data of texts) answers.push({ ...head, type: 'TXT', data: [Buffer.from(data)] });
  }
  if (type === 'MX') {
    const exchange = '\u001b[31m|`.test';
    for (let at = 0; at < 60; at += 1) {
      answers.push({ ...head, type: 'MX', data: { preference: at, exchange: `h${at}.${exchange}` } });
    }
  }
  if (type === 'A') answers.push({ ...head, type: 'A', data: '192.0.2.1' });
  if (type === 'PTR') answers.push({ ...head, type: 'PTR', data: '\u001b[2J.test' });
  return { answers };
};

describe('hostile answers', () => {
  it.each([[], ['--markdown'], ['--json']])('do not drive the terminal: %s', async (...flags) => {
    const { status, out } = await checkAt(HOSTILE, ...flags);
    expect(status).toBe(1);
    const text = out.join('\n');
    // eslint-disable-next-line no-control-regex -- it is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(out.length).toBeLessThan(600);
  });

  it('can not make it ask on and on', async () => {
    await checkAt(HOSTILE, '--ip', '192.0.2.1');
    expect(servers[0]?.queries.length).toBeLessThan(500);
  });

  it('break no table of Markdown', async () => {
    const { out } = await checkAt(HOSTILE, '--markdown');
    const rows = out.filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
    const widths = rows.map((line) => line.replaceAll(/\\./g, '').split('|').length);
    expect(new Set(widths)).toEqual(new Set([7]));
  });
});

describe('a resolver that is silent', () => {
  it('ends in unknown, after a few seconds', async () => {
    const { status, out } = await checkAt(() => null, '--json');
    expect(status).toBe(2);
    const { findings } = JSON.parse(out.join('')) as { findings: { severity: string; id: string }[] };
    expect(findings.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([]);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['mx-unknown', 'spf-unknown', 'dkim-common-unknown', 'dmarc-unknown']),
    );
  }, 15_000);
});

describe('colours', () => {
  it('stand where the terminal has them', async () => {
    const server = await startScriptedDns(HOSTILE);
    servers.push(server);
    const { out } = await run(['shop.example', '--resolver', `127.0.0.1:${server.port}`], {
      hasColors: true,
    });
    expect(out.join('\n')).toContain('\u001b[31m✗ error');
  });
});

describe('wrong flags', () => {
  it.each([
    ['an address', ['--ip', '192.0.2'], /--ip: 192\.0\.2 is no IP address/],
    ['an address with a zone', ['--ip', 'fe80::1%eth0'], /no IP address/],
    ['a selector', ['--selector', 'a b'], /--selector: a b is no DKIM selector/],
    ['a resolver', ['--resolver', 'no port:x'], /--resolver: not a server address/],
  ])('%s that is none', async (_what, flags, message) => {
    const { status, out, err } = await run(['shop.example', ...flags]);
    expect({ status, out }).toEqual({ status: 2, out: [] });
    expect(err).toMatch(message);
  });
});

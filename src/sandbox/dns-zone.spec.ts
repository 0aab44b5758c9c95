import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { describeWith } from '../../test/lab/debian-packages.js';
import { answerTo } from './dns-answer.js';
import { startZone, type ZoneServer } from './dns-zone.js';
import { ZoneData } from './zone-data.js';

const run = promisify(execFile);
const KEY = {
  name: 'ratchet',
  algorithm: 'hmac-sha256',
  secret: 'c2FuZGJveC1zYW5kYm94LXNhbmRib3g=',
} as const;
const NONE = 'v=DMARC1; p=none; rua=mailto:d@rua.example';
const LONG = `v=DMARC1; p=none; rua=${'mailto:somebody@somewhere.example,'.repeat(60)}mailto:d@rua.example`;

let zone: ZoneServer;

async function start(): Promise<ZoneServer> {
  zone = await startZone({
    key: KEY,
    zones: [
      { name: 'shop.example', txt: { '_dmarc.shop.example': NONE, '_dmarc.long.shop.example': LONG } },
      { name: 'club.example', txt: {} },
    ],
  });
  return zone;
}

afterEach(async () => zone.stop());

function resolver(port: number): Resolver {
  const found = new Resolver({ timeout: 2000, tries: 2 });
  found.setServers([`127.0.0.1:${port}`]);
  return found;
}

describe('the zone server', () => {
  it('answers what stands there, and tells a missing record from a missing name', async () => {
    const ask = resolver((await start()).port);
    expect(await ask.resolveTxt('_dmarc.shop.example')).toEqual([[NONE]]);
    expect((await ask.resolveSoa('shop.example')).nsname).toBe('ns1.shop.example');
    expect(await ask.resolveNs('shop.example')).toEqual(['ns1.shop.example']);
    expect(await ask.resolve4('ns1.shop.example')).toEqual(['127.0.0.1']);
    await expect(ask.resolveTxt('_dmarc.club.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(ask.resolveTxt('ns1.club.example')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(ask.resolveTxt('long.shop.example')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(ask.resolveTxt('elsewhere.example')).rejects.toMatchObject({ code: 'EREFUSED' });
  });

  it('a record that is too long for UDP comes over TCP', async () => {
    const texts = await resolver((await start()).port).resolveTxt('_dmarc.long.shop.example');
    expect(texts[0]?.join('')).toBe(LONG);
  });

  it('changes behind everybody’s back are served at once', async () => {
    const { port } = await start();
    zone.setRecord('_dmarc.shop.example', ['v=DMARC1; p=reject', 'v=DMARC1; p=none']);
    expect(await resolver(port).resolveTxt('_dmarc.shop.example')).toHaveLength(2);
    expect(zone.record('_dmarc.shop.example')).toBeNull();
    zone.setRecord('_dmarc.shop.example', []);
    expect(zone.texts('_dmarc.shop.example')).toEqual([]);
  });

  it('keeps still about rubbish, and goes on serving', async () => {
    const { port } = await start();
    const socket = dgram.createSocket('udp4');
    for (const bytes of ['', '00', 'ffff', '0000010000010000000000', 'ab'.repeat(600)]) {
      socket.send(Buffer.from(bytes, 'hex'), port, '127.0.0.1');
    }
    expect(await resolver(port).resolveTxt('_dmarc.shop.example')).toEqual([[NONE]]);
    socket.close();
  });

  it('no message makes it throw', async () => {
    await start();
    const state = {
      zones: [new ZoneData({ name: 'shop.example', txt: {} }, '127.0.0.1')],
      key: KEY,
      now: () => 0,
    };
    for (let seed = 0; seed < 4000; seed += 1) {
      const bytes = Buffer.from(
        Array.from({ length: seed % 90 }, (_, at) => (Math.imul(seed + 7, at + 13) * 2_654_435) >>> 16),
      );
      if (bytes.length > 12) bytes.set([0, seed % 2 ? 0x28 : 1, 0, 1, 0, 1, 0, 0, 0, 0], 2);
      expect(() => answerTo(bytes, state)).not.toThrow();
    }
  });
});

describeWith(['bind9-dnsutils'], 'the zone server for dig and nsupdate', () => {
  async function nsupdate(lines: readonly string[], secret: string = KEY.secret): Promise<string> {
    const script = [`server 127.0.0.1 ${zone.port}`, 'zone shop.example', ...lines, 'send', ''].join('\n');
    const child = run('nsupdate', ['-y', `${KEY.algorithm}:${KEY.name}:${secret}`]);
    child.child.stdin?.end(script);
    return child.then(
      () => 'done',
      (error: { readonly stderr: string }) => error.stderr.trim(),
    );
  }

  it('answers with authority', async () => {
    const { port } = await start();
    const { stdout } = await run('dig', [
      '@127.0.0.1',
      '-p',
      `${port}`,
      '_dmarc.shop.example',
      'TXT',
      '+norec',
    ]);
    expect(stdout).toMatch(/status: NOERROR/);
    expect(stdout).toMatch(/flags: qr aa;/);
    expect(stdout).toMatch(/EDNS: version: 0/);
    expect(stdout).toContain(`3600\tIN\tTXT\t"${NONE}"`);
  });

  it('takes an update whose prerequisite holds, over UDP and TCP', async () => {
    await start();
    const next = 'v=DMARC1; p=quarantine';
    const change = (before: string, after: string): string[] => [
      `prereq yxrrset _dmarc.shop.example TXT "${before}"`,
      'update delete _dmarc.shop.example TXT',
      `update add _dmarc.shop.example 600 TXT "${after}"`,
    ];
    expect(await nsupdate(change(NONE, next))).toBe('done');
    expect(zone.texts('_dmarc.shop.example')).toEqual([next]);
    const long = 'x'.repeat(200);
    expect(await nsupdate(change(next, `${long}" "${long}`))).toBe('done');
    expect(zone.record('_dmarc.shop.example')).toBe(long + long);
  });

  it.each([
    ['another value stands there', ['prereq yxrrset _dmarc.shop.example TXT "v=DMARC1"'], /NXRRSET/],
    ['something stands there', ['prereq nxrrset _dmarc.shop.example TXT'], /YXRRSET/],
    ['nothing stands there', ['prereq yxrrset _dmarc.no.shop.example TXT'], /NXRRSET/],
  ])('refuses when %s', async (_, prerequisites, refusal) => {
    await start();
    const update = 'update add _dmarc.shop.example 600 TXT "v=DMARC1; p=reject"';
    expect(await nsupdate([...prerequisites, update])).toMatch(refusal);
    expect(zone.texts('_dmarc.shop.example')).toEqual([NONE]);
  });

  it('refuses a wrong key and an unsigned update', async () => {
    await start();
    const update = 'update add _dmarc.shop.example 600 TXT "v=DMARC1; p=reject"';
    expect(await nsupdate([update], 'd3Jvbmc=')).toMatch(/BADSIG|NOTAUTH|TSIG/i);
    const child = run('nsupdate');
    child.child.stdin?.end(`server 127.0.0.1 ${zone.port}\nzone shop.example\n${update}\nsend\n`);
    await expect(child).rejects.toMatchObject({ stderr: expect.stringMatching(/REFUSED/) });
    expect(zone.texts('_dmarc.shop.example')).toEqual([NONE]);
  });
});

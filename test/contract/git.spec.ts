import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import type { ObservedEverywhere } from '../../src/ports/record-observer.js';
import { git } from '../../src/providers/git/module.js';
import { faultOf } from './dns-provider.contract.js';

const run = promisify(execFile);
const signal = new AbortController().signal;
const NAME = '_dmarc.example.com';
const BEFORE = 'v=DMARC1; p=none; rua=mailto:d@example.com';
const AFTER = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@example.com';
const EXPECTED: TxtSet = { values: [BEFORE, 'somebody else'], ttl: 300 };
const NEXT: TxtSet = { values: [AFTER, 'somebody else'], ttl: 300 };
const CHANGE = { expected: EXPECTED, next: NEXT, changeId: 'change-1' };
const FILES = {
  dnscontrol: [
    'dnsconfig.js',
    `D('example.com', REG,\n  A('@', '192.0.2.1'),\n  TXT('_dmarc', '${BEFORE}'), // dmarc-ratchet: example.com\nEND);\n`,
  ],
  octodns: [
    'zones/example.com.yaml',
    `_dmarc: # dmarc-ratchet: example.com\n  type: TXT\n  value: ${BEFORE.replaceAll(';', '\\;')}\n`,
  ],
  terraform: [
    'dns/main.tf',
    `resource "dns_txt" "dmarc" {\n  name    = "_dmarc"\n  content = "${BEFORE}" # dmarc-ratchet: example.com\n}\n`,
  ],
} as const;

class Shown extends RecordObserver {
  observation: Observation = { kind: 'record', text: BEFORE, ttl: 300, others: ['somebody else'] };
  observe(): Promise<ObservedEverywhere> {
    return Promise.resolve({ observation: this.observation, servers: [] });
  }
}

describe('the git provider', () => {
  let folder = '';
  let repository = '';
  let shown: Shown;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'git-provider-'));
    repository = path.join(folder, 'zones');
    shown = new Shown();
    await mkdir(repository);
    await run('git', ['init', '--quiet'], { cwd: repository });
    for (const [file, text] of Object.values(FILES)) {
      await mkdir(path.dirname(path.join(repository, file)), { recursive: true });
      await writeFile(path.join(repository, file), text);
    }
  });
  afterEach(async () => rm(folder, { recursive: true }));

  function provider(format: keyof typeof FILES, file: string = FILES[format][0]): DnsProvider {
    return git.create(
      { repository, file, format, patches: path.join(folder, 'patches') },
      { observer: shown },
    );
  }

  async function swap(one: DnsProvider): Promise<string> {
    const zone = await one.findZone(NAME, signal);
    return (await one.replaceTxt(zone, NAME, CHANGE, signal)).note;
  }

  it.each(['dnscontrol', 'octodns', 'terraform'] as const)(
    'writes a patch that git applies to a %s file',
    async (format) => {
      const note = await swap(provider(format));
      const [name] = await readdir(path.join(folder, 'patches'));
      const patch = path.join(folder, 'patches', name ?? '');
      expect(note).toContain(patch);
      const [file, text] = FILES[format];
      expect(await readFile(path.join(repository, file), 'utf8')).toBe(text);
      await run('git', ['apply', patch], { cwd: repository });
      const escape =
        format === 'octodns' ? (value: string) => value.replaceAll(';', '\\;') : (value: string) => value;
      expect(await readFile(path.join(repository, file), 'utf8')).toBe(
        text.replace(escape(BEFORE), () => escape(AFTER)),
      );
    },
  );

  it('leaves the record of another domain alone', async () => {
    const file = path.join(repository, 'shared.js');
    const other = (value: string): string =>
      `D('example.com', REG, DMARC_BUILDER({ policy: 'none' }));\nD('b.example', REG,\n  TXT('_dmarc', '${value}'));\n`;
    for (const value of [BEFORE, AFTER]) {
      await writeFile(file, other(value));
      expect(await faultOf(swap(provider('dnscontrol', 'shared.js')))).toEqual({ kind: 'unsupported' });
    }
  });

  it('finds the file of each domain', async () => {
    expect(await swap(provider('octodns', 'zones/{domain}.yaml'))).toContain('+++ b/zones/example.com.yaml');
  });

  it('writes the same patch when asked again, and none once the file holds the record', async () => {
    const one = provider('dnscontrol');
    await swap(one);
    await swap(one);
    const patches = await readdir(path.join(folder, 'patches'));
    expect(patches).toEqual(['example.com-change-1.patch']);
    await run('git', ['apply', path.join(folder, 'patches', 'example.com-change-1.patch')], {
      cwd: repository,
    });
    expect(await swap(one)).toContain('holds the record already');
  });

  it('a step back is handed out while a name server is silent, whoever the domain has asked', async () => {
    const asked = vi.spyOn(shown, 'observe');
    shown.observation = { kind: 'unknown', reason: 'time-out' };
    const one = provider('dnscontrol');
    const zone = await one.findZone(NAME, signal);
    const hint = { verify: 'recursive', leaves: BEFORE } as const;
    const expected = await one.readTxt(zone, NAME, signal, hint);
    const next = { ...expected, values: [AFTER] };
    const receipt = await one.replaceTxt(zone, NAME, { expected, next, changeId: 'back', hint }, signal);
    expect(receipt).toMatchObject({ publisher: 'person', note: expect.stringContaining('Apply this patch') });
    expect(asked).toHaveBeenCalledWith(expect.objectContaining({ verify: 'recursive' }), expect.anything());
  });

  it('writes nothing when another record is published than expected', async () => {
    shown.observation = { kind: 'record', text: 'v=DMARC1; p=reject', ttl: 300, others: [] };
    const fault = await faultOf(swap(provider('dnscontrol')));
    expect(fault).toEqual({ kind: 'conflict', observed: { values: ['v=DMARC1; p=reject'], ttl: 300 } });
    expect(await readdir(folder)).toEqual(['zones']);
  });

  it.each([
    ['a file that is not there', 'gone.js', { kind: 'transient', mayBeApplied: false }],
    ['a file without the record', 'zones/example.com.yaml', { kind: 'unsupported' }],
  ])('says what is wrong with %s', async (_title, file, fault) => {
    expect(await faultOf(swap(provider('dnscontrol', file)))).toEqual(fault);
  });

  it.each(['/etc/passwd', '../elsewhere.js', 'zones/../../x'])('refuses the path %s', (file) => {
    expect(() => provider('dnscontrol', file)).toThrow(/inside the repository/);
  });

  it('its check tells whether the folder is there', async () => {
    expect(await provider('dnscontrol').check(signal)).toMatchObject({ ok: true });
    await rm(repository, { recursive: true });
    expect(await provider('dnscontrol').check(signal)).toEqual({ ok: false, message: 'ENOENT' });
  });
});

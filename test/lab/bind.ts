import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { queryDns } from '../../src/dns/dns-query.js';
import { freePort } from './free-port.js';

export interface LabZone {
  readonly name: string;
  /** Lines of a zone file, relative to the zone: `_dmarc 300 TXT "v=DMARC1; p=none"`. SOA and NS come by themselves. */
  readonly records: readonly string[];
  /** Names (or `*.name`) whose TXT the key may change; without it `_dmarc.<zone>` alone. */
  readonly writable?: readonly string[];
}

export interface TsigKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** Base64. */
  readonly secret: string;
}

export interface BindLab {
  readonly host: string;
  readonly port: number;
  /** May change TXT at the writable names, and nothing else. */
  readonly key: TsigKey;
  /** The TXT values at a name, strings joined, sorted. */
  txt(fqdn: string): Promise<string[]>;
  /** What somebody else writes there, by nsupdate and with a key of its own; no values: takes the name's TXT out. */
  write(fqdn: string, values: readonly string[], ttl?: number): Promise<void>;
  /** Any records by lines of nsupdate: `update add x.example.test. 300 CNAME y.example.test.` */
  update(lines: readonly string[]): Promise<void>;
  /** Stops answering, without closing its port, until `thaw`. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** A real BIND on loopback with a directory of its own. */
export async function startBind(options: {
  readonly zones: readonly LabZone[];
  readonly algorithm?: TsigKey['algorithm'];
  /** More options of named.conf. */
  readonly extra?: string;
}): Promise<BindLab> {
  const host = '127.0.0.1'; // BIND listens on addresses of interfaces only, not on all of 127.0.0.0/8
  const folder = await mkdtemp(path.join(tmpdir(), 'ratchet-bind-'));
  const key = newKey('dmarc-key', options.algorithm ?? 'hmac-sha256');
  const labKey = newKey('lab-key', 'hmac-sha256');
  for (const zone of options.zones) await writeFile(path.join(folder, `${zone.name}.zone`), zoneFile(zone));

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(host);
    await writeFile(
      path.join(folder, 'named.conf'),
      configuration({ ...options, folder, host, port, keys: [key, labKey] }),
    );
    const server = spawn('/usr/sbin/named', ['-g', '-4', '-n', '1', '-c', path.join(folder, 'named.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log: string[] = [];
    server.stderr.on('data', (bytes: Buffer) => log.push(bytes.toString()));
    if (await isAnswering(server, host, port, options.zones[0]?.name ?? '.')) {
      return signedServerLab({ server, folder, host, port, key, labKey });
    }
    await ended(server);
    if (attempt === 3) throw new Error(`named did not start:\n${log.join('')}`);
  }
}

/** What any server offers that takes signed updates of its own zones, while it runs. */
export function signedServerLab(parts: {
  readonly server: ChildProcess;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly key: TsigKey;
  readonly labKey: TsigKey;
}): BindLab {
  const { server, folder, host, port, key, labKey } = parts;
  const update = async (lines: readonly string[]): Promise<void> => {
    const file = path.join(folder, `update-${randomBytes(6).toString('hex')}`);
    await writeFile(file, [`server ${host} ${port}`, 'check-names no', ...lines, 'send', ''].join('\n'));
    await run('/usr/bin/nsupdate', ['-v', '-y', `${labKey.algorithm}:${labKey.name}:${labKey.secret}`, file]);
  };
  return {
    host,
    port,
    key,
    update,
    async txt(fqdn) {
      const reply = await queryDns(
        { name: fqdn, type: 'TXT' },
        { host, port },
        { timeoutMs: 2000, tries: 2, recursionDesired: false },
      );
      return reply.answers.flatMap((record) => (record.type === 'TXT' ? [record.text] : [])).toSorted();
    },
    async write(fqdn, values, ttl = 300) {
      const adds = values.map((value) => `update add ${fqdn}. ${ttl} TXT ${quoted(value)}`);
      await update([`update delete ${fqdn}. TXT`, ...adds]);
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async stop() {
      await ended(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function newKey(name: string, algorithm: TsigKey['algorithm']): TsigKey {
  return { name, algorithm, secret: randomBytes(32).toString('base64') };
}

/** Strings of at most 255 bytes as zone files and nsupdate write them. */
export function quoted(value: string): string {
  const chunks = value === '' ? [''] : (value.match(/[^]{1,255}/g) ?? []);
  return chunks.map((chunk) => `"${chunk.replaceAll(/[\\"]/g, String.raw`\$&`)}"`).join(' ');
}

/** A whole zone file. */
export function zoneFile(zone: LabZone): string {
  return [
    `$ORIGIN ${zone.name}.`,
    '$TTL 300',
    '@ IN SOA ns1 hostmaster 1 3600 600 86400 60',
    '@ IN NS ns1',
    'ns1 IN A 127.0.0.1',
    ...zone.records,
    '',
  ].join('\n');
}

function configuration(parts: {
  readonly zones: readonly LabZone[];
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly keys: readonly TsigKey[];
  readonly extra?: string;
}): string {
  const keys = parts.keys.map(
    (key) => `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };`,
  );
  const zones = parts.zones.map((zone) => {
    const names = zone.writable ?? [`_dmarc.${zone.name}`];
    const grants = names
      .map((name) => `grant dmarc-key ${name.startsWith('*') ? 'wildcard' : 'name'} ${name}. TXT;`)
      .join(' ');
    return `zone "${zone.name}" { type primary; file "${zone.name}.zone"; check-names ignore;
  update-policy { ${grants} grant lab-key zonesub ANY; }; };`;
  });
  return `${keys.join('\n')}
options { directory "${parts.folder}"; listen-on port ${parts.port} { ${parts.host}; }; listen-on-v6 { none; };
  pid-file none; session-keyfile none; recursion no; dnssec-validation no; notify no;
  allow-query { 127.0.0.0/8; }; ${parts.extra ?? ''} };
controls { };
${zones.join('\n')}
`;
}

/** Waits until a server that was just started speaks for a zone; false: it ended, or never did. */
export async function isAnswering(
  server: ChildProcess,
  host: string,
  port: number,
  zone: string,
): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && server.exitCode === null) {
    try {
      const query = { timeoutMs: 500, tries: 1, recursionDesired: false };
      if ((await queryDns({ name: zone, type: 'SOA' }, { host, port }, query)).isAuthoritative) return true;
    } catch {
      // not up yet
    }
    await pause(50);
  }
  return false;
}

/** Ends a server that a lab started, and waits until it is gone. */
export async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
  });
  server.kill('SIGCONT');
  server.kill('SIGTERM');
  const hard = setTimeout(() => server.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(hard);
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 20_000 }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${command}: ${stderr}`, { cause: error }));
    });
  });
}

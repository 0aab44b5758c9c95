import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { queryDns } from '../../src/dns/dns-query.js';
import { ended, quoted } from './bind.js';
import type { LabZone, TsigKey } from './bind.js';
import { freePort } from './free-port.js';

export interface PowerDnsLab {
  readonly host: string;
  /** DNS. */
  readonly port: number;
  readonly apiUrl: string;
  readonly apiKey: string;
  /** For RFC 2136; may change any name of the zones. */
  readonly key: TsigKey;
  txt(fqdn: string): Promise<string[]>;
  /** What somebody else writes there, over the API. */
  write(fqdn: string, values: readonly string[], ttl?: number): Promise<void>;
  /** One raw request to the API, under `/api/v1/servers/localhost`. */
  api(method: string, target: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** A real PowerDNS with its HTTP API on loopback; `writable` of its zones has no meaning here. */
export async function startPowerDns(options: { readonly zones: readonly LabZone[] }): Promise<PowerDnsLab> {
  const host = '127.0.0.1';
  const folder = await mkdtemp(path.join(tmpdir(), 'ratchet-pdns-'));
  const database = path.join(folder, 'pdns.sqlite3');
  const apiKey = randomBytes(16).toString('hex');
  const key: TsigKey = {
    name: 'dmarc-key',
    algorithm: 'hmac-sha256',
    secret: randomBytes(32).toString('base64'),
  };
  const schema = await readFile('/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql', 'utf8');
  await run('/usr/bin/sqlite3', [database, schema]);

  const util = (...args: readonly string[]) => run('/usr/bin/pdnsutil', [`--config-dir=${folder}`, ...args]);
  for (let attempt = 1; ; attempt += 1) {
    const [port, apiPort] = [await freePort(host), await freePort(host)];
    await writeFile(
      path.join(folder, 'pdns.conf'),
      configuration({ folder, database, host, port, apiPort, apiKey }),
    );
    if (attempt === 1) await load(util, folder, options.zones, key);
    const server = spawn('/usr/sbin/pdns_server', [`--config-dir=${folder}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    server.stdout.on('data', (bytes: Buffer) => log.push(bytes.toString()));
    server.stderr.on('data', (bytes: Buffer) => log.push(bytes.toString()));
    const apiUrl = `http://${host}:${apiPort}`;
    if (await isAnswering(server, { host, port }, apiUrl, options.zones[0]?.name ?? '.')) {
      return lab({
        server,
        folder,
        host,
        port,
        apiUrl,
        apiKey,
        key,
        zones: options.zones.map((zone) => zone.name),
      });
    }
    await ended(server);
    if (attempt === 3) throw new Error(`pdns_server did not start:\n${log.join('')}`);
  }
}

function lab(parts: {
  readonly server: ChildProcess;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly key: TsigKey;
  readonly zones: readonly string[];
}): PowerDnsLab {
  const { server, folder, host, port, apiUrl, apiKey, key } = parts;
  const api = (method: string, target: string, body?: unknown): Promise<Response> =>
    fetch(`${apiUrl}/api/v1/servers/localhost${target}`, {
      method,
      headers: { 'X-API-Key': apiKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    host,
    port,
    apiUrl,
    apiKey,
    key,
    api,
    async txt(fqdn) {
      const query = { timeoutMs: 2000, tries: 2, recursionDesired: false };
      const reply = await queryDns({ name: fqdn, type: 'TXT' }, { host, port }, query);
      return reply.answers.flatMap((record) => (record.type === 'TXT' ? [record.text] : [])).toSorted();
    },
    async write(fqdn, values, ttl = 300) {
      const zone = parts.zones
        .filter((name) => fqdn.endsWith(`.${name}`))
        .toSorted((one, other) => other.length - one.length)[0];
      const records = values.map((value) => ({ content: quoted(value), disabled: false }));
      const answer = await api('PATCH', `/zones/${zone}.`, {
        rrsets: [{ name: `${fqdn}.`, type: 'TXT', ttl, changetype: 'REPLACE', records }],
      });
      if (answer.status !== 204) throw new Error(`PowerDNS: ${answer.status} ${await answer.text()}`);
    },
    async stop() {
      await ended(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function load(
  util: (...args: readonly string[]) => Promise<unknown>,
  folder: string,
  zones: readonly LabZone[],
  key: TsigKey,
): Promise<void> {
  await util('import-tsig-key', key.name, key.algorithm, key.secret);
  for (const zone of zones) {
    const file = path.join(folder, `${zone.name}.zone`);
    const head = [
      '$TTL 300',
      '@ IN SOA ns1 hostmaster 1 3600 600 86400 60',
      '@ IN NS ns1',
      'ns1 IN A 127.0.0.1',
    ];
    await writeFile(file, [`$ORIGIN ${zone.name}.`, ...head, ...zone.records, ''].join('\n'));
    await util('load-zone', zone.name, file);
    await util('set-meta', zone.name, 'SOA-EDIT-API', 'INCREASE');
    await util('set-meta', zone.name, 'SOA-EDIT-DNSUPDATE', 'INCREASE');
    await util('set-meta', zone.name, 'TSIG-ALLOW-DNSUPDATE', key.name);
    await util('set-meta', zone.name, 'ALLOW-DNSUPDATE-FROM', '127.0.0.0/8');
  }
}

function configuration(parts: {
  readonly folder: string;
  readonly database: string;
  readonly host: string;
  readonly port: number;
  readonly apiPort: number;
  readonly apiKey: string;
}): string {
  return `launch=gsqlite3
gsqlite3-database=${parts.database}
local-address=${parts.host}
local-port=${parts.port}
api=yes
api-key=${parts.apiKey}
webserver=yes
webserver-address=${parts.host}
webserver-port=${parts.apiPort}
webserver-allow-from=127.0.0.1
socket-dir=${parts.folder}
daemon=no
guardian=no
disable-syslog=yes
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
dnsupdate=yes
allow-dnsupdate-from=
security-poll-suffix=
`;
}

async function isAnswering(
  server: ChildProcess,
  dns: { readonly host: string; readonly port: number },
  apiUrl: string,
  zone: string,
): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && server.exitCode === null) {
    try {
      const query = { timeoutMs: 500, tries: 1, recursionDesired: false };
      const reply = await queryDns({ name: zone, type: 'SOA' }, dns, query);
      if (reply.isAuthoritative && (await fetch(`${apiUrl}/api/v1/servers`)).status === 401) return true;
    } catch {
      // not up yet
    }
    await pause(50);
  }
  return false;
}

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended, isAnswering, newKey, signedServerLab, zoneFile } from './bind.js';
import type { BindLab, LabZone, TsigKey } from './bind.js';
import { freePort } from './free-port.js';

/** A real Knot DNS on loopback that signs its zones (DNSSEC) by itself; everybody on loopback may transfer them. */
export async function startKnot(options: { readonly zones: readonly LabZone[] }): Promise<BindLab> {
  const host = '127.0.0.1';
  const folder = await mkdtemp(path.join(tmpdir(), 'ratchet-knot-'));
  const [key, labKey] = [newKey('dmarc-key', 'hmac-sha256'), newKey('lab-key', 'hmac-sha256')];
  for (const name of ['run', 'db']) await mkdir(path.join(folder, name));
  for (const zone of options.zones) await writeFile(path.join(folder, `${zone.name}.zone`), zoneFile(zone));

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(host);
    const file = path.join(folder, 'knot.conf');
    await writeFile(file, configuration({ zones: options.zones, folder, host, port, keys: [key, labKey] }));
    const server = spawn('/usr/sbin/knotd', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const log: string[] = [];
    server.stderr.on('data', (bytes: Buffer) => log.push(bytes.toString()));
    if (await isAnswering(server, host, port, options.zones[0]?.name ?? '.')) {
      return signedServerLab({ server, folder, host, port, key, labKey });
    }
    await ended(server);
    if (attempt === 3) throw new Error(`knotd did not start:\n${log.join('')}`);
  }
}

function configuration(parts: {
  readonly zones: readonly LabZone[];
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly keys: readonly TsigKey[];
}): string {
  const { folder } = parts;
  const keys = parts.keys.map(
    ({ name, algorithm, secret }) => `  - id: ${name}\n    algorithm: ${algorithm}\n    secret: ${secret}`,
  );
  const zones = parts.zones.map(
    (zone, at) => `  - domain: ${zone.name}\n    acl: [ lab, transfer, names${at}, below${at} ]`,
  );
  return `server:
    rundir: "${folder}/run"
    listen: [ ${parts.host}@${parts.port} ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}/db"
log:
  - target: stderr
    any: warning
key:
${keys.join('\n')}
acl:
  - id: lab
    key: lab-key
    action: update
  - id: transfer
    address: 127.0.0.0/8
    action: transfer
${parts.zones.map(grants).join('\n')}
template:
  - id: default
    storage: "${folder}"
    file: "%s.zone"
    dnssec-signing: on
zone:
${zones.join('\n')}
`;
}

/** TXT alone: at names, and below the names that are written with an asterisk. */
function grants(zone: LabZone, at: number): string {
  const names = zone.writable ?? [`_dmarc.${zone.name}`];
  const grant = (id: string, match: string, owners: readonly string[]): string => `  - id: ${id}${at}
    key: dmarc-key
    action: update
    update-owner: name
    update-owner-match: ${match}
    update-owner-name: [ ${owners.map((name) => `${name}.`).join(', ')} ]
    update-type: [ TXT ]`;
  const exact = names.filter((name) => !name.startsWith('*.'));
  const below = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(2));
  return [
    grant('names', 'equal', exact.length > 0 ? exact : [`_dmarc.${zone.name}`]),
    grant('below', 'sub', below.length > 0 ? below : [`none.${zone.name}`]),
  ].join('\n');
}

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { queryDns } from '../../src/dns/dns-query.js';
import { ended } from './bind.js';
import { until } from './until.js';

export interface NsdLab {
  readonly host: string;
  readonly port: number;
  /** Fetches the zone now. Nothing else makes it do so: nobody notifies it. */
  transfer(): Promise<void>;
  stop(): Promise<void>;
}

/** A real NSD that copies a zone from a primary once, and then stays behind until it is told. */
export async function startNsd(options: {
  readonly zone: string;
  readonly host: string;
  readonly port: number;
  readonly primary: { readonly host: string; readonly port: number };
}): Promise<NsdLab> {
  const { zone, host, port, primary } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'ratchet-nsd-'));
  const file = path.join(folder, 'nsd.conf');
  await writeFile(file, configuration(folder, options));
  const server = spawn('/usr/sbin/nsd', ['-d', '-c', file], { stdio: 'ignore' });
  const isUp = async (): Promise<boolean> => {
    try {
      const query = { timeoutMs: 500, tries: 1, recursionDesired: false };
      return (await queryDns({ name: zone, type: 'SOA' }, { host, port }, query)).answers.length > 0;
    } catch {
      return false;
    }
  };
  const stop = async (): Promise<void> => {
    await ended(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until(`NSD has copied ${zone} from port ${primary.port}`, isUp);
  } catch (error) {
    await stop();
    throw error;
  }
  const control = ['-c', file, 'transfer', zone];
  return {
    host,
    port,
    stop,
    transfer: async () => void (await promisify(execFile)('/usr/sbin/nsd-control', control)),
  };
}

function configuration(
  folder: string,
  { zone, host, port, primary }: Parameters<typeof startNsd>[0],
): string {
  return `
server:
  ip-address: ${host}@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  logfile: "${folder}/log"
  server-count: 1
remote-control:
  control-enable: yes
  control-interface: ${folder}/control
zone:
  name: ${zone}
  zonefile: copy.zone
  request-xfr: AXFR ${primary.host}@${primary.port} NOKEY
`;
}

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/config.js';
import type { ZoneKey } from './dns-tsig.js';
import type { ReportAddressee } from './report-mail.js';
import type { World } from './world.js';
import type { HostRecord, ZoneContent } from './zone-data.js';

/** The mailbox of the demo, as the domains' records name it. */
export const ADDRESSEE: ReportAddressee = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
export const MAILBOX_NAME = 'reports';

/** Secrets that live as long as the demo. */
export interface DemoSecrets {
  readonly zoneKey: ZoneKey;
  readonly mailbox: { readonly user: string; readonly pass: string };
  /** Base64. */
  readonly webhook: string;
  readonly apiToken: string;
}

export function makeSecrets(): DemoSecrets {
  const secret = randomBytes(32).toString('base64');
  return {
    zoneKey: { name: 'ratchet', algorithm: 'hmac-sha256', secret },
    mailbox: { user: 'dmarc', pass: randomBytes(18).toString('base64url') },
    webhook: randomBytes(24).toString('base64'),
    apiToken: randomBytes(24).toString('base64url'),
  };
}

/** The zones as they are before anything is managed, with all that receivers and the checks ask for. */
export function demoZones(worlds: readonly World[]): readonly ZoneContent[] {
  const [, ruaHost = ''] = ADDRESSEE.address.split('@');
  // RFC 9990 4: the reports' host says that it takes reports about these domains.
  const accepts = worlds.map(({ domain }) => [`${domain}._report._dmarc.${ruaHost}`, 'v=DMARC1;'] as const);
  const key = dkimKey();
  return [
    ...worlds.map((world) => domainZone(world, key)),
    {
      name: ruaHost,
      txt: Object.fromEntries(accepts),
      hosts: [
        { name: ruaHost, type: 'MX', value: `mx.${ruaHost}` },
        { name: `mx.${ruaHost}`, type: 'A', value: '127.0.0.1' },
      ],
    },
    { name: 'in-addr.arpa', txt: {}, hosts: worlds.flatMap(reverseNames) },
  ];
}

function domainZone({ domain, senders }: World, key: string): ZoneContent {
  const own = senders.filter((sender) => sender.stances[0]?.stance.kind === 'aligned');
  const ips = own.flatMap((sender) => sender.ips).map((ip) => `ip4:${ip}`);
  const selectors = own.map(({ selector }) => [`${selector}._domainkey.${domain}`, key] as const);
  return {
    name: domain,
    txt: {
      [domain]: `v=spf1 ${ips.join(' ')} ~all`,
      [`_dmarc.${domain}`]: `v=DMARC1; p=none; rua=mailto:${ADDRESSEE.address}`,
      ...Object.fromEntries(selectors),
    },
    hosts: [
      { name: domain, type: 'MX', value: hostName(domain, 0) },
      ...addressesOf(senders).map((value, at) => ({ name: hostName(domain, at), type: 'A', value }) as const),
    ],
  };
}

/** A name for each address that mail comes from. */
function reverseNames({ domain, senders }: World): readonly HostRecord[] {
  return addressesOf(senders).map((ip, at) => ({
    name: `${ip.split('.').toReversed().join('.')}.in-addr.arpa`,
    type: 'PTR',
    value: hostName(domain, at),
  }));
}

function addressesOf(senders: World['senders']): readonly string[] {
  return senders.flatMap(({ ips }) => ips).filter((ip) => ip.includes('.'));
}

function hostName(domain: string, at: number): string {
  return `smtp${at + 1}.${domain}`;
}

/** One for all: nobody verifies the signatures of simulated mail. */
function dkimKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
}

export interface DemoPlaces {
  /** A folder of the demo's own. */
  readonly folder: string;
  readonly zonePort: number;
  readonly imapPort: number;
  readonly noticesUrl: string;
}

/** The settings of the service, as its owner would write them; read by the service's own reader. */
export async function demoConfig(
  worlds: readonly World[],
  secrets: DemoSecrets,
  places: DemoPlaces,
): Promise<Config> {
  const server = `127.0.0.1:${places.zonePort}`;
  const { zoneKey, mailbox, webhook } = secrets;
  const settings = {
    domains: worlds.map(({ domain }) => ({ name: domain, provider: 'zone' })),
    mailboxes: [
      {
        name: MAILBOX_NAME,
        host: '127.0.0.1',
        port: places.imapPort,
        tls: 'none',
        user: mailbox.user,
        password: mailbox.pass,
        authservId: ADDRESSEE.authservId,
      },
    ],
    providers: [
      {
        name: 'zone',
        type: 'rfc2136',
        server: '127.0.0.1',
        port: places.zonePort,
        keyName: zoneKey.name,
        keyAlgorithm: zoneKey.algorithm,
        keySecret: zoneKey.secret,
      },
    ],
    notifications: [
      { name: 'listener', type: 'webhook', url: places.noticesUrl, secret: `whsec_${webhook}` },
    ],
    dns: {
      resolvers: [server],
      authorities: worlds.map(({ domain }) => ({ zone: domain, servers: [server] })),
    },
  };
  const file = path.join(places.folder, 'dmarc-ratchet.yaml');
  await writeFile(file, JSON.stringify(settings, null, 2), { mode: 0o600 }); // JSON is YAML
  return loadConfig({
    cwd: places.folder,
    env: {
      CONFIG_FILE: file,
      DATA_DIR: path.join(places.folder, 'data'),
      HOST: '127.0.0.1',
      PORT: '0',
      API_TOKEN: secrets.apiToken,
    },
  });
}

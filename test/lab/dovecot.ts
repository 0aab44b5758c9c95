import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import type { Certificate } from './certificates.js';
import { freePort } from './free-port.js';

export interface DovecotUser {
  readonly name: string;
  readonly password: string;
}

export interface DovecotOptions {
  readonly users: readonly DovecotUser[];
  /** Namespace prefix and delimiter; none and `/` by default. `INBOX.` and `.` is what Courier taught the world. */
  readonly namespace?: { readonly prefix: string; readonly separator: string };
  /** The capabilities that clients are told of; Dovecot's own by default. */
  readonly capability?: string;
  /** With it the port offers STARTTLS, and another one implicit TLS. */
  readonly certificate?: Certificate;
  /** With it tokens are taken (XOAUTH2, OAUTHBEARER): where they are checked (RFC 7662). */
  readonly introspectionUrl?: string;
  /** Takes tokens this way only, as Microsoft does. */
  readonly onlyXoauth2?: boolean;
}

/** A Dovecot of its own on loopback, with mail in a folder of its own. */
export interface Dovecot {
  readonly port: number;
  /** Implicit TLS; 0 without a certificate. */
  readonly tlsPort: number;
  readonly user: DovecotUser;
  /** Puts mail into a folder and returns the UIDs. */
  append(folder: string, mails: readonly (Buffer | string)[]): Promise<number[]>;
  /** Works on the mailbox as another mail program of the same user would. */
  as<T>(work: (client: ImapFlow) => Promise<T>): Promise<T>;
  /** Ends all sessions, as a restart of the server or of the network does. */
  kickAll(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Dovecot; needs root, since its processes change their user. Ends with `stop`. */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const [user] = options.users;
  if (user === undefined) throw new Error('Dovecot needs a user');
  const folder = await mkdtemp(path.join(tmpdir(), 'dovecot-'));
  const port = await freePort();
  const tlsPort = options.certificate === undefined ? 0 : await freePort();
  await writeConfig(folder, { port, tlsPort }, options);
  const server = spawn('/usr/sbin/dovecot', ['-F', '-c', path.join(folder, 'dovecot.conf')], {
    stdio: 'ignore',
  });
  try {
    await untilReady(port, server);
  } catch (error) {
    await stop(server, folder);
    throw error;
  }
  return {
    port,
    tlsPort,
    user,
    append: (name, mails) => asUser(port, user, (client) => appendAll(client, name, mails)),
    as: (work) => asUser(port, user, work),
    kickAll: () => kickAll(folder),
    stop: () => stop(server, folder),
  };
}

interface Ports {
  readonly port: number;
  readonly tlsPort: number;
}

function tlsConfig({ certificate }: DovecotOptions): string {
  if (certificate === undefined) return 'ssl = no';
  return `ssl = yes\nssl_cert = <${certificate.certFile}\nssl_key = <${certificate.keyFile}`;
}

function mechanismsOf({ introspectionUrl, onlyXoauth2 = false }: DovecotOptions): string {
  const tokens = onlyXoauth2 ? ['xoauth2'] : ['xoauth2', 'oauthbearer'];
  return ['plain', 'login', ...(introspectionUrl === undefined ? [] : tokens)].join(' ');
}

async function oauth2Config(folder: string, introspectionUrl: string | undefined): Promise<string> {
  if (introspectionUrl === undefined) return '';
  const file = path.join(folder, 'oauth2.conf.ext');
  await writeFile(
    file,
    `introspection_mode = post
introspection_url = ${introspectionUrl}
username_attribute = email
active_attribute = active
active_value = true
`,
  );
  return `passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${file}
}`;
}

async function writeConfig(folder: string, { port, tlsPort }: Ports, options: DovecotOptions): Promise<void> {
  const oauth2 = await oauth2Config(folder, options.introspectionUrl);
  const mechanisms = mechanismsOf(options);
  const { prefix, separator } = options.namespace ?? { prefix: '', separator: '/' };
  const capability = options.capability === undefined ? '' : `imap_capability = ${options.capability}`;
  for (const name of ['run', 'log', 'mail']) await mkdir(path.join(folder, name));
  // Its processes run as other users and must reach their files.
  await chmod(folder, 0o755);
  await chown(path.join(folder, 'mail'), MAIL_UID, MAIL_UID);
  const lines = options.users.map(({ name, password }) => `${name}:{PLAIN}${password}`);
  await writeFile(path.join(folder, 'users'), `${lines.join('\n')}\n`);
  await writeFile(
    path.join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log/dovecot.log
protocols = imap
mail_fsync = never
listen = 127.0.0.1
${tlsConfig(options)}
disable_plaintext_auth = no
auth_mechanisms = ${mechanisms}
default_login_user = dovenull
default_internal_user = dovecot
mail_location = maildir:${folder}/mail/%u
mail_uid = ${MAIL_UID}
mail_gid = ${MAIL_UID}
first_valid_uid = ${MAIL_UID}
protocol imap {
  mail_max_userip_connections = 100
  imap_idle_notify_interval = 2 mins
  ${capability}
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
${oauth2}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=${MAIL_UID} gid=${MAIL_UID} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = ${separator}
  prefix = ${prefix}
}
`,
  );
}

/** Debian's user "mail". */
const MAIL_UID = 8;

async function untilReady(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && server.exitCode === null) {
    if (await answers(port)) return;
    await wait(50);
  }
  throw new Error('Dovecot did not start');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const end = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('data', end(true)).once('error', end(false)).setTimeout(1000, end(false));
  });
}

async function asUser<T>(
  port: number,
  user: DovecotUser,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const auth = { user: user.name, pass: user.password };
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth,
    logger: false,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}

async function appendAll(
  client: ImapFlow,
  folder: string,
  mails: readonly (Buffer | string)[],
): Promise<number[]> {
  const uids: number[] = [];
  for (const mail of mails) {
    const done = await client.append(folder, mail);
    if (!done || done.uid === undefined) throw new Error(`could not append to ${folder}`);
    uids.push(done.uid);
  }
  return uids;
}

/** The sessions are processes named "imap" below this Dovecot and no other. */
async function kickAll(folder: string): Promise<void> {
  const master = await masterPid(folder);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, name, , parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(stat) ?? [];
    if (Number(parent) === master && (name === 'imap' || name === 'imap-login'))
      process.kill(Number(pid), 'SIGKILL');
  }
}

async function masterPid(folder: string): Promise<number> {
  return Number(await readFile(path.join(folder, 'run', 'master.pid'), 'utf8'));
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

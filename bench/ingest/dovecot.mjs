// A Dovecot on loopback with mail in a Maildir that is written straight to the disk.
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const MAIL_UID = 8;
export const USER = 'rua';
export const PASSWORD = 'bench';

/** Puts mails into the inbox and starts the server; answers its stop. Needs root, and Debian's dovecot-imapd. */
export async function startDovecot(folder, port, mails) {
  if (!existsSync('/usr/sbin/dovecot'))
    throw new Error('this needs a Dovecot: apt-get install dovecot-imapd');
  for (const name of ['run', 'log', 'mail']) mkdirSync(path.join(folder, name), { recursive: true });
  chmodSync(folder, 0o755);
  const total = writeMaildir(path.join(folder, 'mail', USER), mails);
  chownSync(path.join(folder, 'mail'), MAIL_UID, MAIL_UID);
  writeFileSync(path.join(folder, 'users'), `${USER}:{PLAIN}${PASSWORD}\n`);
  const file = path.join(folder, 'dovecot.conf');
  writeFileSync(file, configOf(folder, port));
  const server = spawn('/usr/sbin/dovecot', ['-F', '-c', file], { stdio: 'ignore' });
  await untilReady(port);
  const stop = async () => {
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'exit');
  };
  return { ...total, stop };
}

function writeMaildir(maildir, mails) {
  for (const name of ['', 'new', 'cur', 'tmp']) {
    const folder = path.join(maildir, name);
    mkdirSync(folder, { recursive: true });
    chownSync(folder, MAIL_UID, MAIL_UID);
  }
  const total = { mails: 0, rows: 0, bytes: 0 };
  for (const { mail, rows } of mails) {
    const seconds = 1_700_000_000 + total.mails;
    const file = path.join(maildir, 'cur', `${seconds}.${total.mails}.bench,S=${mail.length}:2,`);
    writeFileSync(file, mail);
    chownSync(file, MAIL_UID, MAIL_UID);
    total.mails += 1;
    total.rows += rows;
    total.bytes += mail.length;
  }
  return total;
}

async function untilReady(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const greeting = await Promise.race([once(socket, 'data'), once(socket, 'error')]).catch(() => []);
    socket.destroy();
    if (Buffer.isBuffer(greeting[0])) return;
    await wait(25);
  }
  throw new Error('Dovecot does not start');
}

function configOf(folder, port) {
  return `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_login_user = dovenull
default_internal_user = dovecot
mail_location = maildir:${folder}/mail/%u
mail_uid = ${MAIL_UID}
mail_gid = ${MAIL_UID}
first_valid_uid = ${MAIL_UID}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
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
  separator = /
}
`;
}

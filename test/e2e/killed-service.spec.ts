import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { until } from '../lab/until.js';
import { AUTHSERV_ID, backfillMails, storedMails, storedNumbers, trueNumbers } from './backfill-mails.js';

const MAIN = path.resolve(import.meta.dirname, '../../dist/src/main.js');
const TOKEN = 'a-token-for-this-test-alone';
/** Some batches. */
const MAILS = 600;

describeWith(['dovecot-imapd'], 'the service, killed and stopped in the middle of a mailbox', () => {
  let parts: { folder: string; database: TestDatabase; dovecot: Dovecot; client: Client };
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'ratchet-killed-'));
    const database = await createDatabase();
    const dovecot = await startDovecot({ users: [{ name: 'rua', password: 'pass' }] });
    await dovecot.append('INBOX', backfillMails(MAILS));
    const account = { host: '127.0.0.1', port: dovecot.port, tls: 'none', user: 'rua', password: 'pass' };
    const settings = { mailboxes: [{ name: 'rua', ...account, authservId: AUTHSERV_ID }] };
    await writeFile(path.join(folder, 'settings.yaml'), JSON.stringify(settings));
    const client = new Client({ connectionString: database.url });
    await client.connect();
    parts = { folder, database, dovecot, client };
  }, 60_000);

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await parts.client.end();
    await parts.dovecot.stop();
    await parts.database.drop();
    await rm(parts.folder, { recursive: true });
  });

  function start(role: 'api' | 'worker'): ChildProcess {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'] ?? '',
        CONFIG_FILE: path.join(parts.folder, 'settings.yaml'),
        DATA_DIR: parts.folder,
        DATABASE_URL: parts.database.url,
        API_TOKEN: TOKEN,
        PORT: '0',
        ROLE: role,
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push(child);
    return child;
  }

  /** Gives its exit status. */
  async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  }

  async function urlOf(child: ChildProcess): Promise<string> {
    let told = '';
    child.stdout?.on('data', (text: Buffer) => (told += text.toString()));
    await until('the API listens', () => told.includes('listens on'));
    return /listens on (\S+)/.exec(told)?.[1] ?? '';
  }

  function untilMoreThan(mails: number): Promise<void> {
    // Until the queue takes a worker for dead it waits for up to 15 seconds.
    return until('more mails are stored', async () => (await storedMails(parts.client)) > mails, 40_000);
  }

  it('takes in every mail once, and the API tells of it all the while', { timeout: 100_000 }, async () => {
    const api = start('api');
    const listening = urlOf(api);
    const killed = start('worker');
    await untilMoreThan(0);
    await end(killed, 'SIGKILL');
    const stopped = start('worker');
    await untilMoreThan(await storedMails(parts.client));
    expect(await end(stopped, 'SIGTERM')).toBe(0);
    const last = start('worker');
    await until('the folder is empty', async () => (await waiting()) === 0);
    expect(await storedNumbers(parts.client)).toEqual(trueNumbers(MAILS));
    const answer = await fetch(`${await listening}/v1/mailboxes`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await answer.json()).toMatchObject({
      mailboxes: [{ trouble: null, mails: { report: (MAILS * 9) / 10, 'not-a-report': MAILS / 10 } }],
    });
    expect(await Promise.all([end(last, 'SIGTERM'), end(api, 'SIGTERM')])).toEqual([0, 0]);
  });

  async function waiting(): Promise<number> {
    const status = await parts.dovecot.as((imap) => imap.status('INBOX', { messages: true }));
    return status === false ? -1 : (status.messages ?? -1);
  }
});

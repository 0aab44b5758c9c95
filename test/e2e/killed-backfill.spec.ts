import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { until } from '../lab/until.js';
import { AUTHSERV_ID, backfillMails, storedMails, storedNumbers, trueNumbers } from './backfill-mails.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DIST = path.join(ROOT, 'dist/src');

/** What the service does with a mailbox, without the queue: that waits for seconds until it takes a worker for dead. */
const POLL = `
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { adaptersOf } from './adapters.js';
import { loadConfig } from './config/load-config.js';
import { dataSourceOptions, migrate } from './database/data-source.js';
import { EvidenceRepository } from './database/evidence/evidence.repository.js';
import { ReadingThread } from './reading/reading-thread.js';
import { reportLimits, unpackLimits } from './report-limits.js';
import { IngestMessage } from './workflows/ingest-message.js';
import { PollMailbox } from './workflows/poll-mailbox.js';
const config = loadConfig();
const clock = { now: () => Date.now() };
const { mailboxes, unpacker, authenticator } = adaptersOf(config, clock);
const dataSource = new DataSource(dataSourceOptions(config.databaseUrl));
await migrate(dataSource);
const evidence = new EvidenceRepository(dataSource);
const thread = new ReadingThread({
  unpackLimits: unpackLimits(config),
  reportLimits: reportLimits(config),
  mailboxes: config.mailboxes.map(({ name, authservId }) => ({ name, authservId })),
  dns: config.dns,
});
while (!thread.isReady && availableParallelism() > 1) await sleep(5);
const crew = {
  get isReady() {
    return thread.isReady;
  },
  async read(task) {
    const messages = await thread.read(task);
    process.stdout.write('.'.repeat(messages.length));
    return messages;
  },
};
const ingest = new IngestMessage(unpacker, authenticator, evidence, reportLimits(config), crew);
const poll = new PollMailbox(mailboxes, ingest, evidence, clock);
while ((await poll.run('rua')).more);
await mailboxes.get('rua').close();
await dataSource.destroy();
await thread.onApplicationShutdown();
`;
const MAILS = 2000;

describeWith(['dovecot-imapd'], 'a backfill that is killed again and again', () => {
  let parts: { folder: string; database: TestDatabase; dovecot: Dovecot; client: Client };
  let poll: ChildProcess | null = null;
  /** Mails that another thread read. */
  let carried = 0;

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'ratchet-backfill-'));
    const database = await createDatabase();
    const dovecot = await startDovecot({ users: [{ name: 'rua', password: 'pass' }] });
    await dovecot.append('INBOX', backfillMails(MAILS));
    const mailbox = {
      name: 'rua',
      host: '127.0.0.1',
      port: dovecot.port,
      tls: 'none',
      user: 'rua',
      password: 'pass',
    };
    const settings = { mailboxes: [{ ...mailbox, authservId: AUTHSERV_ID }] };
    await writeFile(path.join(folder, 'settings.yaml'), JSON.stringify(settings));
    // From a file: threads take over what stands on the command line.
    await writeFile(path.join(folder, 'poll.mjs'), POLL.replaceAll("from './", `from '${DIST}/`));
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const client = new Client({ connectionString: database.url });
    await client.connect();
    parts = { folder, database, dovecot, client };
  }, 60_000);

  afterAll(async () => {
    poll?.kill('SIGKILL');
    await parts.client.end();
    await parts.dovecot.stop();
    await parts.database.drop();
    await rm(parts.folder, { recursive: true });
  });

  function start(): void {
    poll = spawn(process.execPath, [path.join(parts.folder, 'poll.mjs')], {
      env: {
        PATH: process.env['PATH'] ?? '',
        CONFIG_FILE: path.join(parts.folder, 'settings.yaml'),
        DATA_DIR: parts.folder,
        DATABASE_URL: parts.database.url,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    poll.stdout?.on('data', (dots: Buffer) => (carried += dots.length));
  }

  async function kill(): Promise<void> {
    if (poll === null) return;
    poll.kill('SIGKILL');
    if (poll.exitCode === null && poll.signalCode === null) await once(poll, 'exit');
  }

  async function exitStatus(): Promise<number | null> {
    if (poll === null) return null;
    if (poll.exitCode === null) await once(poll, 'exit');
    return poll.exitCode;
  }

  it(
    'ends with every mail stored and moved once, and every number as it should be',
    { timeout: 120_000 },
    async () => {
      for (const mails of [1, 400, 800, 1300]) {
        start();
        await until('more mails are stored', async () => (await storedMails(parts.client)) >= mails);
        await kill();
      }
      start();
      expect(await exitStatus()).toBe(0);
      expect(await storedNumbers(parts.client)).toEqual(trueNumbers(MAILS));
      expect(carried).toBeGreaterThanOrEqual(os.availableParallelism() > 1 ? MAILS / 2 : 0);
      const counts = await parts.dovecot.as(async (imap) => {
        const messages: number[] = [];
        for (const folder of ['INBOX', 'dmarc-ratchet/reports', 'dmarc-ratchet/other']) {
          const status = await imap.status(folder, { messages: true });
          messages.push(status === false ? -1 : (status.messages ?? -1));
        }
        return messages;
      });
      expect(counts).toEqual([0, (MAILS * 9) / 10, MAILS / 10]);
    },
  );
});

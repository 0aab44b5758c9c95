import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailWith } from '../imap/report-mail.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { until } from '../lab/until.js';

const DIST = path.resolve(import.meta.dirname, '../../dist/src');

/** What the service does with a mailbox, without the queue: that waits for seconds until it takes a worker for dead. */
const POLL = `
import { DataSource } from 'typeorm';
import { adaptersOf } from './adapters.js';
import { loadConfig } from './config/load-config.js';
import { dataSourceOptions, migrate } from './database/data-source.js';
import { EvidenceRepository } from './database/evidence/evidence.repository.js';
import { reportLimits } from './report-limits.js';
import { IngestMessage } from './workflows/ingest-message.js';
import { PollMailbox } from './workflows/poll-mailbox.js';
const config = loadConfig();
const clock = { now: () => Date.now() };
const { mailboxes, unpacker, authenticator } = adaptersOf(config, clock);
const dataSource = new DataSource(dataSourceOptions(config.databaseUrl));
await migrate(dataSource);
const evidence = new EvidenceRepository(dataSource);
const ingest = new IngestMessage(unpacker, authenticator, evidence, reportLimits(config));
const poll = new PollMailbox(mailboxes, ingest, evidence, clock);
while ((await poll.run('rua')).more);
await mailboxes.get('rua').close();
await dataSource.destroy();
`;
const AUTHSERV_ID = 'mx.rua.example';
const MAILS = 2000;
const DAY = 86_400;
const FIRST_DAY = Math.floor(Date.now() / 1000 / DAY) - 100;
const REPORTERS = ['google.com', 'yahooinc.com', 'gmx.net', 'fastmail.com', 'comcast.net'] as const;

/** Every fifth is a report that came before, every tenth no report at all. */
function mailNumber(index: number): Buffer {
  if (index % 10 === 9) return mailWith([], { text: `Nothing to read here, for the ${index}th time` });
  const number = index % 5 === 4 ? index - 1 : index;
  const reporter = REPORTERS[number % 4] ?? REPORTERS[0];
  const begin = (FIRST_DAY + (number % 90)) * DAY;
  const xml = `<feedback><report_metadata><org_name>${reporter}</org_name><email>d@${reporter}</email>
<report_id>r-${number}</report_id><date_range><begin>${begin}</begin><end>${begin + DAY - 1}</end></date_range>
</report_metadata><policy_published><domain>shop.example</domain><p>none</p></policy_published>
${rowOf(number, '192.0.2.1', 'pass')}${rowOf(number + 1, '198.51.100.7', 'fail')}</feedback>`;
  return mailWith([{ type: 'application/gzip', bytes: gzipSync(xml), name: 'report.xml.gz' }], {
    from: `noreply@${reporter}`,
    subject: `Report domain: shop.example, mail ${index}`,
    headers: [`Authentication-Results: ${AUTHSERV_ID}; dmarc=pass header.from=${reporter}`],
  });
}

function rowOf(count: number, ip: string, result: string): string {
  return `<record><row><source_ip>${ip}</source_ip><count>${count + 1}</count><policy_evaluated>
<disposition>none</disposition><dkim>${result}</dkim><spf>${result}</spf></policy_evaluated></row>
<identifiers><header_from>shop.example</header_from></identifiers></record>`;
}

/** Messages of all reports, each counted once. */
function trueMessages(): number {
  let sum = 0;
  for (let index = 0; index < MAILS; index += 1) if (index % 5 !== 4) sum += index + 1 + index + 2;
  return sum;
}

describeWith(['dovecot-imapd'], 'a backfill that is killed again and again', () => {
  let parts: { folder: string; database: TestDatabase; dovecot: Dovecot; client: Client };
  let poll: ChildProcess | null = null;

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'ratchet-backfill-'));
    const database = await createDatabase();
    const dovecot = await startDovecot({ users: [{ name: 'rua', password: 'pass' }] });
    await dovecot.append(
      'INBOX',
      Array.from({ length: MAILS }, (_, index) => mailNumber(index)),
    );
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
    const program = POLL.replaceAll("from './", `from '${DIST}/`);
    poll = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: {
        PATH: process.env['PATH'] ?? '',
        CONFIG_FILE: path.join(parts.folder, 'settings.yaml'),
        DATA_DIR: parts.folder,
        DATABASE_URL: parts.database.url,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
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

  async function one(sql: string): Promise<number> {
    try {
      const { rows } = await parts.client.query<{ value: string | null }>(sql);
      return Number(rows[0]?.value ?? 0);
    } catch {
      return 0; // the tables are not made yet
    }
  }

  it(
    'ends with every mail stored and moved once, and every number as it should be',
    { timeout: 120_000 },
    async () => {
      for (const mails of [1, 400, 800, 1300]) {
        start();
        await until(
          'more mails are stored',
          async () => (await one('select count(*) as value from mail')) >= mails,
        );
        await kill();
      }
      start();
      expect(await exitStatus()).toBe(0);
      expect({
        mails: await one('select count(*) as value from mail'),
        reports: await one('select count(*) as value from report'),
        rows: await one('select count(*) as value from report_row'),
        rowMessages: await one('select sum(messages) as value from report_row'),
        dailyMessages: await one('select sum(messages) as value from daily_rollup'),
      }).toEqual({
        mails: MAILS,
        reports: (MAILS * 4) / 5,
        rows: (MAILS * 8) / 5,
        rowMessages: trueMessages(),
        dailyMessages: trueMessages(),
      });
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

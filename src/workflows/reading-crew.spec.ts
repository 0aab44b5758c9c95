import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { mailWith } from '../../test/imap/report-mail.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { LinePacker } from '../database/evidence/line-packer.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { IngestMessage, type Ingested } from './ingest-message.js';
import { MessageReader } from './message-reader.js';
import type { Arrival } from './read-arrival.js';
import type { CarriedMessage, ReadingCrew, ReadingTask } from './reading-crew.js';
import { ReadingWork } from './reading-work.js';

const BEGIN = Date.UTC(2026, 1, 3) / 1000;
const NOW = Date.UTC(2026, 1, 4, 6);
/** Rows of which five mails hold more than a packer does, though they are small as they come. */
const MANY = 12_000;

const authenticator = new MailAuthenticator({
  authservId: 'mx.shop.example',
  resolveTxt: () => Promise.reject(new Error('no look-up was expected')),
});
const unpacker = new MimeUnpacker();

function rowXml(index: number): string {
  return `<record><row><source_ip>192.0.2.1</source_ip><count>${(index % 7) + 1}</count><policy_evaluated>
<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers>
<header_from>shop.example</header_from></identifiers><auth_results><dkim><domain>shop.example</domain><selector>a\\b\tc
</selector><result>pass</result></dkim></auth_results></record>`;
}

function reportXml(id: string, rows: number, span = 86_399): string {
  const records = Array.from({ length: rows }, (_, index) => rowXml(index));
  return `<?xml version="1.0"?><feedback><report_metadata><org_name>Mail.Ru</org_name><email>d@corp.mail.ru</email>
<report_id>${id}</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + span}</end></date_range>
</report_metadata><policy_published><domain>shop.example</domain><p>none</p></policy_published>
${records.join('')}</feedback>`;
}

function mail(from: string, ...xmls: readonly string[]): Buffer {
  const parts = xmls.map((xml, index) => ({
    type: 'application/gzip',
    bytes: gzipSync(xml, { level: 9 }),
    name: `${index}.xml.gz`,
  }));
  const results = `Authentication-Results: mx.shop.example; dmarc=pass header.from=${from}`;
  return mailWith(parts, { from: `reports@${from}`, headers: [results] });
}

/** All that can come in one batch: good and bad, one report and several, and one that comes twice. */
function mixedMails(): readonly (Buffer | null)[] {
  const good = Array.from({ length: 9 }, (_, index) => mail('corp.mail.ru', reportXml(`r-${index}`, index)));
  return [
    ...good,
    null,
    mail('corp.mail.ru', reportXml('r-3', 3)),
    mail('mx.evil.example', reportXml('forged', 2)),
    mail('corp.mail.ru', reportXml('one', 2), reportXml('two', 3)),
    mail('corp.mail.ru', reportXml('long', 2, 5 * 86_400)),
    mail('corp.mail.ru', reportXml('cut', 4).slice(0, -300)),
    mail('corp.mail.ru', '<feedback>'),
    mailWith([], { text: 'Nothing but words.' }),
  ];
}

/** The clock of their server is wrong now and then. */
function arrivals(mails: readonly (Buffer | null)[]): readonly Arrival[] {
  return mails.map((bytes, index) => ({
    origin: 'rua',
    folder: 'INBOX',
    mailId: null,
    name: `rua/${index}`,
    position: { uidValidity: '1', uid: index + 1 },
    receivedAt: index % 3 === 0 ? 0 : NOW,
    readAt: NOW,
    bytes,
    vouchedBy: null,
  }));
}

/** Reads as another thread does: what goes in and out is carried over. */
class CrewHere implements ReadingCrew {
  isReady = true;
  tasks = 0;
  given: readonly (CarriedMessage | null)[] = [];
  private readonly work = new ReadingWork(
    new MessageReader(unpacker, authenticator, DEFAULT_REPORT_LIMITS),
    (ids) => new LinePacker(ids),
  );

  async read(task: ReadingTask): Promise<readonly (CarriedMessage | null)[]> {
    this.tasks += 1;
    this.given = structuredClone(await this.work.read(structuredClone(task)));
    return this.given;
  }
}

class GoneCrew implements ReadingCrew {
  readonly isReady = true;
  tasks = 0;

  read(): Promise<never> {
    this.tasks += 1;
    return Promise.reject(new Error('the thread has ended'));
  }
}

describe('mail that a crew reads', () => {
  let alone: MigratedDatabase;
  let helped: MigratedDatabase;

  beforeAll(async () => {
    [alone, helped] = await Promise.all([openMigratedDatabase(), openMigratedDatabase()]);
  });
  afterAll(() => Promise.all([alone.close(), helped.close()]));

  async function ingest(
    { dataSource }: MigratedDatabase,
    mails: readonly (Buffer | null)[],
    crew: ReadingCrew | null,
  ): Promise<readonly Ingested[]> {
    for (const table of ['report_row', 'report', 'mail', 'mail_bundle', 'daily_rollup', 'reporter_day'])
      await dataSource.query(`delete from ${table}`);
    const evidence = new EvidenceRepository(dataSource);
    const all = new IngestMessage(unpacker, authenticator, evidence, DEFAULT_REPORT_LIMITS, crew);
    return all.runAll(arrivals(mails));
  }

  function withoutIds(ingested: readonly Ingested[]): unknown {
    return ingested.map(({ reports, ...rest }) => ({
      ...rest,
      reports: reports.map(({ id, ...report }) => ({ ...report, isStored: id !== null })),
    }));
  }

  it('is stored as if it had been read here', async () => {
    const crew = new CrewHere();
    const here = await ingest(alone, mixedMails(), null);
    const there = await ingest(helped, mixedMails(), crew);
    expect(withoutIds(there)).toEqual(withoutIds(here));
    expect(crew.given.filter((message) => message !== null)).toHaveLength(mixedMails().length - 1);
    expect(await contentOf(helped)).toEqual(await contentOf(alone));
    expect((await contentOf(helped)).rows).toHaveLength(9 * 4 + 2 + 5 + 2 + 3);
  });

  it.each([
    ['nobody is ready', { isReady: false, read: () => Promise.reject(new Error('nobody')) }],
    ['it is gone', new GoneCrew()],
  ])('is read here when %s', async (_, crew) => {
    const here = await ingest(alone, mixedMails(), null);
    expect(withoutIds(await ingest(helped, mixedMails(), crew))).toEqual(withoutIds(here));
    expect(await contentOf(helped)).toEqual(await contentOf(alone));
  });

  it('is read here when it holds more than can be carried', async () => {
    const large = ['a', 'b', 'c', 'd', 'e'].map((id) => mail('corp.mail.ru', reportXml(id, MANY)));
    expect(large.every(({ length }) => length < 64 * 1024)).toBe(true);
    const crew = new CrewHere();
    const mails = [...large, ...mixedMails()];
    const ingested = await ingest(helped, mails, crew);
    expect(crew.given.slice(0, 5).filter((message) => message === null)).not.toHaveLength(0);
    expect(ingested.slice(0, 5)).toMatchObject(large.map(() => ({ outcome: 'report', reason: null })));
    const { rows } = await contentOf(helped);
    expect(rows).toHaveLength(5 * MANY + 9 * 4 + 2 + 5 + 2 + 3);
  });

  it('stays here when it is little', async () => {
    const crew = new CrewHere();
    await ingest(helped, mixedMails().slice(0, 3), crew);
    expect(crew.tasks).toBe(0);
  });
});

/** What is stored, without the ids that are given as they come. */
async function contentOf({ dataSource }: MigratedDatabase): Promise<Record<string, readonly unknown[]>> {
  const rows = await dataSource.query<unknown[]>(
    `select report.report_id, report.inner, row.day::text, row.ordinal, row.ip, row.messages, row.passed, row.detail
       from report_row row join report on report.id = row.report_id
      order by report.report_id, report.inner, report.content_hash, row.ordinal`,
  );
  const reports = await dataSource.query<unknown[]>(
    `select report_key, content_hash, "inner", status, records, messages, dropped, first_dropped, authenticated,
            authenticity, counted, day::text, head
       from report order by report_key, content_hash, "inner"`,
  );
  const rollups = await dataSource.query<unknown[]>('select * from daily_rollup order by reporter, ip, day');
  const mails = await dataSource.query<unknown[]>(
    'select uid, outcome, reason, subject, content_hash, bundle_offset, bundle_length from mail order by uid',
  );
  return { rows, reports, rollups, mails };
}

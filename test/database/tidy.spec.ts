import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import type { RetentionCutoffs } from '../../src/ports/evidence-store.js';
import { about, newRecord, storeMails, type SentMail } from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const HOUR = 3_600_000;
/** Whenever these tests run, no partition of that year is there before they make it. */
const SPRING = Date.UTC(2040, 3, 15);
const NOTHING = { originals: 0, rows: 0, days: 0, reports: 0, mails: 0 };
/** Long before anything that these tests store. */
const NEVER: RetentionCutoffs = { originals: 0, rows: '1970-01-02', evidence: '1970-01-02' };

function at(day: string): number {
  return Date.parse(`${day}T12:00:00Z`);
}

describe('tidying up', () => {
  let database: MigratedDatabase;
  let source: DataSource;
  let evidence: EvidenceRepository;

  beforeEach(async () => {
    database = await openMigratedDatabase();
    source = database.dataSource;
    evidence = new EvidenceRepository(source);
  });

  afterEach(() => database.close());

  /** A mail of a day with a report about that day. */
  function mailOf(day: string, changes: SentMail = {}): SentMail {
    const report = { domain: 'example.com', head: { reportId: day, ...about(day) } };
    return { receivedAt: at(day), original: Buffer.from(`mail of ${day}`), reports: [report], ...changes };
  }

  async function partitions(): Promise<readonly string[]> {
    const rows = await source.query<{ readonly name: string }[]>(
      `select inhrelid::regclass::text as "name" from pg_inherits where inhparent = 'report_row'::regclass order by 1`,
    );
    return rows.map((row) => row.name);
  }

  async function rowsOf(table: string): Promise<number> {
    const [row] = await source.query<{ readonly rows: number }[]>(
      `select count(*)::int as "rows" from ${table}`,
    );
    return row!.rows;
  }

  async function recordCount(reportId: string): Promise<number> {
    const reports = await evidence.reports({ domain: 'example.com', limit: 100 });
    const found = reports.find((report) => report.reportId === reportId);
    return found === undefined ? -1 : (await evidence.records(found.id, { after: 0, limit: 10 })).length;
  }

  it('right after the migration has nothing to do', async () => {
    const [clock] = await source.query<{ readonly now: Date }[]>('select now()');
    const before = await partitions();
    expect(await evidence.tidy(clock!.now.getTime(), NEVER)).toEqual(NOTHING);
    expect(await partitions()).toEqual(before);
  });

  it('makes partitions for the months to come, also over the end of a year', async () => {
    await evidence.tidy(Date.UTC(2040, 10, 30), NEVER);
    expect((await partitions()).filter((name) => /204\d/.test(name))).toEqual([
      'report_row_2040_11',
      'report_row_2040_12',
      'report_row_2041_01',
      'report_row_2041_02',
    ]);
  });

  it('puts rows into the partition of their month that came before it was made', async () => {
    await storeMails(evidence, mailOf('2040-11-30'), mailOf('2040-12-01'), mailOf('2041-03-01'));
    expect(await rowsOf('report_row_default')).toBe(3);
    await evidence.tidy(Date.UTC(2040, 10, 15), NEVER);
    expect(await rowsOf('report_row_2040_11')).toBe(1);
    expect(await rowsOf('report_row_2040_12')).toBe(1);
    expect(await rowsOf('report_row_default')).toBe(1);
    expect(await recordCount('2040-12-01')).toBe(1);
    await storeMails(evidence, mailOf('2040-12-02'));
    expect(await rowsOf('report_row_2040_12')).toBe(2);
  });

  it('forgets rows by whole months, and those that lie in no month', async () => {
    await evidence.tidy(SPRING, NEVER);
    const days = ['2000-01-01', '2040-04-30', '2040-05-01', '2040-05-31'];
    await storeMails(evidence, ...days.map((day) => mailOf(day)));
    const forgotten = await evidence.tidy(SPRING, { ...NEVER, rows: '2040-05-31' });
    expect(forgotten).toEqual({ ...NOTHING, rows: 2 });
    expect(await Promise.all(days.map(recordCount))).toEqual([0, 0, 1, 1]);
    expect(await partitions()).not.toContain('report_row_2040_04');
    expect(await partitions()).toContain('report_row_2040_05');
    expect(await evidence.cells('example.com', '1970-01-01')).toHaveLength(4);
    expect(await evidence.tidy(SPRING, { ...NEVER, rows: '2040-05-31' })).toEqual(NOTHING);
  });

  it('forgets originals by their age, and keeps their mails', async () => {
    await storeMails(evidence, mailOf('2040-05-01'), mailOf('2040-05-02'));
    await storeMails(evidence, mailOf('2040-05-03', { outcome: 'unreadable' }));
    const until = at('2040-05-02') + HOUR;
    expect(await evidence.tidy(SPRING, { ...NEVER, originals: until })).toEqual({ ...NOTHING, originals: 2 });
    expect(await evidence.unreadable(null, 5)).toHaveLength(1);
    expect(await evidence.tidy(SPRING, { ...NEVER, originals: at('2040-06-01') })).toEqual({
      ...NOTHING,
      originals: 1,
    });
    expect(await evidence.unreadable(null, 5)).toEqual([]);
    expect(await evidence.mails(['report', 'unreadable'], 5)).toHaveLength(3);
  });

  it('forgets daily numbers, reports and mails, and all rows of such reports', async () => {
    await evidence.tidy(SPRING, NEVER);
    const days = ['2040-04-29', '2040-04-30', '2040-05-01'];
    await storeMails(evidence, ...days.map((day) => mailOf(day, { original: null })));
    // A mail that came late stays as long as its own day.
    await storeMails(evidence, mailOf('2040-04-28', { receivedAt: at('2040-05-02'), original: null }));
    const forgotten = await evidence.tidy(SPRING, { ...NEVER, evidence: '2040-04-30' });
    expect(forgotten).toEqual({ ...NOTHING, days: 2, reports: 2, mails: 1 });
    const cells = await evidence.cells('example.com', '1970-01-01');
    expect(cells.map((cell) => cell.day)).toEqual(['2040-04-30', '2040-05-01']);
    const arrivals = await evidence.arrivals('example.com', '1970-01-01');
    expect(arrivals.map((arrival) => arrival.day)).toEqual(['2040-04-30', '2040-05-01']);
    expect(await evidence.mails(['report'], 10)).toHaveLength(3);
    expect(await evidence.tidy(SPRING, { ...NEVER, evidence: '2040-05-01' })).toMatchObject({
      reports: 1,
      rows: 3,
    });
  });

  it('keeps a mail while a report of it is kept', async () => {
    const report = { domain: 'example.com', head: { reportId: 'late', ...about('2040-06-01') } };
    await storeMails(evidence, mailOf('2040-04-01', { reports: [report] }));
    expect(await evidence.tidy(SPRING, { ...NEVER, evidence: '2040-05-01' })).toEqual(NOTHING);
    expect(await evidence.mails(['report'], 10)).toHaveLength(1);
  });

  it('goes on beside batches that are being stored', async () => {
    const records = Array.from({ length: 50 }, () => newRecord());
    const report = { domain: 'example.com', records };
    const stores = Array.from({ length: 8 }, (_, index) =>
      storeMails(evidence, {
        reports: [{ ...report, head: { reportId: `${index}`, ...about('2040-11-30') } }],
      }),
    );
    const tidying = [1, 2].map(() => evidence.tidy(Date.UTC(2040, 10, 15), { ...NEVER, rows: '2040-05-31' }));
    await Promise.all([...stores, ...tidying]);
    expect(await rowsOf('report_row')).toBe(400);
    expect(await evidence.cells('example.com', '1970-01-01')).toMatchObject([{ messages: 4_000 }]);
  });
});

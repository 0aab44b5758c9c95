import * as fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/evidence/cell.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import {
  about,
  DAY,
  FORGED,
  GENUINE,
  newHead,
  newRecord,
  NOW,
  packMails,
  storeMails,
  type Sent,
} from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

/** The report with so many messages in one record. */
function ofSize(messages: number): Pick<Sent, 'records'> {
  return { records: [newRecord({ count: messages })] };
}

describe('siblings: reports of the same key with other content', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  /** As another process has it. */
  let other: { readonly source: DataSource; readonly evidence: EvidenceRepository };
  let count = 0;
  let domain = '';

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
    const source = await new DataSource(dataSourceOptions(database.url)).initialize();
    other = { source, evidence: new EvidenceRepository(source) };
  });

  beforeEach(() => {
    count += 1;
    domain = `d${count}.example`;
  });

  afterAll(async () => {
    await other.source.destroy();
    await database.close();
  });

  /** In one mail; receivedAt of the mail. */
  async function store(reports: readonly Omit<Sent, 'domain'>[], receivedAt = NOW): Promise<string[]> {
    const [mail] = await storeMails(evidence, {
      receivedAt,
      reports: reports.map((report) => ({ domain, ...report })),
    });
    return mail!.reports.map((report) => report.storedAs);
  }

  async function messages(): Promise<number> {
    const cells = await evidence.cells(domain, '2026-01-01');
    return cells.reduce((sum, cell) => sum + cell.messages, 0);
  }

  it.each([
    { name: 'the larger comes second', first: 10, second: 30 },
    { name: 'the larger comes first', first: 30, second: 10 },
  ])('only the largest counts when $name', async ({ first, second }) => {
    expect(await store([ofSize(first)])).toEqual(['new']);
    expect(await store([ofSize(second)])).toEqual(['sibling']);
    expect(await messages()).toBe(30);
    const reports = await evidence.reports({ domain, limit: 5 });
    expect(new Map(reports.map((report) => [report.messages, report.counted]))).toEqual(
      new Map([
        [10, false],
        [30, true],
      ]),
    );
  });

  it('the numbers of one that no longer counts are gone, and its arrival with them', async () => {
    const elsewhere = newRecord({ sourceIp: '192.0.2.9' });
    await store([{ records: [newRecord(), elsewhere] }], NOW);
    await store([{ records: [newRecord({ count: 40 })] }], NOW + 1);
    expect(await evidence.cells(domain, DAY)).toMatchObject([{ ip: '192.0.2.1', messages: 40, passed: 40 }]);
    expect(await evidence.arrivals(domain, DAY)).toMatchObject([{ at: NOW + 1 }]);
  });

  it('another report of that day still tells when the first came', async () => {
    await store([ofSize(10)], NOW);
    await store([{ head: { reportId: 'r-2' } }], NOW + 1);
    await store([ofSize(20)], NOW + 2);
    expect(await evidence.arrivals(domain, DAY)).toMatchObject([{ at: NOW + 1 }]);
    expect(await messages()).toBe(30);
  });

  it('of the same size the first one counts', async () => {
    await store([{ content: 'a' }], NOW);
    await store([{ content: 'b' }], NOW + 1);
    const reports = await evidence.reports({ domain, limit: 5 });
    expect(reports.map((report) => [report.receivedAt, report.counted])).toEqual([
      [NOW + 1, false],
      [NOW, true],
    ]);
    expect(await messages()).toBe(10);
  });

  it('in one mail are never summed', async () => {
    expect(await store([10, 30, 20].map(ofSize))).toEqual(['new', 'sibling', 'sibling']);
    expect(await messages()).toBe(30);
  });

  it.each([
    { other: 'reporter', report: { reporter: 'yahoo.com' } },
    { other: 'report_id', report: { head: { reportId: 'r-2' } } },
    { other: 'begin', report: { head: { begin: about('2026-11-20').begin } } },
    { other: 'end', report: { head: { end: 1_795_305_600 } } },
    { other: 'domain', report: { head: newHead('other.example') } },
  ])('are not those with another $other', async ({ report }) => {
    await store([{}]);
    expect(await store([report])).toEqual(['new']);
  });

  describe('that did not authenticate', () => {
    it('are kept and shown, and count for nothing', async () => {
      expect(await store([{ authenticity: FORGED }])).toEqual(['new']);
      expect(await evidence.cells(domain, DAY)).toEqual([]);
      expect(await evidence.arrivals(domain, DAY)).toEqual([]);
      expect(await evidence.lastReportAt(domain)).toBeNull();
      expect(await evidence.reports({ domain, limit: 5 })).toMatchObject([
        { counted: false, authenticity: FORGED },
      ]);
    });

    it('never displace a real one, however large', async () => {
      await store([{}]);
      await store([{ ...ofSize(1_000_000), authenticity: FORGED }]);
      expect(await messages()).toBe(10);
    });

    it('count from when the same report comes from one who can be believed', async () => {
      await store([{ authenticity: FORGED }]);
      expect(await store([{}])).toEqual(['new']);
      expect(await messages()).toBe(10);
      expect(await store([{ authenticity: FORGED }])).toEqual(['duplicate']);
      expect(await messages()).toBe(10);
      expect(await evidence.reports({ domain, limit: 5 })).toMatchObject([{ counted: true }]);
    });

    it('count when they are believed within the same mail', async () => {
      expect(await store([{ authenticity: FORGED }, {}])).toEqual(['new', 'new']);
      expect(await messages()).toBe(10);
      const reports = await evidence.reports({ domain, limit: 5 });
      expect(reports).toMatchObject([{ counted: true, authenticity: { authenticated: true } }]);
    });
  });

  it('never begin or cease to count once their rows are forgotten', async () => {
    await store([ofSize(10)]);
    await store([{ head: { reportId: 'r-2' }, authenticity: FORGED }]);
    await database.dataSource.query(
      'delete from report_row where report_id in (select id from report where domain = $1)',
      [domain],
    );
    await store([ofSize(30)]);
    await store([{ head: { reportId: 'r-2' } }]);
    expect(await messages()).toBe(10);
    const counted = (await evidence.reports({ domain, limit: 5 })).filter((report) => report.counted);
    expect(counted).toMatchObject([{ messages: 10, reportId: 'r-1' }]);
  });

  it('stored at once by two processes: exactly one counts, and its numbers are right', async () => {
    for (let round = 0; round < 15; round += 1) {
      const reportIds = ['a', 'b', 'c'].map((name) => `${round}-${name}`);
      const sizes = [5, 40, 20, 30];
      await Promise.all(
        sizes.map((size, index) =>
          storeMails(index % 2 === 0 ? evidence : other.evidence, {
            // Each in another order: whoever locks as it comes would wait for the other for ever.
            reports: reportIds
              .map((_, place) => reportIds[(place + index) % reportIds.length]!)
              .map((reportId) => ({ domain, head: { reportId }, ...ofSize(size) })),
          }),
        ),
      );
      expect(await messages()).toBe(40 * 3 * (round + 1));
    }
    const counted = (await evidence.reports({ domain, limit: 1_000 })).filter((report) => report.counted);
    expect(counted).toHaveLength(45);
    await expectFromScratch();
  });

  it('stored at once in mails with more reports than there may be locks: the same', async () => {
    const sizes = [10, 30, 20];
    const small = { reports: [{ domain, head: { reportId: '7' }, ...ofSize(25) }] };
    await Promise.all([
      ...sizes.map((size, index) =>
        storeMails(index % 2 === 0 ? evidence : other.evidence, {
          reports: Array.from({ length: 1_001 }, (_, place) => {
            return { domain, head: { reportId: String((place + index) % 1_001) }, ...ofSize(size) };
          }),
        }),
      ),
      storeMails(evidence, small),
    ]);
    expect(await messages()).toBe(1_001 * 30);
    await expectFromScratch();
  });

  it('whatever comes in whatever batches, daily numbers are what the counted rows add up to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aBatch, { minLength: 1, maxLength: 6 }), async (batches) => {
        count += 1;
        domain = `d${count}.example`;
        for (const { mails, end } of batches) {
          const batch = await (end === 'store elsewhere' ? other.evidence : evidence).openBatch();
          const deliveries = await packMails(
            batch,
            mails.map(({ reports, receivedAt }) => ({
              receivedAt,
              reports: reports.map((report) => ({ domain, ...report })),
            })),
          );
          if (end === 'abandon') await batch.abandon();
          else await batch.store(deliveries);
        }
        await expectFromScratch();
      }),
      { numRuns: 40 },
    );
  });

  it('whatever two processes store at once, nobody waits for ever and the numbers are right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aBatch, { minLength: 2, maxLength: 6 }), async (batches) => {
        count += 1;
        domain = `d${count}.example`;
        await Promise.all(
          batches.map(({ mails }, index) =>
            storeMails(
              index % 2 === 0 ? evidence : other.evidence,
              ...mails.map(({ reports, receivedAt }) => ({
                receivedAt,
                reports: reports.map((report) => ({ domain, ...report })),
              })),
            ),
          ),
        );
        await expectFromScratch();
      }),
      { numRuns: 40 },
    );
  });

  /** Daily numbers and arrivals of the domain against those that its stored reports and rows say. */
  async function expectFromScratch(): Promise<void> {
    expect(await evidence.cells(domain, '1970-01-01')).toEqual(
      await database.dataSource.query<Cell[]>(FROM_SCRATCH, [domain]),
    );
    expect(await evidence.arrivals(domain, '1970-01-01')).toEqual(
      await database.dataSource.query(ARRIVALS_FROM_SCRATCH, [domain]),
    );
    expect(await database.dataSource.query(WRONGLY_COUNTED, [domain])).toEqual([]);
    expect(await database.dataSource.query(WRONG_TOTALS, [domain])).toEqual([]);
  }
});

const aReport = fc.record({
  reporter: fc.constantFrom('google.com', 'yahoo.com'),
  head: fc
    .record({ reportId: fc.constantFrom('r-1', 'r-2'), day: fc.constantFrom('2026-11-20', DAY) })
    .map(({ reportId, day }) => ({ reportId, ...about(day) })),
  authenticity: fc.constantFrom(FORGED, GENUINE),
  records: fc
    .array(
      fc.record({
        sourceIp: fc.constantFrom('192.0.2.1', '192.0.2.2'),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 3 },
    )
    .map((records) => records.map(newRecord)),
});

const aBatch = fc.record({
  mails: fc.array(
    fc.record({
      receivedAt: fc.integer({ min: 0, max: 5 }).map((hours) => NOW + hours * 3_600_000),
      reports: fc.array(aReport, { maxLength: 3 }),
    }),
    { maxLength: 4 },
  ),
  end: fc.constantFrom('store', 'store', 'store elsewhere', 'abandon'),
});

const FROM_SCRATCH = `
  select to_char(row.day, 'YYYY-MM-DD') as "day", reporter, header_from as "headerFrom", ip,
         nullif(authenticated_as, '') as "authenticatedAs",
         sum(row.messages)::float8 as "messages",
         sum(case when passed then row.messages else 0 end)::float8 as "passed",
         sum(case when dkim_aligned then row.messages else 0 end)::float8 as "dkimAligned",
         sum(case when spf_aligned then row.messages else 0 end)::float8 as "spfAligned",
         sum(case when forwarded then row.messages else 0 end)::float8 as "forwarded",
         sum(case when broken_signature then row.messages else 0 end)::float8 as "brokenSignature",
         sum(case when indirect then row.messages else 0 end)::float8 as "indirect",
         sum(case when disputed then row.messages else 0 end)::float8 as "disputed"
    from report join report_row row on row.report_id = report.id
   where counted and domain = $1 and report.day is not null
   group by row.day, reporter, header_from, ip, authenticated_as
   order by row.day, reporter, ip, header_from, authenticated_as`;

const ARRIVALS_FROM_SCRATCH = `
  select reporter, to_char(day, 'YYYY-MM-DD') as "day",
         (extract(epoch from min(received_at)) * 1000)::float8 as "at"
    from report
   where counted and records > 0 and domain = $1 and report.day is not null
   group by reporter, report.day
   order by reporter, report.day`;

/** Of each key exactly one counts when any authenticated, and it is the largest of those. */
const WRONGLY_COUNTED = `
  select report_key from report
   where domain = $1
   group by report_key
  having count(*) filter (where counted) <> least(1, count(*) filter (where authenticated))
      or max(messages) filter (where counted) <> max(messages) filter (where authenticated)
      or bool_or(counted and not authenticated)`;

const WRONG_TOTALS = `
  select report.id from report left join report_row row on row.report_id = report.id
   where domain = $1
   group by report.id
  having count(row.report_id) <> records or coalesce(sum(row.messages), 0) <> report.messages`;

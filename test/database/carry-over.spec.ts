import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountIndirectMail1795437000000 } from '../../migrations/1795437000000-count-indirect-mail.js';
import { CreateStore1795360000000 } from '../../migrations/1795360000000-create-store.js';
import { PartitionReportRows1795440000000 } from '../../migrations/1795440000000-partition-report-rows.js';
import { reportCells } from '../../src/core/evidence/report-cells.js';
import type { AggregateReport } from '../../src/core/report/report.js';
import { dataSourceOptions, migrate } from '../../src/database/data-source.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { about, DAY, FORGED, GENUINE, newHead, newRecord, NOW } from './evidence-lab.js';

const BEFORE = [CreateStore1795360000000, CountIndirectMail1795437000000];
const LONG_AGO = '2019-02-03';

function oldReport(changes: Partial<AggregateReport> = {}): AggregateReport {
  return { ...newHead('example.com'), records: [newRecord()], dropped: [], ...changes };
}

const foreign = newRecord({
  sourceIp: '2001:db8::1',
  count: 7,
  dkim: 'fail',
  reasons: [{ type: 'forwarded', comment: null }],
  dkimResults: [{ domain: 'sendgrid.net', selector: 's', result: 'pass' }],
});

const REPORTS = [
  {
    counted: true,
    report: oldReport({
      records: [newRecord(), newRecord(), foreign],
      dropped: [{ row: 4, reason: 'no ip' }],
    }),
  },
  { counted: false, report: oldReport({ records: [newRecord({ count: 3 })] }) },
  { counted: true, report: oldReport({ reportId: 'r-2', ...about(LONG_AGO) }) },
  { counted: true, report: oldReport({ reportId: 'r-3', end: about(DAY).end + 7 * 86_400 }) },
  { counted: true, report: oldReport({ reportId: 'r-4', records: [] }) },
];

/** As the version before stored a report. */
async function storeOldWay(source: DataSource, place: number): Promise<void> {
  const { report, counted } = REPORTS[place]!;
  await source.query(
    `insert into mail (id, origin, uid_validity, uid, received_at, outcome)
     values ($1, 'main', '7', $1, $2, 'report')`,
    [place + 1, new Date(NOW + place)],
  );
  await source.query(
    `insert into report (mail_id, report_key, content_hash, "inner", reporter, domain, org_name, report_id, begin, "end",
       status, records, messages, dkim_pass, spf_pass, dmarc_pass, dropped, authenticated, authenticity, counted,
       received_at, report)
     values ($1, $2, $3, 'r.xml', 'google.com', 'example.com', 'Google Inc.', $4, $5, $6,
       'accepted', $7, 0, 0, 0, 0, 0, $8, $9, $8, $10, $11)`,
    [
      place + 1,
      report.reportId,
      String(place),
      report.reportId,
      report.begin,
      report.end,
      report.records.length,
      counted,
      JSON.stringify(counted ? GENUINE : FORGED),
      new Date(NOW + place),
      JSON.stringify(report),
    ],
  );
  for (const [index, cell] of reportCells(report, 'google.com').entries())
    await source.query(
      `insert into evidence_cell (report_id, ordinal, domain, day, reporter, header_from, ip, authenticated_as,
         messages, passed, dkim_aligned, spf_aligned, forwarded, broken_signature, indirect, disputed)
       select max(id), $1, 'example.com', $2, 'google.com', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 from report`,
      [
        index + 1,
        cell.day,
        cell.headerFrom,
        cell.ip,
        cell.authenticatedAs,
        cell.messages,
        cell.passed,
        cell.dkimAligned,
        cell.spfAligned,
        cell.forwarded,
        cell.brokenSignature,
        cell.indirect,
        cell.disputed,
      ],
    );
}

describe('what older versions stored', () => {
  let database: TestDatabase;
  let source: DataSource;
  let evidence: EvidenceRepository;
  let cellsBefore: unknown;

  beforeAll(async () => {
    database = await createDatabase();
    const old = new DataSource({ ...dataSourceOptions(database.url), migrations: BEFORE });
    await migrate(old);
    for (const place of REPORTS.keys()) await storeOldWay(old, place);
    await old.query(`insert into mailbox_position values ('main', '7', 5)`);
    cellsBefore = await old.query('select * from evidence_cell order by report_id, ip');
    await old.destroy();
    source = new DataSource({
      ...dataSourceOptions(database.url),
      migrations: [...BEFORE, PartitionReportRows1795440000000],
    });
    await migrate(source);
    evidence = new EvidenceRepository(source);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('has the same daily numbers, of the reports that count', async () => {
    const cells = await evidence.cells('example.com', '1970-01-01');
    const wanted = [REPORTS[2]!, REPORTS[0]!].flatMap(({ report }) => reportCells(report, 'google.com'));
    expect(cells).toEqual(wanted);
  });

  it('has the same arrivals', async () => {
    expect(await evidence.arrivals('example.com', '1970-01-01')).toEqual([
      { reporter: 'google.com', day: LONG_AGO, at: NOW + 2 },
      { reporter: 'google.com', day: DAY, at: NOW },
    ]);
  });

  it('has the same reports, with their records', async () => {
    for (const [place, { report }] of REPORTS.entries()) {
      const { records, dropped, ...head } = report;
      const id = String(place + 1);
      expect(await evidence.report(id)).toMatchObject({ head, firstDropped: dropped });
      expect(await evidence.records(id, { after: 0, limit: 10 })).toEqual(records);
    }
  });

  it('is known as mail of the inbox', async () => {
    const place = { origin: 'main', folder: 'INBOX', uidValidity: '7' };
    expect([...(await evidence.known(place, [1, 5, 9])).keys()]).toEqual([1, 5]);
    expect((await evidence.progress('main', 'INBOX')).position).toEqual({ uidValidity: '7', uid: 5 });
  });

  it('comes back as it was when the migration is undone', async () => {
    await source.undoLastMigration();
    const reports = await source.query<{ readonly report: unknown }[]>(
      'select report from report order by id',
    );
    expect(reports.map((row) => row.report)).toEqual(REPORTS.map(({ report }) => report));
    const cells = await source.query('select * from evidence_cell order by report_id, ip');
    expect(cells).toEqual(cellsBefore);
  });
});

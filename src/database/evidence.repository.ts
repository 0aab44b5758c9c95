import { z } from 'zod';
import type { DataSource, EntityManager } from 'typeorm';
import type { Cell } from '../core/evidence/cell.js';
import type { Arrival } from '../core/evidence/reporting-days.js';
import type { Day, Instant } from '../core/instant.js';
import type { AggregateReport } from '../core/report/report.js';
import {
  EvidenceStore,
  type Delivery,
  type MailboxProgress,
  type StoredAs,
  type StoredMail,
  type StoredReport,
} from '../ports/evidence-store.js';
import type { MailPosition } from '../ports/report-mailbox.js';
import { MailSchema, MailboxPositionSchema } from './mail.schema.js';
import { ReportSchema, type ReportRow } from './report.schema.js';
import { lockReports, storeReport } from './store-report.js';

/** Mail, reports and the cells counted from them. */
export class EvidenceRepository extends EvidenceStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  store(delivery: Delivery): Promise<readonly { readonly id: string; readonly storedAs: StoredAs }[]> {
    return this.dataSource.transaction(async (manager) => {
      const mail = { id: await storeMail(manager, delivery), receivedAt: delivery.receivedAt };
      await lockReports(manager, delivery.reports);
      const stored: { readonly id: string; readonly storedAs: StoredAs }[] = [];
      for (const incoming of delivery.reports) stored.push(await storeReport(manager, incoming, mail));
      if (delivery.position !== null) await advance(manager, delivery.origin, delivery.position);
      return stored;
    });
  }

  cells(domain: string, from: Day): Promise<readonly Cell[]> {
    return this.dataSource.query<Cell[]>(COUNTED_CELLS, [domain, from]);
  }

  async arrivals(domain: string, from: Day): Promise<readonly Arrival[]> {
    return this.dataSource.query<Arrival[]>(ARRIVALS, [domain, from]);
  }

  async lastReportAt(domain: string): Promise<Instant | null> {
    const latest = await this.dataSource.getRepository(ReportSchema).findOne({
      select: { id: true, receivedAt: true },
      where: { domain, counted: true },
      order: { receivedAt: 'DESC' },
    });
    return latest?.receivedAt ?? null;
  }

  async reports(query: {
    readonly domain: string | null;
    readonly limit: number;
  }): Promise<readonly StoredReport[]> {
    const rows = await this.dataSource.getRepository(ReportSchema).find({
      where: query.domain === null ? {} : { domain: query.domain },
      order: { receivedAt: 'DESC', id: 'DESC' },
      take: query.limit,
    });
    return rows.map(storedReport);
  }

  async report(id: string): Promise<(StoredReport & { readonly report: AggregateReport }) | null> {
    if (!/^\d{1,18}$/.test(id)) return null; // ids come from URLs
    const row = await this.dataSource
      .getRepository(ReportSchema)
      .createQueryBuilder('row')
      .addSelect('row.report')
      .where('row.id = :id', { id })
      .getOne();
    return row === null ? null : { ...storedReport(row), report: row.report };
  }

  notReports(limit: number): Promise<readonly StoredMail[]> {
    return this.dataSource.getRepository(MailSchema).find({
      select: {
        origin: true,
        messageId: true,
        from: true,
        subject: true,
        receivedAt: true,
        outcome: true,
        reason: true,
      },
      where: { outcome: 'not-a-report' },
      order: { receivedAt: 'DESC', id: 'DESC' },
      take: limit,
    });
  }

  async progress(mailbox: string): Promise<MailboxProgress> {
    const mails = this.dataSource.getRepository(MailSchema);
    const row = await this.dataSource.getRepository(MailboxPositionSchema).findOneBy({ mailbox });
    const latest = await mails.findOne({
      select: { id: true, receivedAt: true },
      where: { origin: mailbox },
      order: { receivedAt: 'DESC' },
    });
    return {
      mailbox,
      position: row === null ? null : { uidValidity: row.uidValidity, uid: row.uid },
      reports: await mails.countBy({ origin: mailbox, outcome: 'report' }),
      notReports: await mails.countBy({ origin: mailbox, outcome: 'not-a-report' }),
      lastMailAt: latest?.receivedAt ?? null,
    };
  }
}

const Ids = z.array(z.object({ id: z.string() }));

/** The mail of a position is stored once; fetched again after a crash it is the same row. */
async function storeMail(manager: EntityManager, delivery: Delivery): Promise<string> {
  const { origin, position } = delivery;
  const inserted = await manager
    .createQueryBuilder()
    .insert()
    .into(MailSchema)
    .values({
      origin,
      uidValidity: position?.uidValidity ?? null,
      uid: position?.uid ?? null,
      messageId: delivery.messageId,
      from: delivery.from,
      subject: delivery.subject,
      receivedAt: delivery.receivedAt,
      outcome: delivery.outcome,
      reason: delivery.reason,
    })
    .orIgnore()
    .updateEntity(false)
    .returning('id')
    .execute();
  const id = Ids.parse(inserted.raw)[0]?.id;
  if (id !== undefined) return id;
  const known = await manager.findOneOrFail(MailSchema, {
    select: { id: true },
    where: { origin, ...position },
  });
  return known.id;
}

/** UIDs only grow while UIDVALIDITY stays; once that changes they start anew (RFC 9051 2.3.1.1). */
async function advance(manager: EntityManager, mailbox: string, position: MailPosition): Promise<void> {
  await manager.query(
    `insert into mailbox_position as known (mailbox, uid_validity, uid) values ($1, $2, $3)
     on conflict (mailbox) do update set uid_validity = excluded.uid_validity, uid = excluded.uid
      where known.uid_validity <> excluded.uid_validity or known.uid < excluded.uid`,
    [mailbox, position.uidValidity, position.uid],
  );
}

function storedReport(row: ReportRow): StoredReport {
  return {
    id: row.id,
    orgName: row.orgName,
    reporter: row.reporter,
    reportId: row.reportId,
    domain: row.domain,
    begin: row.begin,
    end: row.end,
    status: row.status,
    records: row.records,
    messages: row.messages,
    dkimPass: row.dkimPass,
    spfPass: row.spfPass,
    dmarcPass: row.dmarcPass,
    dropped: row.dropped,
    authenticity: row.authenticity,
    counted: row.counted,
    receivedAt: row.receivedAt,
  };
}

/** float8 holds every whole number below 2^53, and the driver gives it as a number. */
const COUNTED_CELLS = `
  select to_char(cell.day, 'YYYY-MM-DD') as "day",
         cell.reporter,
         cell.header_from as "headerFrom",
         cell.ip,
         cell.authenticated_as as "authenticatedAs",
         sum(cell.messages)::float8 as "messages",
         sum(cell.passed)::float8 as "passed",
         sum(cell.dkim_aligned)::float8 as "dkimAligned",
         sum(cell.spf_aligned)::float8 as "spfAligned",
         sum(cell.forwarded)::float8 as "forwarded",
         sum(cell.broken_signature)::float8 as "brokenSignature",
         sum(cell.indirect)::float8 as "indirect",
         sum(cell.disputed)::float8 as "disputed"
    from evidence_cell cell
    join report on report.id = cell.report_id
   where report.counted and cell.domain = $1 and cell.day >= $2
   group by cell.day, cell.reporter, cell.header_from, cell.ip, cell.authenticated_as
   order by cell.day, cell.reporter, cell.header_from, cell.ip, cell.authenticated_as`;

const ARRIVALS = `
  select cell.reporter,
         to_char(cell.day, 'YYYY-MM-DD') as "day",
         (extract(epoch from min(report.received_at)) * 1000)::float8 as "at"
    from evidence_cell cell
    join report on report.id = cell.report_id
   where report.counted and cell.domain = $1 and cell.day >= $2
   group by cell.reporter, cell.day
   order by cell.reporter, cell.day`;

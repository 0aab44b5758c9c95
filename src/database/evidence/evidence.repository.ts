import type { DataSource } from 'typeorm';
import type { SignedMail } from '../../core/checks/signed-mail.js';
import type { Cell } from '../../core/evidence/cell.js';
import { withUpload, type Intake } from '../../core/evidence/intake.js';
import type { Arrival } from '../../core/evidence/reporting-days.js';
import type { Day, Instant } from '../../core/instant.js';
import type { DroppedRow, ReportHead, ReportRecord } from '../../core/report/report.js';
import {
  EvidenceStore,
  type Forgotten,
  type IntakeBatch,
  type MailboxProgress,
  type RetentionCutoffs,
  type ScanProgress,
  type SeenPolicy,
  type SignedMailQuery,
  type StoredMail,
  type StoredReport,
  type UnenrolledDomain,
  type UnfetchedMail,
} from '../../ports/evidence-store.js';
import { storableText } from '../column-values.js';
import type { MailOutcome } from '../../ports/report-mailbox.js';
import { BatchIntake } from './batch-intake.js';
import { PostgresBatch } from './postgres-batch.js';
import { readRecords } from './report-records.js';
import { readSignedMail } from './signed-mail.js';
import { ReportSchema, type ReportEntry } from './report.schema.js';
import {
  readKnown,
  readMails,
  readProgress,
  readScan,
  readUnfetched,
  readUnreadable,
  type UnreadableMail,
} from './stored-mails.js';
import { tidy } from './tidy.js';

/** Mail, reports, their rows, and the daily numbers counted from them. */
export class EvidenceRepository extends EvidenceStore {
  private readonly intake: BatchIntake;

  constructor(private readonly dataSource: DataSource) {
    super();
    this.intake = new BatchIntake(dataSource);
  }

  async openBatch(): Promise<IntakeBatch> {
    return new PostgresBatch(this.intake);
  }

  known(
    place: { readonly origin: string; readonly folder: string; readonly uidValidity: string },
    uids: readonly number[],
  ): Promise<ReadonlyMap<number, MailOutcome>> {
    return readKnown(this.dataSource, place, uids);
  }

  async noteScan(mailbox: string, folder: string, scan: ScanProgress): Promise<void> {
    await this.dataSource.query(NOTE_SCAN, [
      mailbox,
      folder,
      new Date(scan.startedAt),
      new Date(scan.updatedAt),
      scan.total,
      scan.done,
    ]);
  }

  lastScan(mailbox: string, folder: string): Promise<ScanProgress | null> {
    return readScan(this.dataSource, mailbox, folder);
  }

  async intakes(): Promise<readonly Intake[]> {
    const rows = await this.dataSource.query<IntakeRow[]>(INTAKES);
    return rows.map(intakeOf);
  }

  async noteUpload(now: Instant): Promise<void> {
    const last = await this.lastScan(...UPLOADS);
    const noted = withUpload(last, now);
    await this.noteScan(...UPLOADS, { ...noted, total: 0, done: 0 });
  }

  async noteTrouble(
    mailbox: string,
    folder: string,
    trouble: { readonly reason: string; readonly at: Instant } | null,
  ): Promise<void> {
    const reason = trouble === null ? null : storableText(trouble.reason);
    const at = trouble === null ? null : new Date(trouble.at);
    await this.dataSource.query(NOTE_TROUBLE, [mailbox, folder, reason, at]);
  }

  progress(mailbox: string, folder: string): Promise<MailboxProgress> {
    return readProgress(this.dataSource, mailbox, folder);
  }

  cells(domain: string, from: Day): Promise<readonly Cell[]> {
    return this.dataSource.query<Cell[]>(CELLS, [domain, from]);
  }

  arrivals(domain: string, from: Day): Promise<readonly Arrival[]> {
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
    const rows = this.dataSource.getRepository(ReportSchema).createQueryBuilder('row');
    if (query.domain === null) rows.where('exists (select from domain where domain.name = row.domain)');
    else rows.where('row.domain = :domain', { domain: query.domain });
    const found = await rows
      .orderBy('row.receivedAt', 'DESC')
      .addOrderBy('row.id', 'DESC')
      .limit(query.limit)
      .getMany();
    return found.map(storedReport);
  }

  async report(
    id: string,
  ): Promise<
    (StoredReport & { readonly head: ReportHead; readonly firstDropped: readonly DroppedRow[] }) | null
  > {
    if (!isId(id)) return null;
    const row = await this.dataSource
      .getRepository(ReportSchema)
      .createQueryBuilder('row')
      .addSelect(['row.head', 'row.firstDropped'])
      .where('row.id = :id', { id })
      .getOne();
    return row === null ? null : { ...storedReport(row), head: row.head, firstDropped: row.firstDropped };
  }

  async published(domain: string, since: Instant): Promise<readonly SeenPolicy[]> {
    const rows = await this.dataSource
      .getRepository(ReportSchema)
      .createQueryBuilder('row')
      .addSelect('row.head')
      .distinctOn(['row.reporter'])
      .where('row.domain = :domain and row.counted', { domain })
      .andWhere('row.receivedAt >= :since', { since: new Date(since) })
      .orderBy({ 'row.reporter': 'ASC', 'row.end': 'DESC', 'row.id': 'DESC' })
      .limit(MOST_REPORTERS)
      .getMany();
    return rows.map(({ reporter, orgName, head, begin, end }) => ({
      reporter,
      orgName,
      policy: head.policy,
      begin,
      end,
    }));
  }

  async records(
    id: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly ReportRecord[]> {
    return isId(id) ? readRecords(this.dataSource, id, page) : [];
  }

  signedMail(query: SignedMailQuery): Promise<readonly SignedMail[]> {
    return readSignedMail(this.dataSource, query);
  }

  unenrolled(limit: number): Promise<readonly UnenrolledDomain[]> {
    return this.dataSource.query<UnenrolledDomain[]>(UNENROLLED, [limit]);
  }

  mails(outcomes: readonly MailOutcome[], limit: number): Promise<readonly StoredMail[]> {
    return readMails(this.dataSource, outcomes, limit);
  }

  async unreadable(after: string | null, limit: number): Promise<readonly UnreadableMail[]> {
    return after === null || isId(after) ? readUnreadable(this.dataSource, after, limit) : [];
  }

  async unfetched(after: string | null, limit: number): Promise<readonly UnfetchedMail[]> {
    return after === null || isId(after) ? readUnfetched(this.dataSource, after, limit) : [];
  }

  async forgetMails(ids: readonly string[]): Promise<void> {
    await this.dataSource.query(FORGET_MAILS, [ids]);
  }

  tidy(now: Instant, cutoffs: RetentionCutoffs): Promise<Forgotten> {
    return tidy(this.dataSource, now, cutoffs);
  }
}

/** Shown at once; a domain has some dozens. */
const MOST_REPORTERS = 500;

/** Ids come from URLs. */
function isId(id: string): boolean {
  return /^\d{1,18}$/.test(id);
}

function storedReport(row: ReportEntry): StoredReport {
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

const NOTE_TROUBLE = `
  insert into mailbox_position as known (mailbox, folder, trouble, trouble_at) values ($1, $2, $3, $4)
  on conflict (mailbox, folder) do update
     set trouble = excluded.trouble,
         trouble_at = case when excluded.trouble is null then null
                           else coalesce(known.trouble_at, excluded.trouble_at) end
   where known.trouble is distinct from excluded.trouble`;

/** Where it is noted that people bring reports: no mailbox has this name. */
const UPLOADS = ['', 'upload'] as const;

interface IntakeRow {
  readonly started: Date;
  readonly updated: Date;
  readonly mailbox: string;
}

const INTAKES = `
  select scan_started_at as started, scan_updated_at as updated, mailbox
    from mailbox_position
   where scan_updated_at is not null and (scan_done < scan_total or mailbox = '${UPLOADS[0]}')`;

function intakeOf({ started, updated, mailbox }: IntakeRow): Intake {
  return {
    startedAt: started.getTime(),
    updatedAt: updated.getTime(),
    from: mailbox === UPLOADS[0] ? 'person' : 'mailbox',
  };
}

const NOTE_SCAN = `
  insert into mailbox_position (mailbox, folder, scan_started_at, scan_updated_at, scan_total, scan_done)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (mailbox, folder) do update set
    scan_started_at = excluded.scan_started_at, scan_updated_at = excluded.scan_updated_at,
    scan_total = excluded.scan_total, scan_done = excluded.scan_done`;

const FORGET_MAILS = `
  delete from mail
   where id = any($1) and not exists (select from report where report.mail_id = mail.id)`;

/** float8 holds every whole number below 2^53, and the driver gives it as a number. */
const CELLS = `
  select to_char(day, 'YYYY-MM-DD') as "day", reporter, header_from as "headerFrom", ip,
         nullif(authenticated_as, '') as "authenticatedAs",
         messages::float8, passed::float8, dkim_aligned::float8 as "dkimAligned",
         spf_aligned::float8 as "spfAligned", forwarded::float8, broken_signature::float8 as "brokenSignature",
         indirect::float8, disputed::float8
    from daily_rollup
   where domain = $1 and day >= $2
   order by daily_rollup.day, reporter, ip, header_from, authenticated_as`;

const ARRIVALS = `
  select reporter, to_char(day, 'YYYY-MM-DD') as "day",
         (extract(epoch from first_at) * 1000)::float8 as "at"
    from reporter_day
   where domain = $1 and day >= $2
   order by reporter, reporter_day.day`;

const UNENROLLED = `
  select report.domain, count(*)::float8 as "reports", sum(messages)::float8 as "messages",
         count(distinct reporter)::float8 as "reporters",
         (extract(epoch from min(received_at)) * 1000)::float8 as "firstReportAt",
         (extract(epoch from max(received_at)) * 1000)::float8 as "lastReportAt"
    from report
   where not exists (select from domain where domain.name = report.domain)
   group by report.domain
   order by 2 desc, report.domain
   limit $1`;

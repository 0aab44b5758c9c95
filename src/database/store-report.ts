import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Cell } from '../core/evidence/cell.js';
import type { AggregateReport, ReportRecord } from '../core/report/report.js';
import type { IncomingReport, StoredAs } from '../ports/evidence-store.js';
import type { Instant } from '../core/instant.js';
import { ReportSchema, type ReportRow } from './report.schema.js';

/** First number of an advisory lock; the second is the hash of a report key. */
const REPORT_LOCK = 0x7265_706f;
/** Rows of one insert statement: arrays of this length keep memory and statement size small. */
const CELLS_AT_ONCE = 5_000;

/** Identity of a report (RFC 7489 7.2.1.1 leaves uniqueness to the reporter): equal for siblings. */
export function reportKey(incoming: IncomingReport): string {
  const { reporter, report } = incoming;
  const parts = [reporter, report.policy.domain, report.reportId, report.begin, report.end];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Reports of one key are stored one after the other, whichever process they reach: only so can it be said which of
 * them counts. Held until the transaction ends; keys are locked in order, so that two mails never wait for each other.
 */
export async function lockReports(manager: EntityManager, reports: readonly IncomingReport[]): Promise<void> {
  for (const key of [...new Set(reports.map(reportKey))].sort())
    await manager.query('select pg_advisory_xact_lock($1, hashtext($2))', [REPORT_LOCK, key]);
}

/** Stores one report with its cells; its key must be locked. */
export async function storeReport(
  manager: EntityManager,
  incoming: IncomingReport,
  mail: { readonly id: string; readonly receivedAt: Instant },
): Promise<{ readonly id: string; readonly storedAs: StoredAs }> {
  const key = reportKey(incoming);
  const siblings = await manager.find(ReportSchema, {
    select: { id: true, contentHash: true, authenticated: true },
    where: { reportKey: key },
  });
  const same = siblings.find((sibling) => sibling.contentHash === incoming.contentHash);
  if (same !== undefined && (same.authenticated || !incoming.authenticity.authenticated))
    return { id: same.id, storedAs: 'duplicate' };
  const id =
    same === undefined ? await insert(manager, incoming, mail) : await vouch(manager, incoming, same);
  await chooseCounted(manager, key);
  return { id, storedAs: siblings.some((sibling) => sibling !== same) ? 'sibling' : 'new' };
}

async function insert(
  manager: EntityManager,
  incoming: IncomingReport,
  mail: { readonly id: string; readonly receivedAt: Instant },
): Promise<string> {
  const { report } = incoming;
  const row = {
    mailId: mail.id,
    reportKey: reportKey(incoming),
    contentHash: incoming.contentHash,
    inner: incoming.inner,
    reporter: incoming.reporter,
    domain: report.policy.domain,
    orgName: report.orgName,
    reportId: report.reportId,
    begin: report.begin,
    end: report.end,
    status: incoming.status,
    ...totals(report),
    authenticated: incoming.authenticity.authenticated,
    authenticity: incoming.authenticity,
    counted: false,
    receivedAt: mail.receivedAt,
    report,
  } satisfies Omit<ReportRow, 'id'>;
  const { identifiers } = await manager.insert(ReportSchema, row);
  const id = z.string().parse(identifiers[0]?.['id']);
  await insertCells(manager, id, report.policy.domain, incoming.cells);
  return id;
}

/** A report that came unauthenticated first, and now again from a sender who can be believed. */
async function vouch(
  manager: EntityManager,
  { authenticity }: IncomingReport,
  { id }: { readonly id: string },
): Promise<string> {
  await manager.update(ReportSchema, { id }, { authenticity, authenticated: true });
  return id;
}

/** Of siblings the largest authenticated one counts; they are never summed. */
async function chooseCounted(manager: EntityManager, key: string): Promise<void> {
  await manager.query(
    `update report set counted = chosen.counted
       from (select id, authenticated and row_number() over (order by authenticated desc, messages desc, id) = 1 as counted
               from report where report_key = $1) chosen
      where report.id = chosen.id and report.counted <> chosen.counted`,
    [key],
  );
}

/** What the report itself says passed (`policy_evaluated`); messages throughout. */
function totals({ records, dropped }: AggregateReport) {
  const sum = (wanted: (record: ReportRecord) => boolean) =>
    records.reduce((messages, record) => messages + (wanted(record) ? record.count : 0), 0);
  return {
    records: records.length,
    messages: sum(() => true),
    dkimPass: sum((record) => record.dkim === 'pass'),
    spfPass: sum((record) => record.spf === 'pass'),
    dmarcPass: sum((record) => record.dkim === 'pass' || record.spf === 'pass'),
    dropped: dropped.length,
  };
}

async function insertCells(
  manager: EntityManager,
  reportId: string,
  domain: string,
  cells: readonly Cell[],
): Promise<void> {
  // One array a column: a statement takes 65,535 parameters at the most, and one row needs fourteen.
  for (let start = 0; start < cells.length; start += CELLS_AT_ONCE) {
    const chunk = cells.slice(start, start + CELLS_AT_ONCE);
    await manager.query(INSERT_CELLS, [
      reportId,
      start,
      domain,
      chunk.map((cell) => cell.day),
      chunk.map((cell) => cell.reporter),
      chunk.map((cell) => cell.headerFrom),
      chunk.map((cell) => cell.ip),
      chunk.map((cell) => cell.authenticatedAs),
      chunk.map((cell) => cell.messages),
      chunk.map((cell) => cell.passed),
      chunk.map((cell) => cell.dkimAligned),
      chunk.map((cell) => cell.spfAligned),
      chunk.map((cell) => cell.forwarded),
      chunk.map((cell) => cell.brokenSignature),
      chunk.map((cell) => cell.indirect),
      chunk.map((cell) => cell.disputed),
    ]);
  }
}

const INSERT_CELLS = `
  insert into evidence_cell
    (report_id, ordinal, domain, day, reporter, header_from, ip, authenticated_as,
     messages, passed, dkim_aligned, spf_aligned, forwarded, broken_signature, indirect, disputed)
  select $1, $2 + place, $3, day, reporter, header_from, ip, authenticated_as,
         messages, passed, dkim_aligned, spf_aligned, forwarded, broken_signature, indirect, disputed
    from unnest($4::date[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
                $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[])
         with ordinality
      as cell (day, reporter, header_from, ip, authenticated_as, messages, passed, dkim_aligned, spf_aligned,
               forwarded, broken_signature, indirect, disputed, place)`;

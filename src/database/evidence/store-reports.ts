import type { Client } from 'pg';
import type { ArrivedReport, Family, Sibling } from './choose-counted.js';
import { arrayText, jsonText } from '../column-values.js';
import type { BatchBreather } from './batch-breather.js';
import { copyColumns, keyText } from './copy-line.js';
import { TableCopy } from './table-copy.js';

/** First numbers of advisory locks; the second is the hash of a report key, or 0. */
const REPORT_LOCK = 0x7265_706f;
const ALL_REPORTS_LOCK = 0x7265_7073;
/** A lock takes room in memory that all of PostgreSQL shares; more reports than this are locked as a whole. */
const LOCKS_AT_MOST = 1_000;
/** Reports that are packed at once. */
const REPORTS_AT_ONCE = 250;
/** Stored siblings that are all looked at; of honest reports there are seldom more than two. */
const FEW = 4;

/**
 * Locks the reports of the keys in $1. Reports of one key are stored one after the other, whichever process they reach:
 * only so can it be said which of them counts. Held until the transaction ends; locks are taken in order, so that two
 * batches never wait for each other. What is stored of them must be looked up by a later statement: one that waits sees
 * what there was before.
 */
export const LOCK_REPORTS = `
  select count(pg_advisory_xact_lock(${REPORT_LOCK}, hash)) as reports,
         case when cardinality($1::text[]) > ${LOCKS_AT_MOST} then pg_advisory_xact_lock(${ALL_REPORTS_LOCK}, 0)
              else pg_advisory_xact_lock_shared(${ALL_REPORTS_LOCK}, 0) end as whole
    from (select distinct hashtext(key) as hash from unnest($1::text[]) key
           where cardinality($1::text[]) <= ${LOCKS_AT_MOST}
           order by hash) keys`;

/** The reports that a batch brings, with their keys in the same order. */
export interface Arrivals {
  readonly arrived: readonly ArrivedReport[];
  readonly keys: readonly string[];
}

/** A report with the key of its family. */
export interface KeyedSibling {
  readonly key: string;
  readonly sibling: Sibling;
}

/**
 * What is stored of each key; an empty family for a key that is new. Anyone can send any number of siblings: of more
 * than a few, those are told that can change something, so that a batch costs the same however many there are.
 */
export async function findFamilies(
  client: Client,
  arrivals: Arrivals,
  breather: BatchBreather,
): Promise<ReadonlyMap<string, Family>> {
  const { arrived, keys } = arrivals;
  const families = new Map<string, Family>();
  await breather.each(arrived, ({ incoming }, place) => {
    const key = keys[place] ?? '';
    if (families.has(key)) return;
    const reporter = keyText(incoming.reporter);
    families.set(key, { domain: keyText(incoming.head.policy.domain), reporter, siblings: new Map() });
  });
  if (families.size === 0) return families;
  const { rows } = await client.query<StoredSibling>(FIND_SIBLINGS, [arrayText([...families.keys()])]);
  const found = await withCrowded(client, rows, arrivals, breather);
  const rowless = await findRowless(client, found);
  await breather.each(found, ({ key, ...sibling }) => {
    const { id, contentHash, hasCounted } = sibling;
    const state = { hasRows: !rowless.has(id), arrival: null, vouchedBy: null, counts: hasCounted };
    families.get(key)?.siblings.set(contentHash, { ...sibling, ...state });
  });
  return families;
}

/**
 * The first siblings of each key, and of those keys that have more: the one that counts, or the largest that might, and
 * those that came once more. No other can come to count: the one that counts is at least as large as each that could, and
 * they lose their rows on the same day.
 */
async function withCrowded(
  client: Client,
  first: readonly StoredSibling[],
  { arrived, keys }: Arrivals,
  breather: BatchBreather,
): Promise<readonly StoredSibling[]> {
  const sizes = new Map<string, number>();
  await breather.each(first, ({ key }) => sizes.set(key, (sizes.get(key) ?? 0) + 1));
  const crowded = new Set([...sizes].flatMap(([key, size]) => (size > FEW ? [key] : [])));
  if (crowded.size === 0) return first;
  const again: { readonly key: string; readonly contentHash: string }[] = [];
  await breather.each(arrived, ({ incoming: { contentHash } }, place) => {
    const key = keys[place] ?? '';
    if (crowded.has(key)) again.push({ key, contentHash });
  });
  const largest = await client.query<StoredSibling>(FIND_LARGEST, [arrayText([...crowded])]);
  const same = await client.query<StoredSibling>(FIND_SAME, [
    arrayText(again.map(({ key }) => key)),
    arrayText(again.map(({ contentHash }) => contentHash)),
  ]);
  const byId = new Map([...first, ...largest.rows, ...same.rows].map((it) => [it.id, it]));
  return [...byId.values()].toSorted((one, other) => Number(one.id) - Number(other.id));
}

/** Those of the reports whose rows are forgotten. */
async function findRowless(client: Client, reports: readonly StoredSibling[]): Promise<ReadonlySet<string>> {
  if (reports.length === 0) return new Set();
  const found = await client.query<{ readonly id: string }>(FIND_ROWLESS, [
    arrayText(reports.map(({ id }) => id)),
  ]);
  return new Set(found.rows.map(({ id }) => id));
}

/** Those that are not stored yet. */
export async function insertReports(
  client: Client,
  known: readonly KeyedSibling[],
  mailIds: readonly string[],
  breather: BatchBreather,
): Promise<void> {
  const added = known.filter(({ sibling }) => sibling.arrival !== null);
  if (added.length === 0) return;
  const copy = new TableCopy(client, `report (${COLUMNS})`);
  for (let start = 0; start < added.length; start += REPORTS_AT_ONCE) {
    const lines: string[] = [];
    await breather.each(added.slice(start, start + REPORTS_AT_ONCE), (it) =>
      lines.push(reportLine(it, mailIds)),
    );
    copy.push(Buffer.from(lines.join('')));
    await copy.drained();
  }
  await copy.end();
}

/** Those that are stored, where something is another now. */
export async function updateReports(client: Client, known: readonly KeyedSibling[]): Promise<void> {
  const changed = known
    .map(({ sibling }) => sibling)
    .filter((it) => it.arrival === null && (it.counts !== it.hasCounted || it.vouchedBy !== null))
    .map(({ id, counts, authenticated, vouchedBy }) => {
      return { id, counted: counts, authenticated, authenticity: vouchedBy?.authenticity ?? null };
    });
  for (let start = 0; start < changed.length; start += REPORTS_AT_ONCE)
    await client.query(UPDATE_REPORTS, [jsonText(changed.slice(start, start + REPORTS_AT_ONCE))]);
}

interface StoredSibling extends Omit<Sibling, 'hasRows' | 'arrival' | 'vouchedBy' | 'counts'> {
  readonly key: string;
}

function reportLine({ key, sibling }: KeyedSibling, mailIds: readonly string[]): string {
  const { arrival } = sibling;
  if (arrival === null) return '';
  const { incoming, receivedAt, mail } = arrival;
  const { head, totals } = incoming;
  const mailId = mailIds[mail];
  // In the order of COLUMNS.
  return copyColumns([
    sibling.id,
    mailId,
    key,
    incoming.contentHash,
    incoming.inner,
    keyText(incoming.reporter),
    keyText(head.policy.domain),
    head.orgName,
    head.reportId,
    head.begin,
    head.end,
    incoming.status,
    totals.records,
    totals.messages,
    totals.dkimPass,
    totals.spfPass,
    totals.dmarcPass,
    incoming.dropped,
    sibling.authenticated,
    (sibling.vouchedBy ?? incoming).authenticity,
    sibling.counts,
    new Date(receivedAt).toISOString(),
    sibling.day,
    head,
    incoming.firstDropped,
  ]);
}

const SIBLING = `
  select report.id::text, report.report_key as "key", report.content_hash as "contentHash", report.records,
         report.messages::float8, to_char(report.day, 'YYYY-MM-DD') as "day",
         (extract(epoch from report.received_at) * 1000)::float8 as "receivedAt",
         report.authenticated, report.counted as "hasCounted"`;

/**
 * One more than a few, to tell whether there are more. Each key is looked up by itself, here and below, and in the order
 * of the index: the planner, who knows little of a new table or of a key that fills it, would else read all reports.
 */
const FIND_SIBLINGS = `${SIBLING}
    from unnest($1::text[]) as wanted (key)
   cross join lateral (
           select * from report where report_key = wanted.key order by report_key, content_hash limit ${FEW + 1}
         ) report
   order by report.id`;

/** Of each key the one that counts; where none does, the largest that is authenticated. */
const FIND_LARGEST = `${SIBLING}
    from unnest($1::text[]) as wanted (key)
   cross join lateral (
           select * from report
            where report_key = wanted.key and authenticated
            order by counted desc, messages desc, id
            limit 1
         ) report`;

const FIND_SAME = `${SIBLING}
    from unnest($1::text[], $2::text[]) as came (key, hash)
   cross join lateral (
           select * from report
            where (report_key, content_hash) between (came.key, came.hash) and (came.key, came.hash)
            order by report_key, content_hash
            limit 1
         ) report`;

/** Asked apart: most reports are new, and planning it costs more than all else of the look-up. */
const FIND_ROWLESS = `
  select id::text
    from report
   where id = any($1) and records > 0 and not exists (
           select from report_row row
            where row.report_id = report.id
              and row.day = coalesce(report.day, (to_timestamp(report.begin) at time zone 'UTC')::date))`;

const COLUMNS = `
  id, mail_id, report_key, content_hash, "inner", reporter, domain, org_name, report_id, "begin", "end", status, records,
  messages, dkim_pass, spf_pass, dmarc_pass, dropped, authenticated, authenticity, counted, received_at, day, head,
  first_dropped`;

const UPDATE_REPORTS = `
  update report set counted = changed.counted,
                    authenticated = changed.authenticated,
                    authenticity = coalesce(changed.authenticity, report.authenticity)
    from json_to_recordset($1) as changed (id bigint, counted boolean, authenticated boolean, authenticity jsonb)
   where report.id = changed.id`;

import { In, IsNull, MoreThan, Not, type DataSource } from 'typeorm';
import { KEY_NOT_LOOKED_UP } from '../../core/report/authenticity.js';
import { FUTURE_RANGE } from '../../core/report/future-range.js';
import type { MailboxProgress, ScanProgress, StoredMail, UnfetchedMail } from '../../ports/evidence-store.js';
import type { MailOutcome, MailPosition } from '../../ports/report-mailbox.js';
import { unbundle } from './mail-bundles.js';
import { MailboxPositionSchema, MailSchema, type MailboxPositionRow, type MailRow } from './mail.schema.js';

export interface UnreadableMail extends StoredMail {
  readonly folder: string | null;
  readonly position: MailPosition | null;
  readonly original: Uint8Array;
}

/** Mail of these outcomes, newest first. */
export async function readMails(
  dataSource: DataSource,
  outcomes: readonly MailOutcome[],
  limit: number,
): Promise<readonly StoredMail[]> {
  const rows = await dataSource.getRepository(MailSchema).find({
    where: { outcome: In(outcomes) },
    order: { receivedAt: 'DESC', id: 'DESC' },
    take: limit,
  });
  return rows.map(storedMail);
}

/** Those of the UIDs whose mail is stored. */
export async function readKnown(
  dataSource: DataSource,
  place: { readonly origin: string; readonly folder: string; readonly uidValidity: string },
  uids: readonly number[],
): Promise<ReadonlyMap<number, MailOutcome>> {
  const rows = await dataSource.query<{ readonly uid: number; readonly outcome: MailOutcome }[]>(KNOWN, [
    place.origin,
    place.folder,
    place.uidValidity,
    uids,
  ]);
  return new Map(rows.map((row) => [row.uid, row.outcome]));
}

/** With the originals of all of them: memory is the caller's matter. */
export async function readUnreadable(
  dataSource: DataSource,
  after: string | null,
  limit: number,
): Promise<readonly UnreadableMail[]> {
  const rows = await dataSource.query<{ readonly id: string }[]>(UNREADABLE, [
    after ?? '0',
    limit,
    `%${FUTURE_RANGE}%`,
    `${KEY_NOT_LOOKED_UP}%`,
  ]);
  const mails = await dataSource
    .getRepository(MailSchema)
    .find({ where: { id: In(rows.map((row) => row.id)) }, order: { id: 'ASC' } });
  const found: UnreadableMail[] = [];
  for (const mail of mails) {
    const original = await readOriginal(dataSource, mail);
    if (original !== null)
      found.push({ ...storedMail(mail), folder: mail.folder, position: positionOf(mail), original });
  }
  return found;
}

/** Mail of mailboxes that was never fetched: too large. */
export async function readUnfetched(
  dataSource: DataSource,
  after: string | null,
  limit: number,
): Promise<readonly UnfetchedMail[]> {
  const unfetched = { bundleId: IsNull(), bundleLength: Not(IsNull()), uid: Not(IsNull()) };
  const rows = await dataSource.getRepository(MailSchema).find({
    where: { outcome: 'unreadable', ...unfetched, id: MoreThan(after ?? '0') },
    order: { id: 'ASC' },
    take: limit,
  });
  return rows.map((row) => ({ ...storedMail(row), size: row.bundleLength ?? 0 }));
}

/** How far reading a folder has come: without its mails, of which there may be millions. */
export async function readScan(
  dataSource: DataSource,
  mailbox: string,
  folder: string,
): Promise<ScanProgress | null> {
  const place = await dataSource.getRepository(MailboxPositionSchema).findOneBy({ mailbox, folder });
  return place === null ? null : scanOf(place);
}

/** How far a folder has been read, and what its mails brought. */
export async function readProgress(
  dataSource: DataSource,
  mailbox: string,
  folder: string,
): Promise<MailboxProgress> {
  const place = await dataSource.getRepository(MailboxPositionSchema).findOneBy({ mailbox, folder });
  const counted = await dataSource.query<readonly OutcomeCount[]>(COUNT_MAILS, [mailbox, folder]);
  const mails = { report: 0, 'tls-report': 0, 'failure-report': 0, 'not-a-report': 0, unreadable: 0 };
  for (const { outcome, mails: count } of counted) mails[outcome] = count;
  return {
    mailbox,
    position: place === null ? null : positionOf(place),
    scan: place === null ? null : scanOf(place),
    trouble: place === null ? null : troubleOf(place),
    mails,
    lastMailAt: counted.length === 0 ? null : Math.max(...counted.map((it) => it.lastAt)),
  };
}

interface OutcomeCount {
  readonly outcome: MailOutcome;
  readonly mails: number;
  readonly lastAt: number;
}

async function readOriginal(dataSource: DataSource, mail: MailRow): Promise<Uint8Array | null> {
  const { bundleId, bundleOffset: offset, bundleLength: length } = mail;
  if (bundleId === null || offset === null || length === null) return null;
  const [found] = await dataSource.query<{ readonly bytes: Buffer }[]>(
    'select bytes from mail_bundle where id = $1',
    [bundleId],
  );
  return found === undefined ? null : unbundle(found.bytes, { offset, length });
}

function storedMail(row: MailRow): StoredMail {
  const { id, origin, messageId, from, subject, receivedAt, outcome, reason } = row;
  return { id, origin, messageId, from, subject, receivedAt, outcome, reason };
}

function positionOf({ uidValidity, uid }: Pick<MailRow, 'uidValidity' | 'uid'>): MailPosition | null {
  return uidValidity === null || uid === null ? null : { uidValidity, uid };
}

function troubleOf({ trouble, troubleAt }: MailboxPositionRow): MailboxProgress['trouble'] {
  return trouble === null || troubleAt === null ? null : { reason: trouble, at: troubleAt };
}

function scanOf(row: MailboxPositionRow): ScanProgress | null {
  const { scanStartedAt: startedAt, scanUpdatedAt: updatedAt, scanTotal: total, scanDone: done } = row;
  if (startedAt === null || updatedAt === null || total === null || done === null) return null;
  return { startedAt, updatedAt, total, done };
}

/**
 * Each is looked up by itself, as the first between two equal bounds in the order of the one index that can tell: the
 * planner, who knows little of a new table, would else read the whole folder.
 */
const KNOWN = `
  select known.uid::float8, known.outcome
    from unnest($4::bigint[]) as wanted (place)
   cross join lateral (
     select uid, outcome from mail
      where (origin, folder, uid_validity, uid) between ($1, $2, $3, wanted.place) and ($1, $2, $3, wanted.place)
      order by origin, folder, uid_validity, uid
      limit 1
   ) known`;

const COUNT_MAILS = `
  select outcome, count(*)::float8 as "mails", (extract(epoch from max(received_at)) * 1000)::float8 as "lastAt"
    from mail
   where origin = $1 and folder = $2
   group by outcome`;

/**
 * Only with an original: the others can't be read again. The reports of a mail are looked up by themselves: there may be
 * millions. Once one of them is authentic the mail is so.
 */
const UNREADABLE = `
  select mail.id::text
    from mail join mail_bundle on mail_bundle.id = mail.bundle_id
   cross join lateral (
     select coalesce(bool_or(authenticity ->> 'reason' like $4) and not bool_or(authenticated), false) as is_undecided
       from report
      where report.mail_id = mail.id and outcome = 'report' and mail.reason is null
   ) reports
   where (outcome = 'unreadable' or (outcome = 'report' and reason is not null) or reason like $3 or is_undecided)
     and mail.id > $1
   order by mail.id
   limit $2`;

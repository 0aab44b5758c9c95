import type {
  Delivery,
  EvidenceStore,
  IntakeBatch,
  StoredAs,
  StoredDelivery,
} from '../ports/evidence-store.js';
import { DAY_MS, type Instant } from '../core/instant.js';
import type { MailOutcome } from '../ports/report-mailbox.js';
import type { MessageUnpacker } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import type { ReportLimits } from '../core/report/limits.js';
import { MessageReader, type ReadMessage } from './message-reader.js';
import { carriedMails, idsFor, tasksFor } from './reading-crew.js';
import type { CarriedMessage, ReadingCrew } from './reading-crew.js';
import type { Arrival } from './read-arrival.js';

export interface IngestedReport {
  readonly inner: string;
  readonly id: string | null;
  readonly storedAs: StoredAs | 'rejected';
  readonly domain: string | null;
  readonly reason: string | null;
}

export interface Ingested {
  readonly outcome: MailOutcome;
  readonly reason: string | null;
  readonly reports: readonly IngestedReport[];
}

/** What was not known before. */
export function newsOf(reports: readonly IngestedReport[]): readonly IngestedReport[] {
  return reports.filter(({ storedAs }) => storedAs === 'new' || storedAs === 'sibling');
}

/** Domains about which there is news. */
export function domainsWithNews(reports: readonly IngestedReport[]): ReadonlySet<string> {
  return new Set(newsOf(reports).flatMap(({ domain }) => (domain === null ? [] : [domain])));
}

/** One arrival, and what it brought. */
interface Taken {
  readonly arrival: Arrival;
  readonly message: ReadMessage;
}

/** Mails and files: unpack, read, authenticate, judge, store. Storing the same arrival again changes nothing. */
export class IngestMessage {
  private readonly reader: MessageReader;

  /** `crew`: reads small mail in another thread; null: all is read in this one. */
  constructor(
    unpacker: MessageUnpacker,
    authenticator: ReportAuthenticator,
    private readonly evidence: EvidenceStore,
    limits: ReportLimits,
    private readonly crew: ReadingCrew | null = null,
  ) {
    this.reader = new MessageReader(unpacker, authenticator, limits);
  }

  /** One arrival; a report whose authenticity can't be told now is stored as not authentic, with that reason. */
  async run(arrival: Arrival): Promise<Ingested> {
    const [ingested] = await this.runAll([arrival]);
    if (ingested === undefined) throw new Error('an arrival was left out of its batch');
    return ingested;
  }

  /** The same for several, in one transaction: all or none. Answers in their order. */
  async runAll(arrivals: readonly Arrival[]): Promise<readonly Ingested[]> {
    const reading = await this.read(arrivals);
    return (await reading.store(() => false)).flatMap((it) => (it === null ? [] : [it]));
  }

  /** Reads several arrivals, which are then stored in one transaction. Ends with `store` or `abandon`. */
  async read(arrivals: readonly Arrival[]): Promise<ReadBatch> {
    const batch = await this.evidence.openBatch();
    try {
      const read = await this.readByCrew(arrivals, batch);
      const left = arrivals.filter((arrival) => !read.has(arrival));
      for (const [index, message] of (await this.reader.readAll(left, batch)).entries()) {
        const arrival = left[index];
        if (arrival !== undefined) read.set(arrival, message);
      }
      return new ReadBatch(batch, inOrder(arrivals, read));
    } catch (error) {
      await batch.abandon();
      throw error;
    }
  }

  /** What a crew reads of them; what it can't read is left out. */
  private async readByCrew(
    arrivals: readonly Arrival[],
    batch: IntakeBatch,
  ): Promise<Map<Arrival, ReadMessage>> {
    const read = new Map<Arrival, ReadMessage>();
    const { crew } = this;
    if (crew === null || !crew.isReady) return read;
    await Promise.all(
      tasksFor(arrivals).map(async (some) => {
        const reportIds = await batch.reserve(idsFor(some.length));
        const task = { mails: carriedMails(some), reportIds };
        // Whoever is gone has said so; the mail is still here.
        const messages = await crew.read(task).catch(() => []);
        for (const [index, arrival] of some.entries()) {
          const message = messages[index] ?? null;
          if (message !== null) read.set(arrival, takenIn(message, batch));
        }
      }),
    );
    return read;
  }
}

function takenIn(message: CarriedMessage, batch: IntakeBatch): ReadMessage {
  return { ...message, reports: message.reports.map((it) => ({ ...it, rows: batch.takeIn(it.rows) })) };
}

function inOrder(arrivals: readonly Arrival[], read: ReadonlyMap<Arrival, ReadMessage>): readonly Taken[] {
  return arrivals.map((arrival) => {
    const message = read.get(arrival);
    if (message === undefined) throw new Error('an arrival was left out of its batch');
    return { arrival, message };
  });
}

/** Arrivals that were read, on their way into one transaction. */
export class ReadBatch {
  constructor(
    private readonly batch: IntakeBatch,
    private readonly taken: readonly Taken[],
  ) {}

  /**
   * Stores them, all or none. Those with reports of which it can't be told now, but perhaps later, whether they are
   * authentic, are left out where `mayWait` says so: null stands in their place.
   */
  async store(mayWait: (arrival: Arrival) => boolean): Promise<readonly (Ingested | null)[]> {
    const kept = this.taken.filter((it) => !isUndecided(it) || !mayWait(it.arrival));
    const stored = await this.batch.store(kept.map(deliveryOf));
    const byTaken = new Map(kept.map((it, index) => [it, stored[index]]));
    return this.taken.map((it) => {
      const delivered = byTaken.get(it);
      return delivered === undefined ? null : describe(it, delivered);
    });
  }

  abandon(): Promise<void> {
    return this.batch.abandon();
  }
}

function isUndecided({ message: { reports, authenticity } }: Taken): boolean {
  return reports.length > 0 && !authenticity.authenticated && authenticity.undecided === true;
}

function deliveryOf({ arrival, message }: Taken): Delivery {
  const { mail, outcome, reports } = message;
  return {
    mailId: arrival.mailId,
    origin: arrival.origin,
    folder: arrival.folder,
    position: arrival.position,
    messageId: mail?.messageId ?? null,
    from: mail?.from ?? null,
    subject: mail?.subject ?? null,
    receivedAt: arrival.position === null ? broughtAt(arrival, message) : cameAt(arrival, message),
    outcome,
    reason: reasonFor(message),
    reports,
    original: arrival.bytes,
    ...(arrival.bytes === null && arrival.size !== undefined ? { unfetchedBytes: arrival.size } : {}),
  };
}

/** A file that is brought long after says itself when it came: an old report is no sign of life. */
function broughtAt({ receivedAt }: Arrival, { mail, reports }: ReadMessage): Instant {
  if (reports.length === 0) return receivedAt;
  return Math.min(receivedAt, mail?.date ?? endOf(reports));
}

/** There was no DMARC report before. */
const FIRST_REPORTS = Date.UTC(2012, 0, 1);

/**
 * As the server says, unless that can't be: no report comes long before the time is over that it tells of, and no mail long
 * before it was written. Then the server's clock was wrong, or the mail was moved here from elsewhere, and it came when it
 * was written, if that can be: an old report is no sign of life. Else it came at the latest now. By a date too early it would be
 * forgotten too soon, and its reporter be waited for too briefly. Within a day it is the reporter's clock or time zone.
 */
function cameAt({ receivedAt, readAt }: Arrival, { mail, reports }: ReadMessage): Instant {
  const now = readAt ?? receivedAt;
  const earliest = reports.length > 0 ? Math.max(FIRST_REPORTS, endOf(reports) - DAY_MS) : FIRST_REPORTS;
  const date = mail?.date ?? null;
  const writtenAt = date !== null && date >= earliest && date <= now ? date : null;
  // What came in the future, by its server, comes just now: see `timesOf`.
  const isFromFuture = receivedAt === readAt;
  const isUnwritten = reports.length === 0 && writtenAt !== null && writtenAt - DAY_MS > receivedAt;
  if (receivedAt >= earliest && !isFromFuture && !isUnwritten) return receivedAt;
  return writtenAt ?? Math.max(receivedAt, now);
}

function endOf(reports: ReadMessage['reports']): Instant {
  return Math.max(...reports.map((it) => it.head.end * 1000));
}

/** Longest reason that is kept of one mail: a mail can hold a thousand entries, each refused with a word. */
const LONGEST_REASON = 4000;

function reasonFor({ outcome, rejected }: ReadMessage): string | null {
  if (rejected.length > 0) {
    const reasons = rejected.map((it) => (it.inner === '' ? it.reason : `${it.inner}: ${it.reason}`));
    return reasons.join('; ').slice(0, LONGEST_REASON);
  }
  switch (outcome) {
    case 'report':
      return null;
    case 'tls-report':
      return 'a TLS report (RFC 8460)';
    case 'failure-report':
      return 'a failure report about single messages (RFC 9991)';
    case 'not-a-report':
    case 'unreadable':
      return 'no report in it';
  }
}

function describe({ message }: Taken, stored: StoredDelivery): Ingested {
  const kept = message.reports.map(({ inner, head, authenticity }, index) => ({
    inner,
    id: stored.reports[index]?.id ?? null,
    storedAs: stored.reports[index]?.storedAs ?? ('rejected' as const),
    domain: head.policy.domain,
    reason: authenticity.authenticated ? null : authenticity.reason,
  }));
  const refused = message.rejected.map((it) => ({
    ...it,
    id: null,
    storedAs: 'rejected' as const,
    domain: null,
  }));
  return { outcome: message.outcome, reason: reasonFor(message), reports: [...kept, ...refused] };
}

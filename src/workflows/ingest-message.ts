import { authenticityOf, type Authenticity } from '../core/report/authenticity.js';
import type {
  Delivery,
  EvidenceStore,
  IncomingReport,
  IntakeBatch,
  StoredAs,
  StoredDelivery,
} from '../ports/evidence-store.js';
import { readArrival, type Arrival, type ReadArrival, type ReadReport } from './read-arrival.js';
import type { Instant } from '../core/instant.js';
import type { MailOutcome } from '../ports/report-mailbox.js';
import type { MessageUnpacker } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import type { ReportLimits } from '../core/report/limits.js';
import { reporterOf } from '../core/report/reporter-of.js';

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

/** Milliseconds of reading after which others have their turn: nobody should wait for a whole batch. */
const LONGEST_TURN_MS = 5;
/** Mail in flight to DNS at once while a batch is authenticated. */
const AUTHENTICATED_AT_ONCE = 32;

interface ReadPair {
  readonly arrival: Arrival;
  readonly read: ReadArrival;
}

/** One arrival, read and authenticated. */
interface Taken extends ReadPair {
  readonly authenticity: Authenticity;
  readonly reports: readonly IncomingReport[];
}

/** Mails and files: unpack, read, authenticate, judge, store. Storing the same arrival again changes nothing. */
export class IngestMessage {
  constructor(
    private readonly unpacker: MessageUnpacker,
    private readonly authenticator: ReportAuthenticator,
    private readonly evidence: EvidenceStore,
    private readonly limits: ReportLimits,
  ) {}

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
      const pairs: ReadPair[] = [];
      let since = performance.now();
      for (const arrival of arrivals) {
        if (performance.now() - since > LONGEST_TURN_MS) {
          await othersTurn();
          since = performance.now();
        }
        const unpack = (bytes: Uint8Array) => this.unpacker.unpack(bytes, arrival.name);
        pairs.push({ arrival, read: await readArrival(arrival, unpack, batch, this.limits) });
      }
      return new ReadBatch(batch, await this.authenticateAll(pairs));
    } catch (error) {
      await batch.abandon();
      throw error;
    }
  }

  /** Look-ups of one mail don't wait for those of another. */
  private async authenticateAll(pairs: readonly ReadPair[]): Promise<readonly Taken[]> {
    const taken: Taken[] = [];
    for (let start = 0; start < pairs.length; start += AUTHENTICATED_AT_ONCE) {
      const some = pairs.slice(start, start + AUTHENTICATED_AT_ONCE);
      taken.push(...(await Promise.all(some.map((pair) => this.authenticated(pair)))));
    }
    return taken;
  }

  private async authenticated(pair: ReadPair): Promise<Taken> {
    const authenticity = await this.authenticate(pair);
    return { ...pair, authenticity, reports: pair.read.reports.map((it) => incoming(it, authenticity)) };
  }

  private async authenticate({ arrival, read }: ReadPair): Promise<Authenticity> {
    if (read.reports.length === 0 || arrival.bytes === null)
      return unauthenticated('nothing to authenticate');
    if (arrival.vouchedBy !== null) return vouched(arrival.vouchedBy);
    if (read.mail === null) return unauthenticated('a bare file, which nobody vouched for');
    return this.authenticator.authenticate(arrival.bytes, arrival.origin);
  }
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

function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isUndecided({ read, authenticity }: Taken): boolean {
  return read.reports.length > 0 && !authenticity.authenticated && authenticity.undecided === true;
}

function deliveryOf({ arrival, read, reports }: Taken): Delivery {
  return {
    mailId: arrival.mailId,
    origin: arrival.origin,
    folder: arrival.folder,
    position: arrival.position,
    messageId: read.mail?.messageId ?? null,
    from: read.mail?.from ?? null,
    subject: read.mail?.subject ?? null,
    receivedAt: cameAt(arrival, read),
    outcome: read.outcome,
    reason: reasonFor(read),
    reports,
    original: arrival.bytes,
    ...(arrival.bytes === null && arrival.size !== undefined ? { unfetchedBytes: arrival.size } : {}),
  };
}

/** A file that is brought long after says itself when it came: an old report is no sign of life. */
function cameAt({ position, receivedAt }: Arrival, { mail, reports }: ReadArrival): Instant {
  if (position !== null || reports.length === 0) return receivedAt;
  const ended = Math.max(...reports.map((it) => it.end.head.end * 1000));
  return Math.min(receivedAt, mail?.date ?? ended);
}

function unauthenticated(reason: string): Authenticity {
  return { authenticated: false, domain: null, method: 'none', reason };
}

/** A person's word stands for the mail's; the reporter's own name is filled in per report. */
function vouched(by: string): Authenticity {
  return { authenticated: true, domain: '', method: 'upload', reason: `vouched for by ${by}` };
}

function incoming({ inner, contentHash, rows, end }: ReadReport, ofMail: Authenticity): IncomingReport {
  // Whoever sent it, also where the report claims to be another's: it must not pass for a sibling of an honest one.
  const reporter = reporterOf(end.head, ofMail);
  const { authenticated, method, reason } = authenticityOf(end.head, ofMail);
  const authenticity: Authenticity = authenticated
    ? { authenticated, domain: reporter, method, reason }
    : { authenticated, domain: null, method, reason };
  return { ...end, inner, contentHash, rows, reporter, authenticity };
}

/** Longest reason that is kept of one mail: a mail can hold a thousand entries, each refused with a word. */
const LONGEST_REASON = 4000;

function reasonFor({ outcome, rejected }: ReadArrival): string | null {
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

function describe({ read, reports }: Taken, stored: StoredDelivery): Ingested {
  const kept = reports.map(({ inner, head, authenticity }, index) => ({
    inner,
    id: stored.reports[index]?.id ?? null,
    storedAs: stored.reports[index]?.storedAs ?? ('rejected' as const),
    domain: head.policy.domain,
    reason: authenticity.authenticated ? null : authenticity.reason,
  }));
  const refused = read.rejected.map((it) => ({
    ...it,
    id: null,
    storedAs: 'rejected' as const,
    domain: null,
  }));
  return { outcome: read.outcome, reason: reasonFor(read), reports: [...kept, ...refused] };
}

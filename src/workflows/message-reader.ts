import { authenticityOf, type Authenticity } from '../core/report/authenticity.js';
import type { ReportLimits } from '../core/report/limits.js';
import { reporterOf } from '../core/report/reporter-of.js';
import type { IncomingReport, RowOpening } from '../ports/evidence-store.js';
import type { MessageUnpacker } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import { readArrival, type Arrival, type ReadArrival, type ReadReport } from './read-arrival.js';

/** Milliseconds of reading after which others have their turn: nobody should wait for a whole batch. */
const LONGEST_TURN_MS = 5;
/** Mail in flight to DNS at once while a batch is authenticated. */
const AUTHENTICATED_AT_ONCE = 32;

/** One arrival, and the reports in it. */
export interface ReadPair {
  readonly arrival: Arrival;
  readonly read: ReadArrival;
}

/** What one arrival brought, read and authenticated. */
export interface ReadMessage extends Pick<ReadArrival, 'mail' | 'outcome' | 'rejected'> {
  readonly authenticity: Authenticity;
  readonly reports: readonly IncomingReport[];
}

/** Takes mails and files apart, reads the reports in them, and tells whether they are authentic. Stores nothing. */
export class MessageReader {
  constructor(
    private readonly unpacker: MessageUnpacker,
    private readonly authenticator: ReportAuthenticator,
    private readonly limits: ReportLimits,
  ) {}

  /** Answers in their order. Throws only what `rows` throws. */
  async readAll(arrivals: readonly Arrival[], rows: RowOpening): Promise<readonly ReadMessage[]> {
    const pairs: ReadPair[] = [];
    let since = performance.now();
    for (const arrival of arrivals) {
      if (performance.now() - since > LONGEST_TURN_MS) {
        await othersTurn();
        since = performance.now();
      }
      pairs.push(await this.read(arrival, rows));
    }
    return this.authenticateAll(pairs);
  }

  /** Reads the reports of one arrival, their records into `rows`. Throws only what `rows` throws. */
  async read(arrival: Arrival, rows: RowOpening): Promise<ReadPair> {
    const unpack = (bytes: Uint8Array) => this.unpacker.unpack(bytes, arrival.name);
    return { arrival, read: await readArrival(arrival, unpack, rows, this.limits) };
  }

  /** Look-ups of one mail don't wait for those of another. Answers in their order. */
  async authenticateAll(pairs: readonly ReadPair[]): Promise<readonly ReadMessage[]> {
    const messages: ReadMessage[] = [];
    for (let start = 0; start < pairs.length; start += AUTHENTICATED_AT_ONCE) {
      const some = pairs.slice(start, start + AUTHENTICATED_AT_ONCE);
      messages.push(...(await Promise.all(some.map((pair) => this.authenticated(pair)))));
    }
    return messages;
  }

  private async authenticated(pair: ReadPair): Promise<ReadMessage> {
    const { mail, outcome, rejected, reports } = pair.read;
    const authenticity = await this.authenticate(pair);
    return {
      mail,
      outcome,
      rejected,
      authenticity,
      reports: reports.map((report) => incoming(report, authenticity)),
    };
  }

  private async authenticate({ arrival, read }: ReadPair): Promise<Authenticity> {
    if (read.reports.length === 0 || arrival.bytes === null)
      return unauthenticated('nothing to authenticate');
    if (arrival.vouchedBy !== null) return vouched(arrival.vouchedBy);
    if (read.mail === null) return unauthenticated('a bare file, which nobody vouched for');
    return this.authenticator.authenticate(arrival.bytes, arrival.origin);
  }
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
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
  const { head, totals, status, dropped, firstDropped } = end;
  return {
    inner,
    head,
    totals,
    status,
    dropped,
    firstDropped,
    authenticity,
    reporter,
    contentHash,
    rows,
  };
}

import type {
  MailOutcome,
  MailPosition,
  MailScan,
  ReportMailbox,
  WaitingMail,
} from '../ports/report-mailbox.js';
import type { EvidenceStore } from '../ports/evidence-store.js';

/** Mails of one transaction, at most; the mailbox bounds their size. */
const BATCH = 250;

export interface SettledMail {
  readonly position: MailPosition;
  readonly outcome: MailOutcome;
}

export interface MailBatch {
  readonly mails: readonly WaitingMail[];
  readonly bytes: number;
  /** Mail that is stored already, and had not left its folder when a process ended. */
  readonly known: readonly SettledMail[];
  /** How many of the mails that waited are done with after this batch: stored, known or gone. */
  readonly seen: number;
}

/** Bytes of a batch beyond which nothing is fetched ahead, nor read before it is stored: large mail takes memory. */
export const LARGE_BATCH = 4 * 1024 * 1024;

/** Batches that lie ready, at most: enough to work on while the mailbox is busy with moving what is stored. */
const AHEAD = 3;

/**
 * The mail of a scan, batch by batch; the next ones are fetched while the present one is worked on, unless that is large
 * or enough lies ready.
 */
export class MailBatches implements AsyncIterable<MailBatch> {
  /** How many of the scan's UIDs were fetched, or found to be stored. */
  private fetched = 0;
  private given = 0;
  private isOver = false;
  private readonly ready: MailBatch[] = [];
  /** The batch that is fetched now; null: none is. */
  private loading: Promise<void> | null = null;

  constructor(
    private readonly mailbox: ReportMailbox,
    private readonly evidence: EvidenceStore,
    private readonly scan: MailScan,
  ) {}

  /** Whether all of the scan was given. */
  get isDone(): boolean {
    return this.given === this.scan.uids.length;
  }

  /** Whether all of the scan was fetched: from now on the mailbox is asked for nothing more. */
  get isFetched(): boolean {
    return this.fetched === this.scan.uids.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MailBatch> {
    try {
      for (;;) {
        const batch = await this.next();
        if (batch === null) return;
        this.given += batch.seen;
        if (batch.bytes <= LARGE_BATCH) this.loadAhead();
        yield batch;
      }
    } finally {
      this.isOver = true;
      await this.loading?.catch(() => null);
    }
  }

  /** Null: there is no more. */
  private async next(): Promise<MailBatch | null> {
    if (this.ready.length === 0) this.loadAhead();
    if (this.ready.length === 0) await this.loading;
    return this.ready.shift() ?? null;
  }

  /** One batch after the other; what goes wrong is told when the batch is asked for. */
  private loadAhead(): void {
    if (this.loading !== null || this.isOver || this.isFetched || !this.hasRoom()) return;
    this.loading = this.loadNext();
    this.loading.catch(() => null);
  }

  private async loadNext(): Promise<void> {
    const batch = await this.load();
    if (batch !== null) this.ready.push(batch);
    this.loading = null;
    this.loadAhead();
  }

  private hasRoom(): boolean {
    const bytes = this.ready.reduce((sum, batch) => sum + batch.bytes, 0);
    return this.ready.length < AHEAD && bytes <= LARGE_BATCH;
  }

  private async load(): Promise<MailBatch | null> {
    const uids = this.scan.uids.slice(this.fetched, this.fetched + BATCH);
    if (uids.length === 0) return null;
    const { uidValidity } = this.scan;
    const { name: origin, folder } = this.mailbox;
    const known = await this.evidence.known({ origin, folder, uidValidity }, uids);
    const fresh = uids.filter((uid) => !known.has(uid));
    const mails = fresh.length === 0 ? [] : await this.mailbox.fetch(uidValidity, fresh);
    const end = this.endOf(uids, fresh, mails);
    this.fetched += end;
    const settled = uids.slice(0, end).flatMap((uid) => {
      const outcome = known.get(uid);
      return outcome === undefined ? [] : [{ position: { uidValidity, uid }, outcome }];
    });
    const bytes = mails.reduce((sum, { raw }) => sum + (raw?.length ?? 0), 0);
    return { mails, bytes, known: settled, seen: end };
  }

  /** How many of the UIDs are dealt with: a fetch may end early, and what is then missing before its end is gone. */
  private endOf(uids: readonly number[], fresh: readonly number[], mails: readonly WaitingMail[]): number {
    const last = mails.at(-1)?.position.uid;
    if (last === undefined || last === fresh.at(-1)) return uids.length;
    return uids.filter((uid) => uid <= last).length;
  }
}

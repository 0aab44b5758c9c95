import { domainsWithNews, type Ingested, type IngestMessage, type ReadBatch } from './ingest-message.js';
import { LARGE_BATCH, MailBatches, type MailBatch, type SettledMail } from './mail-batches.js';
import type {
  MailOutcome,
  MailPosition,
  ReportMailbox,
  ReportMailboxes,
  WaitingMail,
} from '../ports/report-mailbox.js';
import { timesOf, type Arrival } from './read-arrival.js';
import type { Clock } from '../ports/clock.js';
import { StoreUnavailable, type EvidenceStore } from '../ports/evidence-store.js';
import type { Instant } from '../core/instant.js';
import { rootCause } from '../core/root-cause.js';
import { PostponedMail } from './postponed-mail.js';
import { ScanCount } from './scan-count.js';

/** What one poll stored. `domains`: those about which a report was stored. */
export interface Polled {
  readonly mails: number;
  readonly reports: number;
  readonly domains: readonly string[];
  /** More mail waits: a poll ends after a while, so that others get their turn. Poll again at once. */
  readonly more: boolean;
}

/** A poll that could not be ended, or that left mail behind which can't be stored. */
export class PollFailed extends Error {
  override readonly name = 'PollFailed';

  /** `domains`: those about which a report was stored all the same. */
  constructor(
    cause: unknown,
    readonly domains: readonly string[],
  ) {
    super(messageOf(cause), { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

/** A poll that has gone on for so long takes no further batch. */
const LONGEST_POLL_MS = 60_000;

/** Of mails that can't be stored, one after the other: then it is not these mails that are to blame. */
const MOST_UNSTORED = 20;

/** Mail is moved in sets as large as this: to many servers one set costs a walk through the whole folder. */
const SETTLED_AT_ONCE = 2000;

/**
 * Takes in the mail that waits in one folder, batch by batch: while one is stored, the next is read and the one after it
 * fetched. Mail is moved only after its batch is stored, that of many batches at once: after a crash in between it is found
 * to be stored. What can't be decided while DNS fails, or can't be stored, stays where it is and is tried again later;
 * what lies behind it goes on. While nothing can be stored at all the poll ends, and no mail has to wait for that.
 */
export class PollMailbox {
  private readonly postponed = new Map<string, PostponedMail>();

  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly ingest: IngestMessage,
    private readonly evidence: EvidenceStore,
    private readonly clock: Clock,
  ) {}

  /** Throws what the mailbox or the store throws, once mail is read in a PollFailed; leaves word of it. What is stored stays. */
  async run(name: string): Promise<Polled> {
    const mailbox = this.mailboxes.get(name);
    const { folder } = mailbox;
    try {
      const polled = await this.poll(mailbox);
      const reasons = [mailbox.leftAlone(), this.postponedOf(name).trouble(folder)].filter(
        (it) => it !== null,
      );
      const trouble = reasons.length === 0 ? null : { reason: reasons.join('; '), at: this.clock.now() };
      await this.evidence.noteTrouble(name, folder, trouble);
      return polled;
    } catch (error) {
      // Without a store there is nobody to tell: the error itself is.
      const trouble = { reason: messageOf(error), at: this.clock.now() };
      await this.evidence.noteTrouble(name, folder, trouble).catch(() => null);
      throw error;
    }
  }

  private async poll(mailbox: ReportMailbox): Promise<Polled> {
    const { name } = mailbox;
    const startedAt = this.clock.now();
    const postponed = this.postponedOf(name);
    const scan = await mailbox.scan();
    const uids = postponed.withoutResting(scan, startedAt);
    if (uids.length === 0) {
      await ScanCount.conclude(this.evidence, mailbox, startedAt);
      return { mails: 0, reports: 0, domains: [], more: false };
    }
    const count = await ScanCount.begin(this.evidence, mailbox, { ...scan, uids }, startedAt);
    const batches = new MailBatches(mailbox, this.evidence, { ...scan, uids });
    const poll = new FolderPoll(mailbox, this.ingest, this.clock, { batches, postponed, count });
    try {
      await poll.run(startedAt + LONGEST_POLL_MS);
      return poll.polled();
    } catch (error) {
      throw new PollFailed(error, poll.polledDomains());
    }
  }

  private postponedOf(mailbox: string): PostponedMail {
    const postponed = this.postponed.get(mailbox) ?? new PostponedMail();
    this.postponed.set(mailbox, postponed);
    return postponed;
  }
}

/** One poll of one folder. */
class FolderPoll {
  private mails = 0;
  private reports = 0;
  private readonly domains = new Set<string>();
  /** Mail that is stored and still in its folder. */
  private stored: SettledMail[] = [];
  /** The batch before the one that is read. */
  private storing: Promise<void> = Promise.resolve();
  /** The mail that is moved out of its folder, while more is read and stored. */
  private settling: Promise<void> = Promise.resolve();
  /** Nothing is moved just now, nor could it not be moved before. */
  private isFree = true;
  /** Why the last mail could not be stored that now stays in the folder; null: all could. */
  private failure: unknown = null;
  /** Mails since the last one that could be stored. */
  private unstored = 0;

  constructor(
    private readonly mailbox: ReportMailbox,
    private readonly ingest: IngestMessage,
    private readonly clock: Clock,
    private readonly keeps: {
      readonly batches: MailBatches;
      readonly postponed: PostponedMail;
      readonly count: ScanCount;
    },
  ) {}

  async run(until: Instant): Promise<void> {
    try {
      for await (const batch of this.keeps.batches) {
        await this.take(batch);
        if (this.clock.now() >= until) break;
      }
    } finally {
      await this.storing.catch(() => null); // told below
      await this.settleAside();
      await this.settling;
    }
    await this.storing;
    await this.keeps.count.finish(this.clock.now());
  }

  /** Throws when a mail could not be stored: somebody should know. */
  polled(): Polled {
    if (this.failure !== null)
      throw new Error(this.keeps.postponed.trouble(this.mailbox.folder) ?? rootCause(this.failure), {
        cause: this.failure,
      });
    return {
      mails: this.mails,
      reports: this.reports,
      domains: this.polledDomains(),
      more: !this.keeps.batches.isDone,
    };
  }

  /** Those about which a report was stored, whatever came after. */
  polledDomains(): readonly string[] {
    return [...this.domains];
  }

  /** Returns when the batch is read and its storing has begun. */
  private async take(batch: MailBatch): Promise<void> {
    const read = await this.readTogether(batch.mails);
    try {
      await this.storing;
    } catch (error) {
      await read?.abandon();
      throw error;
    }
    this.storing = this.finish(batch, read);
    if (batch.bytes > LARGE_BATCH) await this.storing;
    else this.storing.catch(() => null); // told when it is awaited
  }

  /** Null: one of them can't be read, so that they are to be taken one by one. */
  private async readTogether(mails: readonly WaitingMail[]): Promise<ReadBatch | null> {
    try {
      return await this.ingest.read(mails.map((mail) => this.arrivalOf(mail)));
    } catch {
      return null;
    }
  }

  private async finish(batch: MailBatch, read: ReadBatch | null): Promise<void> {
    const { mails, known } = batch;
    this.stored.push(...known);
    const together = await this.storeTogether(mails, read);
    if (together === null) await this.storeOneByOne(mails);
    else this.noteAll(mails, together);
    // Towards the end the mailbox has nothing else to do.
    const isIdle = this.isFree && this.keeps.batches.isFetched;
    if (isIdle || this.stored.length >= SETTLED_AT_ONCE) await this.settleAside();
    await this.keeps.count.add(batch, this.clock.now());
  }

  /** Null: they are to be taken one by one. */
  private async storeTogether(
    mails: readonly WaitingMail[],
    read: ReadBatch | null,
  ): Promise<readonly (Ingested | null)[] | null> {
    if (mails.length === 0) return [];
    try {
      return (await read?.store((arrival) => this.mayWait(mails, arrival))) ?? null;
    } catch {
      return null;
    }
  }

  /** After a batch has failed: one of its mails may be to blame. Throws when the store is. */
  private async storeOneByOne(mails: readonly WaitingMail[]): Promise<void> {
    for (const mail of mails) {
      try {
        const read = await this.ingest.read([this.arrivalOf(mail)]);
        const [ingested = null] = await read.store((arrival) => this.mayWait([mail], arrival));
        this.noteAll([mail], [ingested]);
      } catch (error) {
        await this.leaveUnstored(mail, error);
      }
    }
  }

  private async leaveUnstored(mail: WaitingMail, error: unknown): Promise<void> {
    if (error instanceof StoreUnavailable) throw error;
    const nothing = await this.ingest.read([]);
    await nothing.store(() => false); // throws when it is not this mail that is to blame
    this.failure = error;
    this.mails += 1;
    this.keeps.postponed.postpone(mail, this.clock.now(), rootCause(error));
    this.unstored += 1;
    if (this.unstored >= MOST_UNSTORED)
      throw new Error(`nothing can be stored: ${rootCause(error)}`, { cause: error });
  }

  private mayWait(mails: readonly WaitingMail[], { position }: Arrival): boolean {
    const mail = mails.find((it) => it.position === position);
    return mail !== undefined && this.keeps.postponed.mayWait(mail, this.clock.now());
  }

  private noteAll(mails: readonly WaitingMail[], ingested: readonly (Ingested | null)[]): void {
    if (mails.length > 0) this.unstored = 0;
    for (const [index, mail] of mails.entries()) this.noteMail(mail, ingested[index] ?? null);
  }

  /** `ingested` null: it stays in the folder for later. */
  private noteMail(mail: WaitingMail, ingested: Ingested | null): void {
    this.mails += 1;
    if (ingested === null) {
      this.keeps.postponed.postpone(mail, this.clock.now());
      return;
    }
    this.keeps.postponed.forget(mail);
    this.stored.push({ position: mail.position, outcome: ingested.outcome });
    this.reports += ingested.reports.filter(({ storedAs }) => storedAs !== 'rejected').length;
    for (const domain of domainsWithNews(ingested.reports)) this.domains.add(domain);
  }

  private arrivalOf(mail: WaitingMail): Arrival {
    const { name: origin, folder } = this.mailbox;
    return {
      origin,
      folder,
      name: `${origin}/${mail.position.uid}`,
      position: mail.position,
      ...timesOf(mail.receivedAt, this.clock.now()),
      bytes: mail.raw,
      size: mail.size,
      vouchedBy: null,
      mailId: null,
    };
  }

  /** Begins to move what is stored, once what was moved before is; throws when that could not be. */
  private async settleAside(): Promise<void> {
    await this.settling;
    const { stored } = this;
    this.stored = [];
    this.isFree = false;
    this.settling = this.settle(stored).then(() => {
      this.isFree = true;
    });
    this.settling.catch(() => null); // told when it is awaited
  }

  /** One command for all mails of an outcome. */
  private async settle(stored: readonly SettledMail[]): Promise<void> {
    const byOutcome = new Map<MailOutcome, MailPosition[]>();
    for (const { position, outcome } of stored) {
      const positions = byOutcome.get(outcome) ?? [];
      positions.push(position);
      byOutcome.set(outcome, positions);
    }
    for (const [outcome, positions] of byOutcome) await this.mailbox.settle(positions, outcome);
  }
}

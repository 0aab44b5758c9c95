import type { EvidenceStore, ScanProgress } from '../ports/evidence-store.js';
import type { Instant } from '../core/instant.js';
import type { ReportMailbox } from '../ports/report-mailbox.js';

/** Keeps the count of a folder's waiting mail in the store, where every process can show it. */
export class ScanCount {
  private added = 0;

  private constructor(
    private readonly evidence: EvidenceStore,
    private readonly mailbox: ReportMailbox,
    private scan: ScanProgress,
  ) {}

  /** A scan that was broken off is gone on with: the mail that waits now is what was left, and what came since. */
  static async begin(
    evidence: EvidenceStore,
    mailbox: ReportMailbox,
    waiting: number,
    now: Instant,
  ): Promise<ScanCount> {
    const scan = await evidence.lastScan(mailbox.name, mailbox.folder);
    const isUnfinished = scan !== null && scan.done < scan.total;
    const before = isUnfinished ? scan : { startedAt: now, done: 0 };
    return new ScanCount(evidence, mailbox, {
      startedAt: before.startedAt,
      updatedAt: now,
      total: before.done + waiting,
      done: before.done,
    });
  }

  /** Counts mails as done; the last of them are told of by `finish`, when all have left the folder. */
  async add(mails: number, now: Instant): Promise<void> {
    await this.note(now);
    this.added = mails;
  }

  async finish(now: Instant): Promise<void> {
    await this.note(now);
  }

  private async note(now: Instant): Promise<void> {
    this.scan = { ...this.scan, done: this.scan.done + this.added, updatedAt: now };
    this.added = 0;
    await this.evidence.noteScan(this.mailbox.name, this.mailbox.folder, this.scan);
  }
}

import type { EvidenceStore, ScanProgress } from '../ports/evidence-store.js';
import type { Instant } from '../core/instant.js';
import type { MailScan, ReportMailbox } from '../ports/report-mailbox.js';
import type { MailBatch } from './mail-batches.js';

/** UIDs that are looked up at once; what is stored and not moved yet lies at the beginning of a folder. */
const LOOKED_UP = 1000;

/** Keeps the count of a folder's waiting mail in the store, where every process can show it. */
export class ScanCount {
  private added = 0;

  private constructor(
    private readonly evidence: EvidenceStore,
    private readonly mailbox: ReportMailbox,
    private scan: ScanProgress,
    /** Mails that wait and are done all the same: they were stored before the scan was broken off. */
    private doneBefore: number,
  ) {}

  /** A scan that was broken off is gone on with: the mail that waits now is what was left, and what came since. */
  static async begin(
    evidence: EvidenceStore,
    mailbox: ReportMailbox,
    { uidValidity, uids }: MailScan,
    now: Instant,
  ): Promise<ScanCount> {
    const last = await evidence.lastScan(mailbox.name, mailbox.folder);
    if (!isUnfinished(last)) {
      const scan = { startedAt: now, updatedAt: now, total: uids.length, done: 0 };
      return new ScanCount(evidence, mailbox, scan, 0);
    }
    const doneBefore = await countStored(evidence, mailbox, { uidValidity, uids });
    const left = uids.length - doneBefore;
    const total = Math.max(last.total, last.done + left);
    const scan = { startedAt: last.startedAt, updatedAt: now, total, done: total - left };
    return new ScanCount(evidence, mailbox, scan, doneBefore);
  }

  /** Nothing waits: a scan that was broken off is over. */
  static async conclude(
    evidence: EvidenceStore,
    { name, folder }: ReportMailbox,
    now: Instant,
  ): Promise<void> {
    const last = await evidence.lastScan(name, folder);
    if (isUnfinished(last))
      await evidence.noteScan(name, folder, { ...last, done: last.total, updatedAt: now });
  }

  /** Counts mails as done; the last of them are told of by `finish`, when all have left the folder. */
  async add({ seen, known }: Pick<MailBatch, 'seen' | 'known'>, now: Instant): Promise<void> {
    await this.note(now);
    const again = Math.min(known.length, this.doneBefore);
    this.doneBefore -= again;
    this.added = seen - again;
  }

  async finish(now: Instant): Promise<void> {
    await this.note(now);
  }

  private async note(now: Instant): Promise<void> {
    const done = Math.min(this.scan.total, this.scan.done + this.added);
    this.scan = { ...this.scan, done, updatedAt: now };
    this.added = 0;
    await this.evidence.noteScan(this.mailbox.name, this.mailbox.folder, this.scan);
  }
}

function isUnfinished(scan: ScanProgress | null): scan is ScanProgress {
  return scan !== null && scan.done < scan.total;
}

/** Of the first mails of a scan, until some in a row are new. */
async function countStored(
  evidence: EvidenceStore,
  { name: origin, folder }: ReportMailbox,
  { uidValidity, uids }: MailScan,
): Promise<number> {
  let stored = 0;
  for (let start = 0; start < uids.length; start += LOOKED_UP) {
    const some = uids.slice(start, start + LOOKED_UP);
    const { size } = await evidence.known({ origin, folder, uidValidity }, some);
    stored += size;
    if (size === 0) break;
  }
  return stored;
}

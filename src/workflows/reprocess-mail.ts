import type { EvidenceStore } from '../ports/evidence-store.js';
import { timesOf, type Arrival } from './read-arrival.js';
import type { Clock } from '../ports/clock.js';
import type { Instant } from '../core/instant.js';
import { domainsWithNews, newsOf, type IngestMessage } from './ingest-message.js';
import type { MailOutcome } from '../ports/report-mailbox.js';
import type { WakeUp } from '../ports/wake-up.js';
import type { ReadAtLast, Recovered, RecoverMail } from './recover-mail.js';

/** What came of trying mail again that could not be read. */
export interface Reprocessed extends Recovered {
  readonly mails: number;
  /** Of them, those in which nothing is left unread, and that turned out to be authentic where that was open. */
  readonly mended: number;
  /** Reports that were not known before. */
  readonly reports: number;
}

const BATCH = 50;

/**
 * Reads mail again in which something could not be read, or told of days to come, or for whose key DNS did not answer,
 * from the originals that are kept: after an upgrade, or with other limits. What can be read now leaves the folder of
 * unreadable mail; what was too large to be fetched, and is so no more, goes back to be fetched. What still can't be read
 * keeps its new reason. Safe to repeat.
 */
export class ReprocessMail {
  constructor(
    private readonly evidence: EvidenceStore,
    private readonly ingest: IngestMessage,
    private readonly recovery: Pick<RecoverMail, 'run'>,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  /** Told of the number of mails as they are done. */
  async run(onProgress: (mails: number) => void = () => {}): Promise<Reprocessed> {
    const count = { mails: 0, mended: 0, reports: 0 };
    const domains = new Set<string>();
    const atLast: ReadAtLast[] = [];
    for await (const mail of this.unreadable()) {
      const { outcome, reports } = await this.ingest.run(arrivalOf(mail, this.clock.now()));
      const isRead = outcome !== 'unreadable' && reports.every((it) => it.storedAs !== 'rejected');
      const isMended = isRead && (!isUndecided(mail) || newsOf(reports).length > 0);
      count.mails += 1;
      count.mended += isMended ? 1 : 0;
      count.reports += newsOf(reports).length;
      for (const domain of domainsWithNews(reports)) domains.add(domain);
      if (mail.outcome === 'unreadable' && outcome !== 'unreadable' && mail.position !== null)
        atLast.push(readAtLast(mail, outcome));
      onProgress(count.mails);
    }
    for (const domain of domains) await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    const recovered = await this.recovery.run(atLast);
    for (const mailbox of Object.keys(recovered.anew))
      await this.wakeUp.wake({ workflow: 'poll-mailbox', mailbox });
    return { ...count, ...recovered };
  }

  private async *unreadable(): AsyncGenerator<UnreadableMail> {
    let after: string | null = null;
    for (;;) {
      const some: readonly UnreadableMail[] = await this.evidence.unreadable(after, BATCH);
      yield* some;
      after = some.at(-1)?.id ?? after;
      if (some.length < BATCH) return;
    }
  }
}

/** All of it could be read, only not whether it is authentic. */
function isUndecided({ outcome, reason }: UnreadableMail): boolean {
  return outcome === 'report' && reason === null;
}

type UnreadableMail = Awaited<ReturnType<EvidenceStore['unreadable']>>[number];

/** Without its original: there may be many. */
function readAtLast(
  { origin, receivedAt, messageId, original }: UnreadableMail,
  outcome: MailOutcome,
): ReadAtLast {
  return { mailbox: origin, receivedAt, messageId, size: original.length, outcome };
}

function arrivalOf(mail: UnreadableMail, now: Instant): Arrival {
  return {
    origin: mail.origin,
    folder: mail.folder,
    name: mail.subject ?? 'mail',
    position: mail.position,
    ...timesOf(mail.receivedAt, now),
    bytes: mail.original,
    // An upload was vouched for by whoever brought it.
    vouchedBy: mail.position === null ? 'the one who brought it' : null,
    mailId: mail.id,
  };
}

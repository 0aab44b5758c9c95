import type {
  MailOutcome,
  MailPosition,
  ReportMailbox,
  ReportMailboxes,
  WaitingMail,
} from '../ports/report-mailbox.js';
import type { IngestMessage, IngestedReport } from './ingest-message.js';

/** One batch from a mailbox. `domains`: those about which a report was stored. */
export interface Polled {
  readonly mails: number;
  readonly reports: number;
  readonly domains: readonly string[];
  /** More mail may wait, since a batch is bounded by number and size: poll again at once. */
  readonly more: boolean;
}

const BATCH = 100;

/** Fetches one batch of waiting mail, ingests each, and only then moves it. */
export class PollMailbox {
  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly ingest: IngestMessage,
  ) {}

  async run(name: string): Promise<Polled> {
    const mailbox = this.mailboxes.get(name);
    // What waits in the inbox is not done, wherever the position stands: storing it again changes nothing.
    const waiting = await mailbox.fetchWaiting(null, BATCH);
    const done: Record<MailOutcome, MailPosition[]> = { report: [], 'not-a-report': [] };
    const ingested: IngestedReport[] = [];
    try {
      for (const mail of waiting) {
        const { outcome, reports } = await this.ingestOne(name, mail);
        done[outcome].push(mail.position);
        ingested.push(...reports);
      }
    } finally {
      await settle(mailbox, done);
    }
    return {
      mails: waiting.length,
      reports: ingested.filter((it) => it.storedAs !== 'rejected').length,
      domains: domainsWithNews(ingested),
      more: waiting.length > 0,
    };
  }

  private ingestOne(origin: string, mail: WaitingMail): ReturnType<IngestMessage['run']> {
    return this.ingest.run({
      origin,
      name: `${origin}/${mail.position.uid}`,
      position: mail.position,
      receivedAt: mail.receivedAt,
      bytes: mail.raw,
      vouchedBy: null,
    });
  }
}

function domainsWithNews(reports: readonly IngestedReport[]): readonly string[] {
  const news = reports.filter((it) => it.storedAs === 'new' || it.storedAs === 'sibling');
  return [...new Set(news.flatMap((it) => (it.domain === null ? [] : [it.domain])))];
}

async function settle(
  mailbox: ReportMailbox,
  done: Record<MailOutcome, readonly MailPosition[]>,
): Promise<void> {
  if (done.report.length > 0) await mailbox.settle(done.report, 'report');
  if (done['not-a-report'].length > 0) await mailbox.settle(done['not-a-report'], 'not-a-report');
}

import type {
  MailOutcome,
  MailPosition,
  ReportMailbox,
  ReportMailboxes,
  WaitingMail,
} from '../ports/report-mailbox.js';
import type { Clock } from '../ports/clock.js';
import type { Arrival, IngestMessage, Ingested, IngestedReport } from './ingest-message.js';
import { PostponedMail } from './postponed-mail.js';

/** What one poll stored. `domains`: those about which a report was stored. */
export interface Polled {
  readonly mails: number;
  readonly reports: number;
  readonly domains: readonly string[];
  /** More mail may wait, since a batch is bounded by number and size: poll again at once. */
  readonly more: boolean;
}

const BATCH = 100;

/**
 * Fetches one batch of waiting mail, ingests each, and only then moves it. Mail whose authenticity can't be told while
 * DNS fails stays where it is for up to three days and is tried again; what lies behind it goes on.
 */
export class PollMailbox {
  private readonly postponed = new Map<string, PostponedMail>();

  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly ingest: IngestMessage,
    private readonly clock: Clock,
  ) {}

  async run(name: string): Promise<Polled> {
    const mailbox = this.mailboxes.get(name);
    // What waits in the inbox is not done, wherever the stored position stands: storing it again changes nothing.
    let after: MailPosition | null = null;
    for (;;) {
      const waiting: readonly WaitingMail[] = await mailbox.fetchWaiting(after, BATCH);
      const fresh = waiting.filter((mail) => !this.postponedOf(name).isResting(mail, this.clock.now()));
      const last = waiting.at(-1);
      if (last === undefined || fresh.length > 0) return this.takeBatch(mailbox, fresh);
      after = last.position;
    }
  }

  private async takeBatch(mailbox: ReportMailbox, batch: readonly WaitingMail[]): Promise<Polled> {
    const done: Record<MailOutcome, MailPosition[]> = { report: [], 'not-a-report': [] };
    const ingested: IngestedReport[] = [];
    try {
      for (const mail of batch) {
        const taken = await this.takeMail(mailbox.name, mail);
        if (taken === null) continue;
        done[taken.outcome].push(mail.position);
        ingested.push(...taken.reports);
      }
    } finally {
      await settle(mailbox, done);
    }
    return {
      mails: done.report.length + done['not-a-report'].length,
      reports: ingested.filter((it) => it.storedAs !== 'rejected').length,
      domains: domainsWithNews(ingested),
      // It ends: each mail of a batch is either done, or rests from now on.
      more: batch.length > 0,
    };
  }

  /** Null: left in the inbox for later. */
  private async takeMail(origin: string, mail: WaitingMail): Promise<Ingested | null> {
    const postponed = this.postponedOf(origin);
    const arrival = arrivalOf(origin, mail);
    const mayWait = postponed.mayWait(mail, this.clock.now());
    const taken = await (mayWait ? this.ingest.runOnceDecided(arrival) : this.ingest.run(arrival));
    if (taken === null) postponed.postpone(mail, this.clock.now());
    else postponed.forget(mail);
    return taken;
  }

  private postponedOf(mailbox: string): PostponedMail {
    const postponed = this.postponed.get(mailbox) ?? new PostponedMail();
    this.postponed.set(mailbox, postponed);
    return postponed;
  }
}

function arrivalOf(origin: string, mail: WaitingMail): Arrival {
  return {
    origin,
    name: `${origin}/${mail.position.uid}`,
    position: mail.position,
    receivedAt: mail.receivedAt,
    bytes: mail.raw,
    vouchedBy: null,
  };
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

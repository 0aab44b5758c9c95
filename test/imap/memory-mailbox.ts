import {
  ReportMailbox,
  ReportMailboxes,
  type MailOutcome,
  type MailPosition,
  type MailScan,
  type WaitingMail,
} from '../../src/ports/report-mailbox.js';

/** An inbox in memory; what is settled leaves it. */
export class MemoryMailbox extends ReportMailbox {
  readonly name = 'rua';
  readonly folder = 'INBOX';
  readonly pollSeconds = 60;
  readonly settled: (readonly [number, MailOutcome])[] = [];
  inbox: WaitingMail[] = [];
  fetches = 0;
  largestFetch = 100;
  resting: string | null = null;

  deliver(raw: Buffer, receivedAt: number): void {
    const uid = (this.inbox.at(-1)?.position.uid ?? this.settled.length) + 1;
    this.inbox.push({ position: { uidValidity: '7', uid }, receivedAt, raw, size: raw.length });
  }

  async scan(): Promise<MailScan> {
    return { uidValidity: '7', uids: this.inbox.map((mail) => mail.position.uid) };
  }

  async fetch(_uidValidity: string, uids: readonly number[]): Promise<readonly WaitingMail[]> {
    this.fetches += 1;
    return this.inbox.filter(({ position }) => uids.includes(position.uid)).slice(0, this.largestFetch);
  }

  async settle(positions: readonly MailPosition[], outcome: MailOutcome): Promise<void> {
    for (const { uid } of positions) this.settled.push([uid, outcome]);
    const gone = new Set(positions.map(({ uid }) => uid));
    this.inbox = this.inbox.filter((mail) => !gone.has(mail.position.uid));
  }

  async recover(): Promise<readonly []> {
    return [];
  }

  leftAlone(): string | null {
    return this.resting;
  }

  async watch(): Promise<void> {}
  async close(): Promise<void> {}
}

export class OneMailbox extends ReportMailboxes {
  constructor(private readonly mailbox: ReportMailbox) {
    super();
  }
  names(): readonly string[] {
    return [this.mailbox.name];
  }
  get(): ReportMailbox {
    return this.mailbox;
  }
}

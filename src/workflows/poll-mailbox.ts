/** One batch from a mailbox. `domains`: those about which a report was stored. */
export interface Polled {
  readonly mails: number;
  readonly reports: number;
  readonly domains: readonly string[];
  /** More mail waits: poll again at once. */
  readonly more: boolean;
}

/** Fetches one batch of waiting mail, ingests each, and only then moves it. */
export class PollMailbox {
  async run(_mailbox: string): Promise<Polled> {
    throw new Error('being written');
  }
}

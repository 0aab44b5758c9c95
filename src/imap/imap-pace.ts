import type { MailboxTrouble } from './mailbox-error.js';

/** Milliseconds before the second try, doubled with each that fails. */
const FIRST_PAUSE: Readonly<Record<MailboxTrouble, number>> = {
  connection: 1000,
  server: 1000,
  // These don't mend by themselves, and a server may lock out who keeps on guessing.
  authentication: 15_000,
  tls: 15_000,
};
const LONGEST_PAUSE = 15 * 60_000;

export interface PaceOptions {
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** From 0 up to 1: so that many mailboxes don't come back at the same moment. */
  readonly random: () => number;
}

/** Keeps failing attempts apart: each pause is twice as long as the one before, give or take a quarter. */
export class ImapPace {
  private failures = 0;
  private restUntil = 0;

  constructor(private readonly options: PaceOptions) {}

  /** Milliseconds until the next attempt may be made; 0: now. */
  remaining(): number {
    return Math.max(0, this.restUntil - this.options.now());
  }

  failed(trouble: MailboxTrouble): void {
    const pause = Math.min(FIRST_PAUSE[trouble] * 2 ** Math.min(this.failures, 20), LONGEST_PAUSE);
    this.failures += 1;
    this.restUntil = this.options.now() + pause * (0.75 + this.options.random() / 2);
  }

  succeeded(): void {
    this.failures = 0;
    this.restUntil = 0;
  }
}

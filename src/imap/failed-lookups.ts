/** Milliseconds that a failure is remembered; RFC 9520 3.2 allows five minutes. */
const REMEMBERED_MS = 60_000;
/** Names that are remembered: who sends the mail chooses them. */
const MOST_NAMES = 1000;

/**
 * Names whose look-up just failed: a thousand mails must not each wait for the same server that doesn't answer
 * (RFC 9520 3.2).
 */
export class FailedLookups {
  private readonly until = new Map<string, number>();

  /** One that is remembered already isn't remembered for longer: it must be asked for again some time. */
  add(name: string): void {
    if (this.has(name)) return;
    this.until.delete(name);
    const [oldest] = this.until.keys();
    if (oldest !== undefined && this.until.size >= MOST_NAMES) this.until.delete(oldest);
    this.until.set(name, performance.now() + REMEMBERED_MS);
  }

  has(name: string): boolean {
    return (this.until.get(name) ?? 0) > performance.now();
  }
}

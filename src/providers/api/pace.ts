import { DnsProviderError } from '../../ports/dns-provider.js';
import { pause } from './pause.js';

/** How often an API may be asked: `burst` requests at once, then `perSecond`. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Milliseconds; who would have to wait longer comes again later, instead of running into its deadline halfway. */
const LONGEST_WAIT = 5000;

/** Milliseconds; nobody is put off for longer, however many were: a step back is urgent, and some never come again. */
const LONGEST_PUT_OFF = 600_000;

/** As many requests as a change takes, more or less: so much later than the one before comes who is sent away. */
const REQUESTS_A_CHANGE = 8;

/**
 * One token bucket; who shares a credential shares it. It is kept as the moment at which it will be full again. Who is
 * sent away is told a time of his own: if all came back at once none would have all of his turns, and so on for ever.
 */
export class Pace {
  private fullAt = 0;
  /** When the one who was sent away last comes again. */
  private lastComesAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly rate: Rate) {}

  /** Waits until it is one's turn. Throws DnsProviderError `rate-limited` when that takes too long, or an abort's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const each = 1000 / this.rate.perSecond;
    const now = performance.now();
    const fullAt = Math.max(this.fullAt, now) + each;
    const wait = fullAt - this.rate.burst * each - now;
    if (wait > LONGEST_WAIT) {
      const comesAt = Math.max(this.lastComesAt + REQUESTS_A_CHANGE * each, now + wait);
      this.lastComesAt = Math.min(comesAt, now + Math.max(wait, LONGEST_PUT_OFF));
      const fault = { kind: 'rate-limited', retryAfterMs: Math.ceil(this.lastComesAt - now) } as const;
      throw new DnsProviderError('too many requests wait for this API already', fault);
    }
    this.fullAt = fullAt;
    if (wait < 1) return; // a timer knows no less
    try {
      await pause(wait, signal);
    } catch (error) {
      this.fullAt -= each; // a turn that nobody took
      throw error;
    }
  }
}

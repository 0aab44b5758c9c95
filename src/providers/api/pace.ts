import { DnsProviderError } from '../../ports/dns-provider.js';
import { pause } from './pause.js';

/** How often an API may be asked: `burst` requests at once, then `perSecond`. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Milliseconds; who would have to wait longer comes again later, instead of running into its deadline halfway. */
const LONGEST_WAIT = 5000;

/** One token bucket; who shares a credential shares it. It is kept as the moment at which it will be full again. */
export class Pace {
  private fullAt = 0;

  constructor(private readonly rate: Rate) {}

  /** Waits until it is one's turn. Throws DnsProviderError `rate-limited` when that takes too long, or an abort's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const each = 1000 / this.rate.perSecond;
    const now = performance.now();
    const fullAt = Math.max(this.fullAt, now) + each;
    const wait = fullAt - this.rate.burst * each - now;
    if (wait > LONGEST_WAIT) {
      const fault = { kind: 'rate-limited', retryAfterMs: Math.ceil(wait) } as const;
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

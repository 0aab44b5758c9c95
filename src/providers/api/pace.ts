import { AsyncLocalStorage } from 'node:async_hooks';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { pause } from './pause.js';

/** How often an API may be asked: `burst` requests at once, then `perSecond`. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
  /** How many requests a change takes, from reading to its end. */
  readonly aChange?: number;
}

/** A change that was let in, or part of one. */
interface Exchange {
  /** When it may send each of the requests that are set aside for it, in ms; those that were sent are gone. */
  readonly turns: number[];
  sent: number;
  /** When nobody goes on with it any more. */
  lapsesAt: number;
}

/** Milliseconds; who would have to wait longer comes again later, instead of running into its deadline halfway. */
const LONGEST_WAIT = 5000;

/** Milliseconds; nobody is put off for longer, however many were: a step back is urgent, and some never come again. */
const LONGEST_PUT_OFF = 600_000;

/** Requests of a change where nobody says how many. */
const REQUESTS_A_CHANGE = 8;

/** Milliseconds for which a change may rest between its steps, and which one step of it takes at the most. */
const LONGEST_REST = 3000;
const LONGEST_STEP = 60_000;

/**
 * One token bucket; who shares a credential shares it. It is kept as the moment at which it will be full again. Who is
 * sent away is told a time of his own: if all came back at once none would have all of his turns, and so on for ever.
 * For the same reason a change may be let in as a whole: whatever it still needs then is waited for, never refused.
 */
export class Pace {
  private fullAt = 0;
  /** When the one who was sent away last comes again. */
  private lastComesAt = Number.NEGATIVE_INFINITY;
  private readonly underWay = new Map<string, Exchange>();
  private readonly current = new AsyncLocalStorage<Exchange>();
  /** Requests that changes took of late, or what the rate says if that is more. */
  private aChange: number;

  constructor(private readonly rate: Rate) {
    this.aChange = rate.aChange ?? REQUESTS_A_CHANGE;
  }

  /**
   * Waits until it is one's turn. Throws DnsProviderError `rate-limited` when that takes too long, outside a change that
   * was let in; or an abort's reason.
   */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const exchange = this.current.getStore();
    const at = exchange?.turns.shift() ?? this.turnAtTheEnd(exchange === undefined ? LONGEST_WAIT : Infinity);
    if (exchange !== undefined) exchange.sent += 1;
    const wait = at - performance.now();
    if (wait < 1) return; // a timer knows no less
    try {
      await pause(wait, signal);
    } catch (error) {
      this.fullAt -= this.each(); // a turn that nobody took
      throw error;
    }
  }

  /**
   * A step of the change at that name: the first is let in with all turns that the change takes, or sent away with
   * `rate-limited`; the `last` gives back what is left of them. Throws what `work` throws, or an abort's reason.
   */
  async step<Result>(
    name: string,
    { which, signal }: { readonly which: 'first' | 'last'; readonly signal: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result> {
    const exchange = await this.letIn(name, signal);
    exchange.lapsesAt = performance.now() + LONGEST_STEP;
    try {
      const result = await this.current.run(exchange, work);
      exchange.lapsesAt = performance.now() + LONGEST_REST;
      if (which === 'last') this.end(name, exchange);
      return result;
    } catch (error) {
      this.end(name, exchange);
      throw error;
    }
  }

  /** Work that must not be sent away, as a change depends on it. */
  async insist<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.current.getStore() !== undefined) return work();
    return this.current.run({ turns: [], sent: 0, lapsesAt: Infinity }, work);
  }

  private each(): number {
    return 1000 / this.rate.perSecond;
  }

  /** Who only read and goes no further is waited for before anybody is sent away. */
  private async letIn(name: string, signal: AbortSignal): Promise<Exchange> {
    const latest = performance.now() + LONGEST_WAIT;
    for (;;) {
      this.giveBackLapsed();
      const known = this.underWay.get(name);
      if (known !== undefined) return known;
      const lapse = Math.min(...[...this.underWay.values()].map(({ lapsesAt }) => lapsesAt));
      if (this.waitAtTheEnd() <= LONGEST_WAIT || lapse > latest) return this.setAside(name);
      await pause(Math.max(0, lapse - performance.now()), signal);
    }
  }

  private setAside(name: string): Exchange {
    const turns = [this.turnAtTheEnd(LONGEST_WAIT)];
    while (turns.length < this.aChange) turns.push(this.turnAtTheEnd(Infinity));
    const exchange = { turns, sent: 0, lapsesAt: Infinity };
    this.underWay.set(name, exchange);
    return exchange;
  }

  private giveBackLapsed(): void {
    for (const [name, exchange] of this.underWay) {
      if (exchange.lapsesAt <= performance.now()) this.giveBack(name, exchange);
    }
  }

  private end(name: string, exchange: Exchange): void {
    this.giveBack(name, exchange);
    const { sent } = exchange;
    const { aChange = REQUESTS_A_CHANGE } = this.rate;
    this.aChange = Math.max(aChange, sent, Math.floor((this.aChange + sent) / 2));
  }

  private giveBack(name: string, exchange: Exchange): void {
    this.fullAt -= exchange.turns.length * this.each();
    exchange.turns.length = 0;
    // It may have lapsed, and another have begun.
    if (this.underWay.get(name) === exchange) this.underWay.delete(name);
  }

  /** When it is one's turn behind all who have one. Throws `rate-limited` when that is later than in so many ms. */
  private turnAtTheEnd(longestWait: number): number {
    const wait = this.waitAtTheEnd();
    if (wait > longestWait) throw this.sentAway(wait);
    const at = performance.now() + wait;
    this.fullAt = at + this.rate.burst * this.each();
    return at;
  }

  /** Milliseconds; below 0 while there is something in the bucket. */
  private waitAtTheEnd(): number {
    const each = this.each();
    const now = performance.now();
    // What is set aside and not sent yet isn't in the bucket.
    const aside = [...this.underWay.values()].reduce((sum, { turns }) => sum + turns.length, 0);
    return Math.max(this.fullAt - now, aside * each) + each - this.rate.burst * each;
  }

  /** He comes as much later than the one before as a change takes. */
  private sentAway(wait: number): DnsProviderError {
    const now = performance.now();
    const comesAt = Math.max(this.lastComesAt + this.aChange * this.each(), now + wait);
    this.lastComesAt = Math.min(comesAt, now + Math.max(wait, LONGEST_PUT_OFF));
    const fault = { kind: 'rate-limited', retryAfterMs: Math.ceil(this.lastComesAt - now) } as const;
    return new DnsProviderError('too many requests wait for this API already', fault);
  }
}

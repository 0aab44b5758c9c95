import { setMaxListeners } from 'node:events';
import ipaddr from 'ipaddr.js';
import type { DnsAnswer, DnsQuestions } from '../core/checks/dns-answers.js';
import { DnsLookup } from '../ports/dns-lookup.js';
import { canonicalName, type DnsRecord, type QueryType } from './dns-message.js';
import { LookupError, type RecursiveLookup } from './recursive-lookup.js';
import { ARPA, reverseName } from './reverse-name.js';

export interface QuestionLimits {
  /** Questions of one run that go out to DNS; what is asked beyond them is answered `unknown`. */
  readonly mostQuestions: number;
  /** Questions that are under way at the same time: home routers lose datagrams that come all at once. */
  readonly atOnce: number;
}

/** The five checks of a domain with many senders ask about 150. */
const LIMITS: QuestionLimits = { mostQuestions: 500, atOnce: 40 };
/** CNAME records that are followed; resolvers give up after about as many. */
const LONGEST_CHAIN = 8;
const NO_SUCH_NAME = { kind: 'none', exists: false, aliases: [] } as const satisfies DnsAnswer<never>;

/** When of so many questions one is out of time and none is answered, nobody is there: the others need not wait. */
const SILENCE = 8;

/** What one reply leaves to do about a name. */
type Followed =
  | { readonly kind: 'answer'; readonly records: readonly DnsRecord[]; readonly exists: boolean }
  /** The reply ends in an alias; what stands there has to be asked for. */
  | { readonly kind: 'ask'; readonly name: string };

/** Answers the questions of the DNS checks by recursive resolvers. */
export class RecursiveDnsLookup extends DnsLookup {
  constructor(
    private readonly lookup: Pick<RecursiveLookup, 'ask'>,
    private readonly limits: QuestionLimits = LIMITS,
  ) {
    super();
  }

  /** What is still open when the signal aborts is answered `unknown`. No question throws for what DNS says. */
  questions(signal: AbortSignal): DnsQuestions {
    setMaxListeners(2 * this.limits.atOnce, signal); // each question under way listens to it
    const run = new QuestionRun(this.lookup, this.limits, signal);
    const values = (record: DnsRecord) => ('value' in record ? [record.value] : []);
    const addresses = (record: DnsRecord) => values(record).flatMap(canonicalAddress);
    return {
      txt: (name) => run.answer(name, 'TXT', (record) => (record.type === 'TXT' ? [record.text] : [])),
      a: (name) => run.answer(name, 'A', addresses),
      aaaa: async (name) => withoutMapped(await run.answer(name, 'AAAA', addresses)),
      mx: (name) =>
        run.answer(name, 'MX', (record) =>
          record.type === 'MX' ? [{ preference: record.priority, exchange: record.exchange }] : [],
        ),
      ptr: async (address) =>
        ipaddr.isValid(address) ? run.answer(reverseName(address, ARPA), 'PTR', values) : NO_SUCH_NAME,
      cname: (name) => run.answer(name, 'CNAME', values),
    };
  }
}

/** The look-ups of one run, each question asked once. */
class QuestionRun {
  private readonly known = new Map<string, Promise<DnsAnswer<DnsRecord>>>();
  private readonly waiting: (() => void)[] = [];
  private asked = 0;
  private underWay = 0;
  private answered = 0;
  private timedOut = 0;

  constructor(
    private readonly lookup: Pick<RecursiveLookup, 'ask'>,
    private readonly limits: QuestionLimits,
    private readonly signal: AbortSignal,
  ) {}

  async answer<T>(
    name: string,
    type: QueryType,
    read: (record: DnsRecord) => readonly T[],
  ): Promise<DnsAnswer<T>> {
    const wanted = canonicalName(name);
    const key = `${type} ${wanted}`;
    const found = this.known.get(key) ?? this.find(wanted, type);
    this.known.set(key, found);
    const answer = await found;
    if (answer.kind !== 'found') return answer;
    const records = answer.records.flatMap(read);
    const { aliases } = answer;
    // Records that can't be read, as an address of five bytes: there is something, and nobody knows what.
    return records.length > 0
      ? { kind: 'found', records, aliases }
      : { kind: 'unknown', reason: 'the answer is malformed' };
  }

  /** Follows aliases, also where a reply ends in one, as from a server that speaks for some zones alone. */
  private async find(wanted: string, type: QueryType): Promise<DnsAnswer<DnsRecord>> {
    const aliases: string[] = [];
    let name = wanted;
    try {
      for (;;) {
        const followed = await this.follow(name, type, aliases);
        if (followed.kind === 'answer') return asAnswer(followed, aliases);
        name = followed.name;
        if (aliases.length > LONGEST_CHAIN || aliases.indexOf(name) < aliases.length - 1 || name === wanted) {
          return { kind: 'unknown', reason: 'too many aliases, or they lead back to themselves' };
        }
      }
    } catch (error) {
      // No server can hold what no query can ask for.
      if (error instanceof LookupError && error.code === 'EBADNAME') return NO_SUCH_NAME;
      return { kind: 'unknown', reason: this.reasonOf(error) };
    }
  }

  /** Asks once. Adds the aliases that the reply leads over to `aliases`. */
  private async follow(name: string, type: QueryType, aliases: string[]): Promise<Followed> {
    const reply = await this.inTurn(() => this.ask(name, type));
    this.answered += 1;
    const before = aliases.length;
    let at = name;
    while (aliases.length <= LONGEST_CHAIN) {
      const here = reply.answers.filter((record) => record.name === at);
      const records = here.filter((record) => record.type === type);
      if (records.length > 0) return { kind: 'answer', records, exists: true };
      const alias = here.find((record) => record.type === 'CNAME');
      if (alias?.type !== 'CNAME') break;
      at = alias.value;
      aliases.push(at);
    }
    // RFC 6604 3: the code is about the end of the chain.
    if (reply.rcode === 'NXDOMAIN') return { kind: 'answer', records: [], exists: false };
    const isAlias = aliases.length > before;
    return isAlias ? { kind: 'ask', name: at } : { kind: 'answer', records: [], exists: true };
  }

  private async ask(name: string, type: QueryType) {
    try {
      return await this.lookup.ask({ name, type }, this.signal);
    } catch (error) {
      if (error instanceof LookupError && error.code === 'ETIMEOUT') this.timedOut += 1;
      // Resolvers say so as well when one of many servers was slow; the next time they ask another.
      if (!(error instanceof LookupError) || error.code !== 'ESERVFAIL') throw error;
      return this.lookup.ask({ name, type }, this.signal);
    }
  }

  /** Waits for its turn. Throws a LookupError when too much was asked. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.asked += 1;
    if (this.asked > this.limits.mostQuestions) {
      throw new LookupError('too much was asked already', 'ECANCELLED');
    }
    while (this.underWay >= this.limits.atOnce) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
    this.underWay += 1;
    try {
      this.signal.throwIfAborted();
      if (this.answered === 0 && this.timedOut > 0 && this.asked >= SILENCE) {
        throw new LookupError('no resolver answers in time', 'ETIMEOUT');
      }
      return await work();
    } finally {
      this.underWay -= 1;
      this.waiting.shift()?.();
    }
  }

  private reasonOf(error: unknown): string {
    if (this.signal.aborted) return 'no answer in time';
    if (error instanceof LookupError) return error.message;
    throw error;
  }
}

function asAnswer(
  { records, exists }: Extract<Followed, { kind: 'answer' }>,
  aliases: readonly string[],
): DnsAnswer<DnsRecord> {
  return records.length > 0 ? { kind: 'found', records, aliases } : { kind: 'none', exists, aliases };
}

/** IPv4 addresses that a resolver has put into IPv6 for its clients (RFC 6147, RFC 6052 2.1) stand in no zone. */
function withoutMapped(answer: DnsAnswer<string>): DnsAnswer<string> {
  if (answer.kind !== 'found') return answer;
  const records = answer.records.filter((address) => ipaddr.parse(address).range() !== 'rfc6052');
  const { aliases } = answer;
  return records.length > 0 ? { kind: 'found', records, aliases } : { kind: 'none', exists: true, aliases };
}

function canonicalAddress(text: string): readonly string[] {
  return ipaddr.isValid(text) ? [ipaddr.parse(text).toString()] : [];
}

import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { IpAddress } from './ip-network.js';
import { readIp } from './ip-network.js';
import { MOST_NAMES } from './look-up-budget.js';
import { isWithin, queryName } from './query-name.js';

/** The names of a client's address, and which of them lead back to it (RFC 7208 5.5). Each is looked up once, when asked for. */
export class ReverseNames {
  private names: Promise<DnsAnswer<string>> | null = null;
  private readonly validity = new Map<string, Promise<boolean>>();

  constructor(
    private readonly client: IpAddress,
    private readonly dns: DnsQuestions,
  ) {}

  /** What the reverse zone says. */
  answer(): Promise<DnsAnswer<string>> {
    this.names ??= this.dns.ptr(this.client.text);
    return this.names;
  }

  /** The first validated name that is the domain or lies below it. A name that can't be looked up is passed over. */
  async within(domain: string): Promise<string | null> {
    return this.firstValid((await this.candidates()).filter((name) => isWithin(name, domain)));
  }

  /** What `%{p}` stands for (RFC 7208 7.3): the domain itself, else one below it, else any, else `unknown`. */
  async best(domain: string): Promise<string> {
    const names = await this.candidates();
    const rank = (name: string): number => (name === domain ? 0 : isWithin(name, domain) ? 1 : 2);
    return (await this.firstValid(names.toSorted((one, other) => rank(one) - rank(other)))) ?? 'unknown';
  }

  private async candidates(): Promise<readonly string[]> {
    const answer = await this.answer();
    if (answer.kind !== 'found') return [];
    // RFC 7208 4.6.4: more names are not looked at; no error, as the sender has no say in them.
    return answer.records.slice(0, MOST_NAMES).flatMap((record) => queryName(record) ?? []);
  }

  private async firstValid(names: readonly string[]): Promise<string | null> {
    for (const name of names) if (await this.leadsBack(name)) return name;
    return null;
  }

  private leadsBack(name: string): Promise<boolean> {
    const known = this.validity.get(name) ?? this.lookUp(name);
    this.validity.set(name, known);
    return known;
  }

  private async lookUp(name: string): Promise<boolean> {
    const answer = await (this.client.family === 4 ? this.dns.a(name) : this.dns.aaaa(name));
    return (
      answer.kind === 'found' && answer.records.some((text) => readIp(text)?.value === this.client.value)
    );
  }
}

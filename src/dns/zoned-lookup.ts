import type { DnsReply, Question } from './dns-message.js';
import { RecursiveLookup, type RecursiveOptions } from './recursive-lookup.js';

export interface ZonedOptions extends RecursiveOptions {
  /** Servers (`host:port`) that are asked about names in a zone instead of the resolvers, which may not know it. */
  readonly authorities: readonly { readonly zone: string; readonly servers: readonly string[] }[];
}

/** Asks the servers that the settings tell about their zones, and resolvers about all else. */
export class ZonedLookup {
  private readonly elsewhere: RecursiveLookup;
  /** The longest zone first: it is the one that holds a name. */
  private readonly zones: readonly { readonly zone: string; readonly lookup: RecursiveLookup }[];

  /** Throws a RangeError for what is no server. */
  constructor({ authorities, ...options }: ZonedOptions) {
    this.elsewhere = new RecursiveLookup(options);
    this.zones = authorities
      .map(({ zone, servers }) => ({
        zone: zone.toLowerCase(),
        lookup: new RecursiveLookup({ ...options, resolvers: servers }),
      }))
      .toSorted((one, other) => other.zone.length - one.zone.length);
  }

  /** Throws LookupError, or an abort's reason. */
  async ask(question: Question, signal?: AbortSignal): Promise<DnsReply> {
    const name = question.name.toLowerCase();
    const held = this.zones.find(({ zone }) => name === zone || name.endsWith(`.${zone}`));
    if (held === undefined) return this.elsewhere.ask(question, signal);
    const reply = await held.lookup.ask(question, signal);
    return isReferral(reply) ? this.elsewhere.ask(question, signal) : reply;
  }
}

/** The server has given a part of its zone away, and says to whom (RFC 1034 4.3.2): that is no "none". */
function isReferral({ rcode, answers, authorities }: DnsReply): boolean {
  if (rcode !== 'NOERROR' || answers.length > 0) return false;
  const types = authorities.map(({ type }) => type);
  return types.includes('NS') && !types.includes('SOA');
}

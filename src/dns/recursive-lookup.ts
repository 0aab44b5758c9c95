import dns from 'node:dns';
import type { DnsRecord, DnsReply, QueryType, Question } from './dns-message.js';
import { DnsQueryError, queryDns } from './dns-query.js';
import { formatEndpoint, parseEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';

export interface RecursiveOptions {
  /** `host:port` of recursive resolvers, asked in turn; none: those of the system. */
  readonly resolvers: readonly string[];
  /** Milliseconds for each try. */
  readonly timeoutMs: number;
  readonly tries: number;
}

/** As node:dns gives them: strings for addresses and names, lists of strings for TXT, objects for MX. */
export type ResolvedRecords =
  string[] | string[][] | { readonly exchange: string; readonly priority: number }[];

/** A look-up without a usable answer. `code` as in node:dns: `ENOTFOUND`, `ENODATA`, `ETIMEOUT`, `ESERVFAIL`, `EREFUSED` … */
export class LookupError extends Error {
  override readonly name = 'LookupError';

  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Asks recursive resolvers. What they say may be as old as its TTL; the record itself is read by AuthoritativeObserver. */
export class RecursiveLookup {
  private readonly servers: readonly Endpoint[];

  constructor(private readonly options: RecursiveOptions) {
    const resolvers = options.resolvers.length > 0 ? options.resolvers : dns.getServers();
    this.servers = resolvers.map((text) => parseEndpoint(text));
  }

  /** Each resolver by itself. */
  each(): readonly { readonly endpoint: Endpoint; readonly only: RecursiveLookup }[] {
    return this.servers.map((endpoint) => {
      const only = new RecursiveLookup({ ...this.options, resolvers: [formatEndpoint(endpoint)] });
      return { endpoint, only };
    });
  }

  /** The reply of the first resolver that gives one: NOERROR or NXDOMAIN. Throws LookupError, or an abort's reason. */
  async ask(question: Question, signal?: AbortSignal): Promise<DnsReply> {
    let failure = new LookupError('no resolver is set', 'ECONNREFUSED');
    for (const server of this.servers) {
      const outcome = await this.askOne(question, server, signal);
      if (!(outcome instanceof LookupError)) return outcome;
      failure = outcome;
    }
    throw failure;
  }

  /** Records of that type at the name, behind aliases too; empty: there are none. Throws LookupError. */
  async records(question: Question, signal?: AbortSignal): Promise<readonly DnsRecord[]> {
    const reply = await this.ask(question, signal);
    return reply.answers.filter((record) => record.type === question.type);
  }

  /** TXT records at a name, strings joined; empty: there are none. Throws LookupError. */
  async lookupTxt(name: string, signal?: AbortSignal): Promise<readonly string[]> {
    const records = await this.records({ name, type: 'TXT' }, signal);
    return records.flatMap((record) => (record.type === 'TXT' ? [record.text] : []));
  }

  /**
   * The resolver that mail libraries take. Throws LookupError `ENOTFOUND` when the name doesn't exist and `ENODATA`
   * when it has no such record. A field, so that it can be handed over by itself.
   */
  readonly resolve = async (name: string, rrtype: string): Promise<ResolvedRecords> => {
    const type = queryType(rrtype);
    if (type === null) throw new LookupError(`type ${rrtype.slice(0, 20)} is not looked up`, 'ENOTIMP');
    const reply = await this.ask({ name, type });
    if (reply.rcode === 'NXDOMAIN') throw new LookupError(`${name} does not exist`, 'ENOTFOUND');
    const records = reply.answers.filter((record) => record.type === type);
    if (records.length === 0) throw new LookupError(`${name} has no ${type} record`, 'ENODATA');
    if (type === 'TXT') return records.flatMap((record) => (record.type === 'TXT' ? [[record.text]] : []));
    if (type === 'MX') {
      return records.flatMap((record) =>
        record.type === 'MX' ? [{ exchange: record.exchange, priority: record.priority }] : [],
      );
    }
    return records.flatMap((record) => ('value' in record ? [record.value] : []));
  };

  private async askOne(
    question: Question,
    server: Endpoint,
    signal: AbortSignal | undefined,
  ): Promise<DnsReply | LookupError> {
    try {
      const { timeoutMs, tries } = this.options;
      const reply = await queryDns(question, server, { timeoutMs, tries, recursionDesired: true, signal });
      if (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN') return reply;
      return new LookupError(`${formatEndpoint(server)} answered ${reply.rcode}`, `E${reply.rcode}`);
    } catch (error) {
      if (error instanceof RangeError) return new LookupError(error.message, 'EBADNAME', { cause: error });
      if (!(error instanceof DnsQueryError)) throw error;
      return new LookupError(error.message, error.code, { cause: error });
    }
  }
}

function queryType(text: string): QueryType | null {
  const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'] as const;
  return types.find((type) => type === text.toUpperCase()) ?? null;
}

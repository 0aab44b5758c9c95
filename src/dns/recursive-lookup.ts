import dns from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** Milliseconds; a resolver that takes longer is not waited for alone. */
const PATIENCE_MS = 1_000;
/** Milliseconds; one that was silent is asked last for so long. */
const SILENCE_MS = 60_000;

/** Asks recursive resolvers. What they say may be as old as its TTL; the record itself is read by AuthoritativeObserver. */
export class RecursiveLookup {
  private readonly servers: readonly Endpoint[];
  /** Until when a resolver that was silent is asked last, by the clock that only goes forward. */
  private readonly silentUntil = new Map<Endpoint, number>();

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

  /**
   * The first reply of a resolver: NOERROR or NXDOMAIN. The next one is asked when one fails, and beside one that is
   * silent for a second, which is then asked last for a minute. Throws LookupError, or an abort's reason.
   */
  async ask(question: Question, signal?: AbortSignal): Promise<DnsReply> {
    const over = new AbortController();
    const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
    let turn: Promise<unknown> = Promise.resolve();
    const replies = this.inOrder().map((server) => {
      const reply = turn.then(() => this.askOne(question, server, either));
      turn = turn.then(() => this.headStart(server, reply, either));
      turn.catch(() => {}); // over, and nobody's turn any more
      return reply;
    });
    try {
      return await Promise.any(replies);
    } catch (error) {
      signal?.throwIfAborted();
      throw lastFailure(error);
    } finally {
      over.abort();
    }
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

  /** The resolvers in the order of the settings, those that were silent of late behind the others. */
  private inOrder(): readonly Endpoint[] {
    const isSilent = (server: Endpoint): boolean => (this.silentUntil.get(server) ?? 0) > performance.now();
    return [...this.servers.filter((it) => !isSilent(it)), ...this.servers.filter(isSilent)];
  }

  /** Ends when the next resolver is to be asked: this one failed, or is silent. Throws when all is over. */
  private async headStart(server: Endpoint, reply: Promise<DnsReply>, over: AbortSignal): Promise<void> {
    const patience = sleep(PATIENCE_MS, 'silent', { signal: over });
    const failed = reply.then(
      () => patience, // until all is over
      () => 'failed',
    );
    if ((await Promise.race([failed, patience])) === 'silent') this.noteSilence(server);
  }

  private noteSilence(server: Endpoint): void {
    this.silentUntil.set(server, performance.now() + SILENCE_MS);
  }

  /** Throws LookupError, or an abort's reason. */
  private async askOne(question: Question, server: Endpoint, signal: AbortSignal): Promise<DnsReply> {
    try {
      const { timeoutMs, tries } = this.options;
      const reply = await queryDns(question, server, { timeoutMs, tries, recursionDesired: true, signal });
      if (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN') return reply;
      throw new LookupError(`${formatEndpoint(server)} answered ${reply.rcode}`, `E${reply.rcode}`);
    } catch (error) {
      if (error instanceof RangeError) throw new LookupError(error.message, 'EBADNAME', { cause: error });
      if (!(error instanceof DnsQueryError)) throw error;
      this.noteSilence(server);
      throw new LookupError(error.message, error.code, { cause: error });
    }
  }
}

/** What the resolver said that was asked last; what isn't a failed look-up comes first. */
function lastFailure(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const failures: readonly unknown[] = error.errors;
  const odd = failures.find((it) => !(it instanceof LookupError));
  return odd ?? failures.at(-1) ?? new LookupError('no resolver is set', 'ECONNREFUSED');
}

function queryType(text: string): QueryType | null {
  const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'] as const;
  return types.find((type) => type === text.toUpperCase()) ?? null;
}

import type { Observation } from '../../core/rollout/observation.js';
import type { RecordPlace } from '../../core/rollout/record-place.js';
import type { VerifyMode } from '../../core/rollout/rollout.js';
import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type {
  ProviderCheck,
  ReadingHint,
  TxtReplacement,
  TxtSet,
  WriteReceipt,
  Zone,
} from '../../ports/dns-provider.js';
import type { ObservedEverywhere, RecordObserver } from '../../ports/record-observer.js';
import { DEFAULT_TTL, hasSameValues, requireDmarcName, requireWritable } from '../dmarc-name.js';
import { requireCarriable } from '../replace/txt-rule.js';
import { aliasFault } from '../replace/txt-set.js';
import { LONGEST_TXT, quoteTxt } from '../txt-codec.js';

/** Shorter than any exchange with a provider may take. */
const OBSERVE_MS = 20_000;

const TXT = { form: 'quoted', longest: LONGEST_TXT, refuses: [] } as const;

/**
 * For a zone without an API: the receipt says exactly what a person is to publish, and the change counts as written;
 * it is verified once the authoritative servers show it.
 */
export class ManualProvider extends DnsProvider {
  /** `verify`: who is asked for the record of a domain that doesn't say. */
  constructor(
    private readonly observer: RecordObserver,
    private readonly verify: VerifyMode = 'authoritative',
  ) {
    super();
  }

  async check(_signal: AbortSignal): Promise<ProviderCheck> {
    return { ok: true, message: 'a person publishes the record; nothing to check' };
  }

  /** No account to look in: the domain itself stands for its zone. */
  async findZone(fqdn: string, _signal: AbortSignal): Promise<Zone> {
    const domain = requireDmarcName(fqdn).slice('_dmarc.'.length);
    return { id: domain, name: domain, nameServers: null };
  }

  /**
   * As DNS shows it. Throws `transient` while servers can't be asked or differ; for a step back the record that it leaves
   * is then taken to stand there: who publishes it sees what does, and must hear of it.
   */
  async readTxt(_zone: Zone, fqdn: string, signal: AbortSignal, hint?: ReadingHint): Promise<TxtSet> {
    const domain = requireDmarcName(fqdn).slice('_dmarc.'.length);
    signal.throwIfAborted();
    const verify = hint?.verify ?? this.verify;
    const seen = await this.observe({ domain, alias: null, verify }, signal);
    const observation = hint?.leaves === undefined ? seen.observation : standing(seen, hint.leaves);
    if (observation.kind === 'record') {
      return { values: [observation.text, ...observation.others], ttl: observation.ttl };
    }
    if (observation.kind === 'absent') return { values: observation.others ?? [], ttl: null };
    if (observation.kind === 'several-records') return { values: observation.texts, ttl: null };
    if (observation.kind === 'cname' || observation.kind === 'no-alias') throw aliasFault();
    const why = observation.kind === 'disagree' ? 'the name servers differ' : observation.reason;
    throw new DnsProviderError(`the record cannot be read: ${why}`, {
      kind: 'transient',
      mayBeApplied: false,
    });
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const name = requireDmarcName(fqdn);
    requireWritable(change.next);
    for (const value of change.next.values) requireCarriable(value, TXT);
    const observed = await this.readTxt(zone, name, signal, change.hint);
    if (!hasSameValues(observed, change.expected)) {
      throw new DnsProviderError('another record stands there than expected', { kind: 'conflict', observed });
    }
    const ttl = change.next.ttl ?? observed.ttl ?? DEFAULT_TTL;
    const note = instruction(name, observed, change.next, ttl);
    return { note, reference: null, publisher: 'person' };
  }

  /** In time for whoever waits: what didn't answer by then is unknown. */
  private async observe(place: RecordPlace, signal: AbortSignal): Promise<ObservedEverywhere> {
    const late = AbortSignal.timeout(OBSERVE_MS);
    try {
      return await this.observer.observe(place, AbortSignal.any([signal, late]));
    } catch (error) {
      if (signal.aborted || !late.aborted) throw error;
      return { observation: { kind: 'unknown', reason: 'not all servers answered in time' }, servers: [] };
    }
  }
}

/**
 * Of servers that differ the one that shows `leaves`; where some are silent, what the others show; where all are, `leaves`
 * itself. Else what they say together.
 */
function standing({ observation, servers }: ObservedEverywhere, leaves: string | null): Observation {
  if (observation.kind !== 'unknown' && observation.kind !== 'disagree') return observation;
  const answers = servers.map((view) => view.observation).filter((it) => it.kind !== 'unknown');
  const [first = assumed(leaves)] = answers;
  const shows = answers.find((it) =>
    'text' in it ? it.text === leaves : it.kind === 'absent' && leaves === null,
  );
  return shows ?? (observation.kind === 'unknown' ? first : observation);
}

function assumed(text: string | null): Observation {
  return text === null ? { kind: 'absent' } : { kind: 'record', text, ttl: DEFAULT_TTL, others: [] };
}

/** Zone file lines, which any panel's form can be filled in from. */
function instruction(name: string, observed: TxtSet, next: TxtSet, ttl: number): string {
  const gone = observed.values.filter((value) => !next.values.includes(value));
  const added = next.values.filter((value) => !observed.values.includes(value));
  const lines = (values: readonly string[]): string =>
    values.map((value) => `${name}. ${ttl} IN TXT ${quoteTxt(value)}`).join('\n');
  const keep = 'Leave other records at the name as they are.';
  if (gone.length === 0) return `Publish this record:\n${lines(added)}\n${keep}`;
  return `Replace this record:\n${lines(gone)}\nby this one:\n${lines(added)}\n${keep}`;
}

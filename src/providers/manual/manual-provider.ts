import type { VerifyMode } from '../../core/rollout/rollout.js';
import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { RecordObserver } from '../../ports/record-observer.js';
import { DEFAULT_TTL, hasSameValues, requireDmarcName, requireWritable } from '../dmarc-name.js';
import { quoteTxt } from '../txt-codec.js';

/**
 * For a zone without an API: the receipt says exactly what a person is to publish, and the change counts as written;
 * it is verified once the authoritative servers show it.
 */
export class ManualProvider extends DnsProvider {
  /** `verify`: who is asked for the record. */
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

  /** As DNS shows it. Throws `transient` while they can't be asked or differ. */
  async readTxt(_zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    const domain = requireDmarcName(fqdn).slice('_dmarc.'.length);
    signal.throwIfAborted();
    const { observation } = await this.observer.observe({ domain, alias: null, verify: this.verify }, signal);
    if (observation.kind === 'record') {
      return { values: [observation.text, ...observation.others], ttl: observation.ttl };
    }
    if (observation.kind === 'absent') return { values: observation.others ?? [], ttl: null };
    if (observation.kind === 'several-records') return { values: observation.texts, ttl: null };
    if (observation.kind === 'cname' || observation.kind === 'no-alias') {
      throw new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
    }
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
    const observed = await this.readTxt(zone, name, signal);
    if (!hasSameValues(observed, change.expected)) {
      throw new DnsProviderError('another record stands there than expected', { kind: 'conflict', observed });
    }
    const ttl = change.next.ttl ?? observed.ttl ?? DEFAULT_TTL;
    return { note: instruction(name, observed, change.next, ttl), reference: null };
  }
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

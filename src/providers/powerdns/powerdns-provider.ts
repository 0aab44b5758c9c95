import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import { DEFAULT_TTL, hasSameValues, requireDmarcName, requireWritable } from '../dmarc-name.js';
import { quoteTxt, unquoteTxt } from '../txt-codec.js';
import type { PowerDnsOptions } from './options.js';
import { PowerDnsClient } from './powerdns-client.js';

/**
 * The HTTP API of PowerDNS. It has no precondition, so this reads, compares, writes and reads again; two writers in the
 * same moment can still cross. Where that matters the same server takes RFC 2136, which compares by itself.
 */
export class PowerDnsProvider extends DnsProvider {
  private readonly client: PowerDnsClient;

  constructor(options: PowerDnsOptions) {
    super();
    this.client = new PowerDnsClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    try {
      await this.client.findZone('invalid', signal); // RFC 6761 6.4: no such zone; the question is all that counts
      return { ok: true, message: 'the server knows the API key' };
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const labels = requireDmarcName(fqdn).split('.');
    for (let from = 0; from < labels.length; from += 1) {
      const name = labels.slice(from).join('.');
      const zone = await this.client.findZone(name, signal);
      if (zone !== null) return { id: zone.id, name };
    }
    throw new DnsProviderError('the server holds no zone for the name', { kind: 'zone-not-found' });
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    const rrsets = await this.client.readName(zone.id, requireDmarcName(fqdn), signal);
    if (rrsets.some((rrset) => rrset.type === 'CNAME')) {
      throw new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
    }
    const txt = rrsets.find((rrset) => rrset.type === 'TXT');
    const served = (txt?.records ?? []).filter((record) => !record.disabled);
    const values = served.map((record) => valueOf(record.content));
    return { values, ttl: values.length === 0 ? null : (txt?.ttl ?? null) };
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const name = requireDmarcName(fqdn);
    requireWritable(change.next);
    const contents = change.next.values.map(contentOf);
    const standing = await this.readTxt(zone, name, signal);
    if (!hasSameValues(standing, change.expected)) throw conflict(standing);

    const ttl = change.next.ttl ?? standing.ttl ?? DEFAULT_TTL;
    const disabled = await this.disabledBeside(zone, name, contents, signal);
    const records = [
      ...contents.map((content) => ({ content, disabled: false })),
      ...disabled.map((content) => ({ content, disabled: true })),
    ];
    const failure = await this.tryReplace(zone, { name: `${name}.`, ttl, records }, signal);
    const observed = await this.readAgain(zone, name, failure, signal);
    if (hasSameValues(observed, change.next)) {
      return { note: `PowerDNS replaced TXT at ${name} in zone ${zone.name}, TTL ${ttl}` };
    }
    if (failure !== null && hasSameValues(observed, change.expected)) throw failure;
    throw conflict(observed);
  }

  /** Records that are switched off aren't served, but a replacement would lose them. Not every backend can search. */
  private async disabledBeside(
    zone: Zone,
    name: string,
    contents: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    try {
      const disabled = await this.client.findDisabled(zone.id, name, signal);
      return [...new Set(disabled)].filter((content) => !contents.includes(content));
    } catch (error) {
      if (error instanceof DnsProviderError) return [];
      throw error;
    }
  }

  /** The error of a write that may have been carried out all the same; null: the server said yes. Throws any other. */
  private async tryReplace(
    zone: Zone,
    rrset: Parameters<PowerDnsClient['replaceTxt']>[1],
    signal: AbortSignal,
  ): Promise<DnsProviderError | null> {
    try {
      await this.client.replaceTxt(zone.id, rrset, signal);
      return null;
    } catch (error) {
      const isOpen =
        error instanceof DnsProviderError && error.fault.kind === 'transient' && error.fault.mayBeApplied;
      if (isOpen) return error;
      throw error;
    }
  }

  /** After a 500 only reading tells what happened; when that fails too, the first error says it all. */
  private async readAgain(
    zone: Zone,
    name: string,
    failure: DnsProviderError | null,
    signal: AbortSignal,
  ): Promise<TxtSet> {
    try {
      return await this.readTxt(zone, name, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (failure !== null) throw failure;
      const fault = { kind: 'transient', mayBeApplied: true } as const;
      throw new DnsProviderError('written, but it could not be read again', fault, { cause });
    }
  }
}

function conflict(observed: TxtSet): DnsProviderError {
  return new DnsProviderError('another record stands there than expected', { kind: 'conflict', observed });
}

function contentOf(value: string): string {
  try {
    return quoteTxt(value);
  } catch (cause) {
    throw new DnsProviderError('the record cannot be written in DNS', { kind: 'unsupported' }, { cause });
  }
}

function valueOf(content: string): string {
  const value = unquoteTxt(content);
  if (value === null) throw new DnsProviderError('a TXT record is not quoted', { kind: 'malformed' });
  return value;
}

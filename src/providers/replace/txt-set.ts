import { DnsProviderError } from '../../ports/dns-provider.js';
import type { TxtSet } from '../../ports/dns-provider.js';
import type { KeptRecord } from './record-edits.js';

/** The set that records with ids of their own make; of several TTLs the lowest counts (RFC 2181 5.2). */
export function txtSetOf(records: readonly KeptRecord[]): TxtSet {
  const ttls = records.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
  return {
    values: records.map(({ value }) => value),
    ttl: ttls.length === 0 ? null : Math.min(...ttls),
  };
}

/** Throws DnsProviderError `unsupported` when one of the records at the name is a CNAME: what it leads to is not ours. */
export function refuseAlias(records: readonly { readonly type: string }[]): void {
  if (!records.some(({ type }) => type === 'CNAME')) return;
  throw new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
}

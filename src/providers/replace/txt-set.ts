import { DnsProviderError } from '../../ports/dns-provider.js';
import { isDmarcRecord } from '../../core/record/tags.js';
import type { TxtSet } from '../../ports/dns-provider.js';
import type { Standing } from './compare-and-replace.js';
import type { KeptRecord } from './record-edits.js';

/**
 * The set that records with ids of their own make. Its TTL is that of the DMARC record, which an edit leaves as it is;
 * where there is none, or several, the lowest counts (RFC 2181 5.2).
 */
export function txtSetOf(records: readonly KeptRecord[]): TxtSet {
  const values = records.map(({ value }) => value);
  const [dmarc, another] = records.filter(({ value }) => isDmarcRecord(value));
  if (dmarc !== undefined && another === undefined) return { values, ttl: dmarc.ttl };
  const ttls = records.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
  return { values, ttl: ttls.length === 0 ? null : Math.min(...ttls) };
}

/** What stands at a name, where its records with ids of their own are all that an edit needs. */
export function standingOf<Kept extends KeptRecord>(records: readonly Kept[]): Standing<readonly Kept[]> {
  return { set: txtSetOf(records), raw: records };
}

const CNAME: readonly string[] = ['CNAME'];

/** The types of providers that know an alias of their own beside CNAME. */
export const CNAME_AND_ALIAS: readonly string[] = ['CNAME', 'ALIAS'];

/** Throws DnsProviderError `unsupported` when one of the records at the name is an alias: what it leads to is not ours. */
export function refuseAlias(records: readonly { readonly type: string }[], types = CNAME): void {
  if (records.some(({ type }) => types.includes(type))) throw aliasFault();
}

/** The error for a name at which an alias stands. */
export function aliasFault(): DnsProviderError {
  return new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
}

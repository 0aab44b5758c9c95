import { DnsProviderError } from '../../ports/dns-provider.js';
import type { Wanted } from './compare-and-replace.js';

/** One record of a set, where an API keeps each under an id of its own. */
export interface KeptRecord {
  readonly id: string;
  readonly value: string;
  readonly ttl: number | null;
}

/** What to do to the records of a set so that it says what is wanted; at least one edit, as few as possible. */
export interface RecordEdits {
  readonly updates: readonly { readonly id: string; readonly value: string; readonly ttl: number }[];
  readonly creations: readonly { readonly value: string; readonly ttl: number }[];
}

/**
 * Records with other values stay as they are; each that goes is turned into one that comes, so that at no moment one is
 * missing. Throws DnsProviderError `unsupported` when one would have to be taken out.
 */
export function editsTowards(records: readonly KeptRecord[], { values, ttl }: Wanted): RecordEdits {
  const going = records.filter((record) => !values.includes(record.value));
  const coming = values.filter((value) => !records.some((record) => record.value === value));
  // What stands there twice is one record to DNS: both become the new one.
  const gone = [...new Set(going.map((record) => record.value))];
  if (gone.length > coming.length) {
    throw new DnsProviderError('a record is never taken out', { kind: 'unsupported' });
  }
  return {
    updates: going.map((record) => ({
      id: record.id,
      value: coming[gone.indexOf(record.value)] ?? record.value,
      ttl,
    })),
    creations: coming.slice(gone.length).map((value) => ({ value, ttl })),
  };
}

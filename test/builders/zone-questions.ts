import type { DnsAnswer, DnsQuestions, MxRecord } from '../../src/core/checks/dns-answers.js';
import { ARPA, reverseName } from '../../src/dns/reverse-name.js';

/**
 * What stands at a name. `TIMEOUT`: types that aren't there can't be looked up. SPF: TXT, unless a TXT record stands
 * beside it (`TXT: 'NONE'` does so without being one), as the Open SPF suite has it.
 */
export type ZoneRecord =
  | 'TIMEOUT'
  | { readonly TXT: string | readonly string[] }
  | { readonly SPF: string | readonly string[] }
  | { readonly A: string }
  | { readonly AAAA: string }
  | { readonly MX: readonly [preference: number, exchange: string] }
  | { readonly PTR: string }
  | { readonly CNAME: string };

export type Zone = Readonly<Record<string, readonly ZoneRecord[]>>;

/** Look-ups in a zone that is written down, and the names and types that were asked for. */
export interface ZoneQuestions extends DnsQuestions {
  readonly asked: readonly string[];
}

const LONGEST_CHAIN = 8;

/** Answers from the zone alone; a name that isn't in it does not exist. */
export function zoneQuestions(zone: Zone): ZoneQuestions {
  const records = new Map(Object.entries(zone).map(([name, found]) => [plainName(name), found]));
  const asked: string[] = [];

  function answer<T>(name: string, type: string, read: (record: ZoneRecord) => readonly T[]): DnsAnswer<T> {
    asked.push(`${name} ${type}`);
    const aliases: string[] = [];
    let at = plainName(name);
    while (aliases.length < LONGEST_CHAIN) {
      const here = records.get(at);
      if (here === undefined) return { kind: 'none', exists: false, aliases };
      const found = here.flatMap(read);
      if (found.length > 0) return { kind: 'found', records: found, aliases };
      if (here.includes('TIMEOUT')) return { kind: 'unknown', reason: 'time-out' };
      const alias = here.find((record) => typeof record === 'object' && 'CNAME' in record);
      if (alias === undefined || type === 'CNAME') return { kind: 'none', exists: true, aliases };
      at = plainName((alias as { CNAME: string }).CNAME);
      aliases.push(at);
    }
    return { kind: 'unknown', reason: 'an alias leads back to itself' };
  }

  function txtOf(name: string): (record: ZoneRecord) => readonly string[] {
    const hasTxt =
      records.get(plainName(name))?.some((one) => typeof one === 'object' && 'TXT' in one) ?? false;
    return (record) => {
      if (typeof record !== 'object') return [];
      const text = 'TXT' in record ? record.TXT : 'SPF' in record && !hasTxt ? record.SPF : 'NONE';
      if (text === 'NONE') return [];
      return [typeof text === 'string' ? text : text.join('')];
    };
  }

  const valuesOf =
    <K extends 'A' | 'AAAA' | 'PTR' | 'CNAME'>(type: K) =>
    (record: ZoneRecord): readonly string[] =>
      typeof record === 'object' && type in record ? [(record as unknown as Record<K, string>)[type]] : [];

  return {
    asked,
    txt: async (name) => answer(name, 'TXT', txtOf(name)),
    a: async (name) => answer(name, 'A', valuesOf('A')),
    aaaa: async (name) => answer(name, 'AAAA', valuesOf('AAAA')),
    mx: async (name) =>
      answer<MxRecord>(name, 'MX', (record) =>
        typeof record === 'object' && 'MX' in record
          ? [{ preference: record.MX[0], exchange: plainName(record.MX[1]) }]
          : [],
      ),
    ptr: async (address) =>
      answer(reverseName(address, ARPA), 'PTR', (record) => valuesOf('PTR')(record).map(plainName)),
    cname: async (name) => answer(name, 'CNAME', (record) => valuesOf('CNAME')(record).map(plainName)),
  };
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

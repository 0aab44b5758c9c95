import { bitsOf, readIp } from './ip-network.js';
import { readDomainSpec } from './macro-string.js';
import type { MacroFault, MacroString } from './macro-string.js';
import type { Mechanism, PrefixLengths, Qualifier } from './spf-record.js';

export type MechanismReading =
  | { readonly kind: 'read'; readonly mechanism: Mechanism }
  | { readonly kind: 'faulty'; readonly fault: MacroFault };

const QUALIFIERS = ['+', '-', '~', '?'] as const satisfies readonly Qualifier[];
/** RFC 7208 5.6: no leading zeros. */
const LENGTH = /^(?:0|[1-9]\d{0,2})$/;

/** Parts the qualifier from the mechanism; without one it is `+` (RFC 7208 4.6.2). */
export function readQualifier(term: string): { readonly qualifier: Qualifier; readonly rest: string } {
  const qualifier = QUALIFIERS.find((one) => term.startsWith(one));
  return qualifier === undefined ? { qualifier: '+', rest: term } : { qualifier, rest: term.slice(1) };
}

/** Reads a mechanism (RFC 7208 5) without its qualifier. A fault's place counts from the text's first character. */
export function readMechanism(text: string): MechanismReading {
  const name = /^[a-z][a-z\d]*/i.exec(text)?.[0] ?? '';
  const rest = text.slice(name.length);
  const at = name.length;
  switch (name.toLowerCase()) {
    case 'all':
      return rest === '' ? read({ kind: 'all' }) : faulty(at, 'nothing may follow "all"');
    case 'include':
      return readTarget(rest, at, (target) => ({ kind: 'include', target }));
    case 'exists':
      return readTarget(rest, at, (target) => ({ kind: 'exists', target }));
    case 'ptr':
      if (rest === '') return read({ kind: 'ptr', target: null });
      return readTarget(rest, at, (target) => ({ kind: 'ptr', target }));
    case 'a':
      return readHosts(rest, at, (target, prefixes) => ({ kind: 'a', target, prefixes }));
    case 'mx':
      return readHosts(rest, at, (target, prefixes) => ({ kind: 'mx', target, prefixes }));
    case 'ip4':
      return readNetwork(rest, at, 4);
    case 'ip6':
      return readNetwork(rest, at, 6);
    default:
      return faulty(0, text === '' ? 'a mechanism is missing' : 'there is no such mechanism');
  }
}

function readTarget(rest: string, at: number, build: (target: MacroString) => Mechanism): MechanismReading {
  if (!rest.startsWith(':')) return faulty(at, 'a colon and a domain name are missing');
  const reading = readDomainSpec(rest.slice(1));
  if (reading.kind === 'faulty') return faulty(at + 1 + reading.fault.at, reading.fault.message);
  return read(build(reading.macro));
}

function readHosts(
  rest: string,
  at: number,
  build: (target: MacroString | null, prefixes: PrefixLengths) => Mechanism,
): MechanismReading {
  const lengths = /(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(rest);
  const domain = rest.slice(0, lengths?.index ?? rest.length);
  const ip4 = readLength(lengths?.[1], 4);
  const ip6 = readLength(lengths?.[2], 6);
  if (ip4 === null || ip6 === null) return faulty(at + domain.length, 'no such prefix length');
  const prefixes = { ip4, ip6 };
  if (domain === '') return read(build(null, prefixes));
  return readTarget(domain, at, (target) => build(target, prefixes));
}

function readNetwork(rest: string, at: number, family: 4 | 6): MechanismReading {
  if (!rest.startsWith(':')) return faulty(at, 'a colon and an address are missing');
  const slash = rest.indexOf('/');
  const address = readIp(rest.slice(1, slash === -1 ? undefined : slash));
  if (address?.family !== family) return faulty(at + 1, `this is no IPv${family} address`);
  const prefix = readLength(slash === -1 ? undefined : rest.slice(slash + 1), family);
  if (prefix === null) return faulty(at + slash, 'no such prefix length');
  const network = { family, address: address.value, prefix };
  return read(family === 4 ? { kind: 'ip4', network } : { kind: 'ip6', network });
}

/** Bits; without a text all of them. Null: it is no length. */
function readLength(text: string | undefined, family: 4 | 6): number | null {
  if (text === undefined) return bitsOf(family);
  return LENGTH.test(text) && Number(text) <= bitsOf(family) ? Number(text) : null;
}

function read(mechanism: Mechanism): MechanismReading {
  return { kind: 'read', mechanism };
}

function faulty(at: number, message: string): MechanismReading {
  return { kind: 'faulty', fault: { at, message } };
}

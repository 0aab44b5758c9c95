import { bitsOf, networkText } from './ip-network.js';
import type { IpNetwork } from './ip-network.js';

/** Addresses of both families on one line: the IPv4 ones come first, the IPv6 ones behind them. */
interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** A set of addresses: ranges in ascending order that neither overlap nor touch. */
export type RangeSet = readonly Range[];

const IP4_SIZE = 1n << 32n;

/** Each address there is. The two families stay apart: a network never spans both. */
export const EVERYTHING: RangeSet = [
  { first: 0n, last: IP4_SIZE - 1n },
  { first: IP4_SIZE, last: IP4_SIZE + (1n << 128n) - 1n },
];

export function setOf(networks: readonly IpNetwork[]): RangeSet {
  return merged(networks.map(rangeOfNetwork));
}

export function union(one: RangeSet, other: RangeSet): RangeSet {
  if (one.length === 0) return other;
  return other.length === 0 ? one : merged([...one, ...other]);
}

/** Those of one set that are in the other as well. */
export function intersection(one: RangeSet, other: RangeSet): RangeSet {
  const common: Range[] = [];
  let at = 0;
  for (const range of one) {
    while (at < other.length && (other[at]?.last ?? 0n) < range.first) at += 1;
    for (let next = at; next < other.length; next += 1) {
      const against = other[next];
      if (against === undefined || against.first > range.last) break;
      common.push({ first: larger(range.first, against.first), last: smaller(range.last, against.last) });
    }
  }
  return common;
}

/** Those of one set that are not in the other. */
export function difference(one: RangeSet, other: RangeSet): RangeSet {
  return intersection(one, complement(other));
}

/** The fewest networks that are the set, ascending, IPv4 first: the first so many of them, and how many there are. */
export function networksOf(
  set: RangeSet,
  most: number,
): { readonly texts: readonly string[]; readonly counts: { readonly ip4: number; readonly ip6: number } } {
  const texts: string[] = [];
  const counts = { ip4: 0, ip6: 0 };
  for (const range of set) {
    for (let first = range.first; first <= range.last;) {
      const family = first < IP4_SIZE ? 4 : 6;
      const offset = family === 4 ? first : first - IP4_SIZE;
      const host = largestBlock(offset, range.last - first + 1n, bitsOf(family));
      if (texts.length < most) {
        texts.push(networkText({ family, address: offset, prefix: bitsOf(family) - host }));
      }
      counts[family === 4 ? 'ip4' : 'ip6'] += 1;
      first += 1n << BigInt(host);
    }
  }
  return { texts, counts };
}

/** How many IPv4 addresses, and how many networks of 64 bits the IPv6 ones lie in. */
export function sizeOf(set: RangeSet): { readonly ip4Addresses: number; readonly ip6Slash64s: number } {
  const ip4 = intersection(set, EVERYTHING.slice(0, 1));
  const ip6 = intersection(set, EVERYTHING.slice(1));
  return {
    ip4Addresses: ip4.reduce((sum, { first, last }) => sum + Number(last - first + 1n), 0),
    ip6Slash64s: merged(
      ip6.map(({ first, last }) => ({ first: (first - IP4_SIZE) >> 64n, last: (last - IP4_SIZE) >> 64n })),
    ).reduce((sum, { first, last }) => sum + Number(last - first + 1n), 0),
  };
}

/** Bits of the largest network that begins at an address and has no more than so many. */
function largestBlock(first: bigint, size: bigint, bits: number): number {
  const aligned = first === 0n ? bits : (first & -first).toString(2).length - 1;
  return Math.min(aligned, size.toString(2).length - 1);
}

function rangeOfNetwork(network: IpNetwork): Range {
  const host = BigInt(bitsOf(network.family) - network.prefix);
  const first = ((network.address >> host) << host) + (network.family === 4 ? 0n : IP4_SIZE);
  return { first, last: first + (1n << host) - 1n };
}

function complement(set: RangeSet): RangeSet {
  const rest: Range[] = [];
  for (const whole of EVERYTHING) {
    let from = whole.first;
    for (const { first, last } of set) {
      if (last < whole.first || first > whole.last) continue;
      if (first > from) rest.push({ first: from, last: first - 1n });
      from = last + 1n;
    }
    if (from <= whole.last) rest.push({ first: from, last: whole.last });
  }
  return rest;
}

function merged(ranges: readonly Range[]): RangeSet {
  const sorted = ranges.toSorted((one, other) =>
    one.first < other.first ? -1 : one.first > other.first ? 1 : 0,
  );
  const result: Range[] = [];
  for (const range of sorted) {
    const before = result.at(-1);
    if (before === undefined || before.last + 1n < range.first || startsIp6(before, range))
      result.push(range);
    else if (range.last > before.last) result[result.length - 1] = { first: before.first, last: range.last };
  }
  return result;
}

/** Nothing is joined over the border of the families, as a network lies in one of them. */
function startsIp6(before: Range, range: Range): boolean {
  return range.first === IP4_SIZE && before.last < IP4_SIZE;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

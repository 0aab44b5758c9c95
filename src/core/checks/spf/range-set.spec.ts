import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNetworkText } from './ip-network.js';
import { difference, EVERYTHING, intersection, networksOf, setOf, sizeOf, union } from './range-set.js';

const read = (texts: readonly string[]) => setOf(texts.map((text) => readNetworkText(text)!));
const told = (texts: readonly string[]) => networksOf(read(texts), 100).texts;

describe('networksOf', () => {
  it.each([
    [[], []],
    [['192.0.2.0/25', '192.0.2.128/25'], ['192.0.2.0/24']],
    [['192.0.2.1', '192.0.2.0/24', '192.0.2.1'], ['192.0.2.0/24']],
    [
      ['192.0.2.1', '192.0.2.2'],
      ['192.0.2.1', '192.0.2.2'],
    ],
    [['192.0.2.77/24'], ['192.0.2.0/24']],
    [
      ['2001:db8::/33', '2001:db8:8000::/33', '10.0.0.0/8'],
      ['10.0.0.0/8', '2001:db8::/32'],
    ],
    [
      ['0.0.0.0/0', '::/0'],
      ['0.0.0.0/0', '::/0'],
    ],
    [
      ['255.255.255.255', '::', '::/128'],
      ['255.255.255.255', '::'],
    ],
  ])('%j: %j', (texts, expected) => {
    expect(told(texts)).toEqual(expected);
  });

  it('counts more than it tells', () => {
    const odd = Array.from({ length: 50 }, (_, index) => `192.0.2.${2 * index}`);
    expect(networksOf(read(odd), 3)).toEqual({
      texts: ['192.0.2.0', '192.0.2.2', '192.0.2.4'],
      counts: { ip4: 50, ip6: 0 },
    });
  });
});

describe('sizeOf', () => {
  it.each([
    [['192.0.2.0/24', '192.0.2.7'], { ip4Addresses: 256, ip6Slash64s: 0 }],
    [['2001:db8::1', '2001:db8::2', '2001:db8:0:1::/64'], { ip4Addresses: 0, ip6Slash64s: 2 }],
    [['0.0.0.0/0', '2001:db8::/32'], { ip4Addresses: 2 ** 32, ip6Slash64s: 2 ** 32 }],
  ])('%j', (texts, size) => {
    expect(sizeOf(read(texts))).toEqual(size);
  });
});

describe('sets of addresses', () => {
  const octet = fc.integer({ min: 0, max: 63 });
  const networks = fc.array(
    fc.tuple(octet, fc.integer({ min: 26, max: 32 })).map(([last, length]) => `192.0.2.${last}/${length}`),
    { maxLength: 8 },
  );
  const members = (set: ReturnType<typeof read>) =>
    Array.from({ length: 64 }, (_, last) => intersection(read([`192.0.2.${last}`]), set).length > 0);

  it('are joined, cut and taken from one another address by address', () => {
    fc.assert(
      fc.property(networks, networks, (one, other) => {
        const [left, right] = [read(one), read(other)];
        const [inLeft, inRight] = [members(left), members(right)];
        expect(members(union(left, right))).toEqual(inLeft.map((is, at) => is || inRight[at]));
        expect(members(intersection(left, right))).toEqual(inLeft.map((is, at) => is && inRight[at]));
        expect(members(difference(left, right))).toEqual(inLeft.map((is, at) => is && !inRight[at]));
      }),
      { numRuns: 150 },
    );
  });

  it('leave nothing of everything without everything', () => {
    expect(difference(EVERYTHING, EVERYTHING)).toEqual([]);
    expect(difference(EVERYTHING, [])).toEqual(EVERYTHING);
  });
});

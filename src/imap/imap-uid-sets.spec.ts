import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uidSets } from './imap-uid-sets.js';

const UIDS = array(integer({ min: 1, max: 4_294_967_295 }), { maxLength: 3000 });

function expand(set: string): readonly number[] {
  return set.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

describe('uidSets', () => {
  it.each<[readonly number[], readonly string[]]>([
    [[], []],
    [[7], ['7']],
    [[3, 1, 2, 2, 9], ['1:3,9']],
    [Array.from({ length: 100_000 }, (_, index) => index + 1), ['1:100000']],
  ])('%j', (uids, sets) => {
    expect(uidSets(uids)).toEqual(sets);
  });

  it('holds these UIDs and no others, in lines that servers take', () => {
    assert(
      property(UIDS, (uids) => {
        const sets = uidSets(uids);
        expect(sets.flatMap(expand)).toEqual([...new Set(uids)].toSorted((a, b) => a - b));
        expect(sets.every((set) => set.length > 0 && set.length <= 7500)).toBe(true);
      }),
    );
  });
});

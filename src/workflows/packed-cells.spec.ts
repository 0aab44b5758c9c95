import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../core/evidence/cell.js';
import { packCells, unpackCells } from './packed-cells.js';

const text = fc.oneof(fc.constantFrom('', 'example.org', '192.0.2.1'), fc.string({ unit: 'binary' }));
const count = fc.oneof(fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1), fc.nat());
const cell: fc.Arbitrary<Cell> = fc.record({
  day: text,
  reporter: text,
  headerFrom: text,
  ip: text,
  authenticatedAs: fc.option(text),
  messages: count,
  passed: count,
  dkimAligned: count,
  spfAligned: count,
  forwarded: count,
  brokenSignature: count,
  indirect: count,
  disputed: count,
});

describe('packed cells', () => {
  it('come out as they went in', () => {
    const same = fc.property(fc.array(cell, { maxLength: 200 }), (cells) => {
      const packed = packCells(cells);
      expect(packed.rows).toBe(cells.length);
      expect(unpackCells(packed, new Map())).toEqual(cells);
    });
    expect(() => fc.assert(same)).not.toThrow();
  });

  it('take little room', () => {
    const cells = fc.sample(cell, { numRuns: 1, seed: 1 }).flatMap((one) =>
      Array.from({ length: 1000 }, (_, index) => ({
        ...one,
        ip: `192.0.2.${index % 200}`,
        messages: index,
      })),
    );
    const { bytes } = packCells(cells.map((it) => ({ ...it, passed: 0, dkimAligned: 0, spfAligned: 0 })));
    expect(bytes.length / cells.length).toBeLessThan(45);
  });

  it('that were cut short are refused', () => {
    const packed = packCells(fc.sample(cell, { numRuns: 3, seed: 2 }));
    const cut = { ...packed, bytes: packed.bytes.slice(0, -1) };
    expect(() => unpackCells(cut, new Map())).toThrow(/end too early/);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellPile } from './cell-pile.js';
import { aCell } from '../../../test/builders/evidence.js';
import { anEvidence } from '../../../test/builders/evidence.js';
import { assess } from './assess.js';
import { startOfDay } from '../instant.js';

const cells = fc.array(
  fc
    .record({
      day: fc.constantFrom('2026-03-01', '2026-03-02', '2026-03-05', '2026-03-09', '2026-03-20'),
      reporter: fc.constantFrom('big.example', 'small.example'),
      ip: fc.constantFrom('192.0.2.10', '192.0.2.11', '198.51.100.7'),
      authenticatedAs: fc.constantFrom(null, null, 'vendor.example'),
      messages: fc.integer({ min: 1, max: 50 }),
      kind: fc.constantFrom('passes', 'fails', 'forwarded'),
    })
    .map(({ kind, ...it }) =>
      aCell({
        ...it,
        passed: kind === 'fails' ? 0 : it.messages,
        forwarded: kind === 'forwarded' ? it.messages : 0,
      }),
    ),
  { maxLength: 30 },
);

describe('a pile of cells', () => {
  it('says the same whether cells come one by one, in heaps, or all at once', () => {
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 5 }), (heaps) => {
        const [start, now] = [startOfDay('2026-02-27'), startOfDay('2026-03-12')];
        const all = heaps.flat();
        const question = { domain: 'shop.example', windowStart: start, now };
        const pile = new CellPile('shop.example');
        for (const heap of heaps) {
          pile.add(heap, []);
          assess({ ...anEvidence(all), cells: pile }, question);
        }
        const evidence = anEvidence(all);
        expect(assess({ ...evidence, cells: pile }, question)).toEqual(assess(evidence, question));
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORGED, GENUINE, newHead } from '../../../test/database/evidence-lab.js';
import {
  chooseCounted,
  takeIn,
  type ArrivedReport,
  type Decided,
  type Sibling,
  type Siblings,
} from './choose-counted.js';
import { PackedRows } from './packed-rows.js';

function aSibling(id: string, changes: Partial<Sibling> = {}): Sibling {
  return {
    id,
    contentHash: id,
    records: 1,
    messages: 10,
    day: '2026-11-21',
    receivedAt: 0,
    hasCounted: false,
    hasRows: true,
    arrival: null,
    authenticated: true,
    vouchedBy: null,
    counts: false,
    ...changes,
  };
}

function byContent(siblings: readonly Sibling[]): Siblings {
  return new Map(siblings.map((sibling) => [sibling.contentHash, sibling]));
}

function anArrival(
  id: string,
  report: { readonly contentHash: string; readonly messages?: number; readonly authenticated?: boolean },
): ArrivedReport {
  const { messages = 10, authenticated = false } = report;
  const sink = { take: () => {}, drained: () => Promise.resolve() };
  const rows = new PackedRows(sink, { reportId: id, day: null, keptBy: '2026-11-21' });
  const totals = { records: 1, messages, dkimPass: 0, spfPass: 0, dmarcPass: 0 };
  const incoming = {
    inner: '',
    head: newHead('example.com'),
    totals,
    status: 'accepted' as const,
    dropped: 0,
    firstDropped: [],
    authenticity: authenticated ? GENUINE : FORGED,
    reporter: 'google.com',
    rows,
    get contentHash() {
      looks += 1;
      return report.contentHash;
    },
  };
  return { incoming, rows, mail: 0, receivedAt: 0 };
}

/** How often the content of an arrival was looked at: once for each comparison, at least. */
let looks = 0;

describe('of siblings there counts', () => {
  it.each<{ name: string; siblings: readonly Sibling[]; counts: string | null }>([
    { name: 'none of none', siblings: [], counts: null },
    {
      name: 'none that is not authenticated',
      siblings: [aSibling('a', { authenticated: false })],
      counts: null,
    },
    {
      name: 'the largest that is authenticated',
      siblings: [
        aSibling('a', { messages: 20 }),
        aSibling('b', { messages: 30 }),
        aSibling('c', { messages: 99, authenticated: false }),
      ],
      counts: 'b',
    },
    { name: 'the first of equals', siblings: [aSibling('a'), aSibling('b')], counts: 'a' },
    {
      name: 'the one of equals that has counted before',
      siblings: [aSibling('a'), aSibling('b', { hasCounted: true }), aSibling('c')],
      counts: 'b',
    },
    {
      name: 'the one that has counted, once its rows are forgotten',
      siblings: [aSibling('a', { hasCounted: true, hasRows: false }), aSibling('b', { messages: 99 })],
      counts: 'a',
    },
    {
      name: 'none that began to be believed after its rows were forgotten',
      siblings: [aSibling('a', { hasRows: false })],
      counts: null,
    },
  ])('$name', ({ siblings, counts }) => {
    chooseCounted(byContent(siblings));
    const counted = siblings.filter((sibling) => sibling.counts).map((sibling) => sibling.id);
    expect(counted).toEqual(counts === null ? [] : [counts]);
  });
});

describe('of what arrives', () => {
  it('each is looked at once, however many siblings there are', () => {
    const siblings: Siblings = new Map();
    looks = 0;
    for (let place = 0; place < 300; place += 1)
      takeIn(siblings, anArrival(`${place}`, { contentHash: `${place}` }));
    expect(siblings.size).toBe(300);
    expect(looks).toBeLessThanOrEqual(2 * 300);
  });

  it('the same comes to count as when each is held against all others', () => {
    fc.assert(
      fc.property(someStored, someArrived, (stored, arrived) => {
        const siblings = byContent(stored.map((it) => ({ ...it })));
        const model = [...siblings.values()].map((it) => ({ ...it }));
        const arrivals = arrived.map((report, place) => anArrival(`new ${place}`, report));
        const decided = arrivals.map((it) => takeIn(siblings, it));
        chooseCounted(siblings);
        expect(decided).toEqual(arrivals.map((it) => plainlyTakenIn(model, it)));
        plainlyChosen(model);
        expect([...siblings.values()].map(stateOf)).toEqual(model.map(stateOf));
      }),
      { numRuns: 500 },
    );
  });
});

const aHash = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const aSize = fc.integer({ min: 1, max: 3 });

const someArrived = fc.array(
  fc.record({ contentHash: aHash, messages: aSize, authenticated: fc.boolean() }),
  { maxLength: 8 },
);

const someStored = fc.uniqueArray(
  fc
    .record({
      contentHash: aHash,
      messages: aSize,
      authenticated: fc.boolean(),
      hasCounted: fc.boolean(),
      hasRows: fc.boolean(),
    })
    .map((changes) => aSibling(`stored ${changes.contentHash}`, { ...changes, counts: changes.hasCounted })),
  { selector: ({ contentHash }) => contentHash, maxLength: 5 },
);

function stateOf({ arrival, ...state }: Sibling): object {
  return { ...state, isNew: arrival !== null, vouchedBy: state.vouchedBy?.rows };
}

/** The rule in its plainest form, which goes through all siblings for each report. */
function plainlyTakenIn(siblings: Sibling[], arrived: ArrivedReport): Decided {
  const { incoming, rows, receivedAt } = arrived;
  const { authenticated } = incoming.authenticity;
  const same = siblings.find((sibling) => sibling.contentHash === incoming.contentHash);
  if (same !== undefined && (same.authenticated || !authenticated))
    return { id: same.id, storedAs: 'duplicate' };
  const storedAs = siblings.some((sibling) => sibling !== same) ? 'sibling' : 'new';
  if (same !== undefined) {
    same.authenticated = true;
    same.vouchedBy = incoming;
    return { id: same.id, storedAs };
  }
  const { contentHash, totals } = incoming;
  const { reportId: id, day } = rows;
  const { messages } = totals;
  siblings.push(aSibling(id, { contentHash, messages, day, receivedAt, arrival: arrived, authenticated }));
  return { id, storedAs };
}

function plainlyChosen(siblings: readonly Sibling[]): void {
  const settled = siblings.find((sibling) => sibling.hasCounted && !sibling.hasRows);
  const candidates = siblings.filter((sibling) => sibling.authenticated && sibling.hasRows);
  const chosen = settled ?? candidates.reduce<Sibling | null>(larger, null);
  for (const sibling of siblings) sibling.counts = sibling === chosen;
}

function larger(best: Sibling | null, next: Sibling): Sibling {
  if (best === null || next.messages > best.messages) return next;
  return next.messages === best.messages && next.hasCounted ? next : best;
}

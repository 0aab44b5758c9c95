import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../test/contract/dns-provider.contract.js';
import { editsTowards } from './record-edits.js';
import type { KeptRecord, RecordEdits } from './record-edits.js';

function record(id: string, value: string): KeptRecord {
  return { id, value, ttl: 300 };
}

const EMPTY: RecordEdits = { updates: [], creations: [] };

describe('editsTowards', () => {
  it.each<[string, readonly KeptRecord[], readonly string[], Partial<RecordEdits>]>([
    ['nothing to do', [record('1', 'a')], ['a'], {}],
    ['create', [], ['a'], { creations: [{ value: 'a', ttl: 60 }] }],
    ['change in place', [record('1', 'a')], ['b'], { updates: [{ id: '1', value: 'b', ttl: 60 }] }],
    [
      'leave what else stands there',
      [record('1', 'x'), record('2', 'a'), record('3', 'y')],
      ['y', 'b', 'x'],
      { updates: [{ id: '2', value: 'b', ttl: 60 }] },
    ],
    [
      'what stands there twice becomes the new one twice',
      [record('1', 'a'), record('2', 'x'), record('3', 'a')],
      ['b', 'x'],
      {
        updates: [
          { id: '1', value: 'b', ttl: 60 },
          { id: '3', value: 'b', ttl: 60 },
        ],
      },
    ],
    [
      'one changes, one comes',
      [record('1', 'a')],
      ['b', 'c'],
      { updates: [{ id: '1', value: 'b', ttl: 60 }], creations: [{ value: 'c', ttl: 60 }] },
    ],
  ])('%s', (_title, records, values, expected) => {
    expect(editsTowards(records, { values, ttl: 60 })).toEqual({ ...EMPTY, ...expected });
  });

  it('takes none out', async () => {
    const attempt = Promise.resolve().then(() =>
      editsTowards([record('1', 'a'), record('2', 'b')], { values: ['a'], ttl: 60 }),
    );
    expect(await faultOf(attempt)).toEqual({ kind: 'unsupported' });
  });

  it('carried out they give what is wanted, and then nothing more', () => {
    const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
    fc.assert(
      fc.property(values, values, (standing, wanted) => {
        fc.pre(standing.length <= wanted.length);
        const records = standing.map((value, at) => record(String(at), value));
        const edits = editsTowards(records, { values: wanted, ttl: 60 });
        const changed = records.map(
          (kept) => edits.updates.find((update) => update.id === kept.id)?.value ?? kept.value,
        );
        const after = [...changed, ...edits.creations.map((creation) => creation.value)];
        expect(after.toSorted()).toEqual(wanted.toSorted());
        const again = after.map((value, at) => record(String(at), value));
        expect(editsTowards(again, { values: wanted, ttl: 60 })).toEqual(EMPTY);
      }),
    );
  });
});

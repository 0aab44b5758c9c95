import { describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { applyEdits } from './apply-edits.js';
import type { RecordWriter } from './apply-edits.js';

const EDITS = {
  updates: [
    { id: '1', value: 'a', ttl: 300 },
    { id: '2', value: 'b', ttl: 300 },
  ],
  creations: [{ value: 'c', ttl: 300 }],
};
const FORBIDDEN = new DnsProviderError('it may not', { kind: 'forbidden' });

function writer(failsAt: number, error: Error = FORBIDDEN): { made: string[]; writer: RecordWriter } {
  const made: string[] = [];
  async function write({ value }: { readonly value: string }): Promise<void> {
    if (made.length === failsAt) throw error;
    made.push(value);
  }
  return { made, writer: { update: write, create: write } };
}

describe('applyEdits', () => {
  it('changes what stands there before it makes what is new, one after the other', async () => {
    const { made, writer: records } = writer(-1);
    await applyEdits(EDITS, records);
    expect(made).toEqual(['a', 'b', 'c']);
  });

  it('passes the error of the first on: nothing has been written', async () => {
    await expect(applyEdits(EDITS, writer(0).writer)).rejects.toBe(FORBIDDEN);
  });

  it('takes a record that is not found any more for changed by somebody else', async () => {
    const gone = new DnsProviderError('the API answered 404', { kind: 'zone-not-found' });
    const fault = { kind: 'conflict', observed: null };
    await expect(applyEdits(EDITS, writer(0, gone).writer)).rejects.toMatchObject({ fault, cause: gone });
    const creation = { ...EDITS, updates: [] };
    await expect(applyEdits(creation, writer(0, gone).writer)).rejects.toBe(gone);
  });

  it.each([1, 2])('says after %i that something has been written, and stops', async (failsAt) => {
    const { made, writer: records } = writer(failsAt);
    await expect(applyEdits(EDITS, records)).rejects.toMatchObject({
      message: `only ${failsAt} of 3 records were written`,
      fault: { kind: 'transient', mayBeApplied: true },
      cause: FORBIDDEN,
    });
    expect(made).toHaveLength(failsAt);
  });

  it('passes the reason of an abort on', async () => {
    const reason = new Error('enough');
    await expect(applyEdits(EDITS, writer(1, reason).writer)).rejects.toBe(reason);
  });
});

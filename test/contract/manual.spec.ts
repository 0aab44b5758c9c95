import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/rollout/observation.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import type { ObservedEverywhere } from '../../src/ports/record-observer.js';
import { ManualProvider } from '../../src/providers/manual/manual-provider.js';
import { faultOf } from './dns-provider.contract.js';

class Shown extends RecordObserver {
  constructor(private readonly observation: Observation) {
    super();
  }
  async observe(): Promise<ObservedEverywhere> {
    return { observation: this.observation, servers: [] };
  }
}

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const RECORD: Observation = { kind: 'record', text: 'v=DMARC1; p=none', ttl: 900, others: ['other'] };

async function read(observation: Observation) {
  const provider = new ManualProvider(new Shown(observation));
  return provider.readTxt(await provider.findZone(NAME, signal), NAME, signal);
}

describe('ManualProvider', () => {
  it.each<[Observation, unknown]>([
    [RECORD, { values: ['v=DMARC1; p=none', 'other'], ttl: 900 }],
    [{ kind: 'absent' }, { values: [], ttl: null }],
    [
      { kind: 'absent', others: ['other'] },
      { values: ['other'], ttl: null },
    ],
    [
      { kind: 'several-records', texts: ['a', 'b'] },
      { values: ['a', 'b'], ttl: null },
    ],
  ])('reads %j as DNS shows it', async (observation, expected) => {
    expect(await read(observation)).toEqual(expected);
  });

  it.each<[Observation, string]>([
    [{ kind: 'unknown', reason: 'time-out' }, 'transient'],
    [{ kind: 'disagree', texts: ['a', 'b'] }, 'transient'],
    [{ kind: 'cname', target: 'x.test' }, 'unsupported'],
  ])('throws for %j', async (observation, kind) => {
    expect(await faultOf(read(observation))).toMatchObject({ kind });
  });

  it('says exactly what to publish in place of what', async () => {
    const provider = new ManualProvider(new Shown(RECORD));
    const expected = await read(RECORD);
    const next = { values: ['v=DMARC1; p=quarantine; x="1"', 'other'], ttl: null };
    const receipt = await provider.replaceTxt(
      await provider.findZone(NAME, signal),
      NAME,
      { expected, next, changeId: 'change-1' },
      signal,
    );
    expect(receipt.note).toBe(
      [
        'Replace this record:',
        '_dmarc.example.test. 900 IN TXT "v=DMARC1; p=none"',
        'by this one:',
        String.raw`_dmarc.example.test. 900 IN TXT "v=DMARC1; p=quarantine; x=\"1\""`,
        'Leave other records at the name as they are.',
      ].join('\n'),
    );
  });

  it('says what to publish where nothing stands', async () => {
    const provider = new ManualProvider(new Shown({ kind: 'absent' }));
    const change = {
      expected: { values: [], ttl: null },
      next: { values: ['v=DMARC1; p=none'], ttl: null },
      changeId: 'change-1',
    };
    const receipt = await provider.replaceTxt(
      { id: 'x', name: 'x', nameServers: null },
      NAME,
      change,
      signal,
    );
    expect(receipt.note).toContain(
      'Publish this record:\n_dmarc.example.test. 3600 IN TXT "v=DMARC1; p=none"',
    );
  });

  it('asks nobody to write over a record that is not the expected one', async () => {
    const provider = new ManualProvider(new Shown(RECORD));
    const change = {
      expected: { values: [], ttl: null },
      next: { values: ['v=DMARC1; p=none'], ttl: null },
      changeId: 'change-1',
    };
    const attempt = provider.replaceTxt({ id: 'x', name: 'x', nameServers: null }, NAME, change, signal);
    expect(await faultOf(attempt)).toMatchObject({ kind: 'conflict', observed: { ttl: 900 } });
  });
});

import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { RecordPlace } from '../../src/core/rollout/record-place.js';
import type { VerifyMode } from '../../src/core/rollout/rollout.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import type { ObservedEverywhere } from '../../src/ports/record-observer.js';
import { ManualProvider } from '../../src/providers/manual/manual-provider.js';
import { faultOf } from './dns-provider.contract.js';

class Shown extends RecordObserver {
  readonly asked: VerifyMode[] = [];

  /** `answers`: those of the servers one by one. */
  constructor(
    private readonly observation: Observation,
    private readonly answers: readonly Observation[] = [],
  ) {
    super();
  }
  async observe({ verify }: RecordPlace): Promise<ObservedEverywhere> {
    this.asked.push(verify);
    const servers = this.answers.map((observation) => ({ ...SERVER, observation }));
    return { observation: this.observation, servers };
  }
}

const SERVER = {
  server: 'ns',
  kind: 'authoritative',
  name: '_dmarc.example.test',
  nameServer: 'ns',
  address: '192.0.2.53',
  namedBy: 'both',
  serial: 1,
} as const;

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

  const LEFT = 'v=DMARC1; p=reject';
  const seen = (text: string): Observation => ({ kind: 'record', text, ttl: 300, others: ['other'] });
  const SILENT: Observation = { kind: 'unknown', reason: 'time-out' };
  const DIFFER: Observation = { kind: 'disagree', texts: [LEFT, 'b'] };

  it.each<[string, Observation, readonly Observation[], readonly string[]]>([
    ['one server is silent', SILENT, [SILENT, seen(LEFT)], [LEFT, 'other']],
    ['one server is silent, and the others show another record', SILENT, [seen('b'), SILENT], ['b', 'other']],
    ['all are silent', SILENT, [SILENT, SILENT], [LEFT]],
    ['nobody can be asked', SILENT, [], [LEFT]],
    ['one server is behind', DIFFER, [seen('b'), seen(LEFT)], [LEFT, 'other']],
    ['one server has none yet', DIFFER, [{ kind: 'absent' }, seen(LEFT)], [LEFT, 'other']],
  ])('hands a step back out when %s', async (_title, observation, answers, values) => {
    const shown = new Shown(observation, answers);
    const provider = new ManualProvider(shown);
    const zone = await provider.findZone(NAME, signal);
    const hint = { verify: 'recursive', leaves: LEFT } as const;
    const expected = await provider.readTxt(zone, NAME, signal, hint);
    expect(expected.values).toEqual(values);
    const next = { values: ['v=DMARC1; p=none', ...values.slice(1)], ttl: null };
    const receipt = await provider.replaceTxt(zone, NAME, { expected, next, changeId: 'c', hint }, signal);
    expect(receipt).toMatchObject({ publisher: 'person', note: expect.stringContaining('p=none') });
    expect(new Set(shown.asked)).toEqual(new Set(['recursive']));
  });

  it.each<[string, Observation, readonly Observation[]]>([
    ['servers that differ, none of which shows what the step back leaves', DIFFER, [seen('a'), seen('b')]],
    [
      'servers that differ, of which one shows an alias',
      DIFFER,
      [seen('a'), { kind: 'cname', target: 'x.test' }],
    ],
  ])('hands nothing out by %s', async (_title, observation, answers) => {
    const provider = new ManualProvider(new Shown(observation, answers));
    const zone = await provider.findZone(NAME, signal);
    const hint = { verify: 'authoritative', leaves: LEFT } as const;
    expect(await faultOf(provider.readTxt(zone, NAME, signal, hint))).toMatchObject({ kind: 'transient' });
  });

  it('going up, all servers must show one record', async () => {
    const provider = new ManualProvider(new Shown(SILENT, [SILENT, seen(LEFT)]));
    const zone = await provider.findZone(NAME, signal);
    const attempt = provider.readTxt(zone, NAME, signal, { verify: 'authoritative' });
    expect(await faultOf(attempt)).toMatchObject({ kind: 'transient' });
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

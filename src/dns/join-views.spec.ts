import { describe, expect, it } from 'vitest';
import type { Observation } from '../core/rollout/observation.js';
import { joinViews } from './join-views.js';

const record = (text: string, ttl = 300): Observation => ({ kind: 'record', text, ttl, others: [] });
const SILENT: Observation = { kind: 'unknown', reason: 'time-out' };

describe('joinViews', () => {
  it.each<[string, readonly Observation[], Observation]>([
    ['one server', [record('a')], record('a')],
    ['servers of one mind, the longest TTL', [record('a', 60), record('a', 300)], record('a', 300)],
    ['absent everywhere', [{ kind: 'absent' }, { kind: 'absent' }], { kind: 'absent' }],
    ['different records', [record('a'), record('b')], { kind: 'disagree', texts: ['a', 'b'] }],
    ['a record and none', [{ kind: 'absent' }, record('a')], { kind: 'disagree', texts: ['', 'a'] }],
    [
      'absent at one, silence at the other',
      [{ kind: 'absent' }, SILENT],
      { kind: 'unknown', reason: 's1: time-out' },
    ],
    [
      'silence beside two that differ',
      [SILENT, record('a'), record('b')],
      { kind: 'disagree', texts: ['a', 'b'] },
    ],
    ['nobody to ask', [], { kind: 'unknown', reason: 'no server to ask' }],
    [
      'several records in another order',
      [
        { kind: 'several-records', texts: ['a', 'b'] },
        { kind: 'several-records', texts: ['b', 'a'] },
      ],
      { kind: 'several-records', texts: ['a', 'b'] },
    ],
    [
      'different aliases',
      [
        { kind: 'cname', target: 'x' },
        { kind: 'cname', target: 'y' },
      ],
      { kind: 'disagree', texts: ['CNAME x', 'CNAME y'] },
    ],
  ])('%s', (_what, observations, expected) => {
    expect(joinViews(observations.map((observation, at) => ({ server: `s${at}`, observation })))).toEqual(
      expected,
    );
  });
});

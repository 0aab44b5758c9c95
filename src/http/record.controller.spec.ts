import { describe, expect, it } from 'vitest';
import type { Observation } from '../core/rollout/observation.js';
import type { ServerView } from '../ports/record-observer.js';
import type { RecordStanding } from '../workflows/show-record.js';
import { recordView } from './record.controller.js';

const TEXT = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@shop.example';
const RECORD: Observation = { kind: 'record', text: TEXT, ttl: 300, others: [] };
const ALIAS = '_dmarc.shop.ops.example';

function aServer(patch: Partial<ServerView> = {}): ServerView {
  return {
    server: 'ns1.shop.example (192.0.2.53)',
    kind: 'authoritative',
    name: '_dmarc.shop.example',
    nameServer: 'ns1.shop.example',
    address: '192.0.2.53',
    namedBy: 'both',
    serial: 7,
    observation: RECORD,
    ...patch,
  };
}

function aStanding(patch: Partial<RecordStanding> = {}): RecordStanding {
  return {
    place: { domain: 'shop.example', alias: null, verify: 'authoritative' },
    name: '_dmarc.shop.example',
    expected: TEXT,
    observation: RECORD,
    servers: [],
    stage: 'written',
    writtenAt: 0,
    verifiedAt: null,
    effectiveAt: null,
    provider: null,
    reporters: [],
    ...patch,
  };
}

describe('the view of a record', () => {
  it.each<[Observation, unknown]>([
    [RECORD, { texts: [TEXT], ttl: 300, why: null }],
    [{ kind: 'absent' }, { texts: [], ttl: null, why: null }],
    [
      { kind: 'several-records', texts: ['a', 'b'] },
      { texts: ['a', 'b'], ttl: null, why: null },
    ],
    [
      { kind: 'disagree', texts: ['a', 'b'] },
      { texts: ['a', 'b'], ttl: null, why: null },
    ],
    [
      { kind: 'cname', target: 'x.example' },
      { texts: ['x.example'], ttl: null, why: null },
    ],
    [
      { kind: 'no-alias', wanted: ALIAS, texts: ['a'] },
      { texts: ['a'], ttl: null, why: null },
    ],
    [
      { kind: 'unknown', reason: 'SERVFAIL' },
      { texts: [], ttl: null, why: 'SERVFAIL' },
    ],
  ])('shows %j', (observation, shown) => {
    const view = recordView(aStanding({ observation }));
    expect(view.shown).toEqual({ kind: observation.kind, ...(shown as object) });
    expect(view.isAsExpected).toBe(observation === RECORD);
  });

  it('says of each server whether it shows what is wanted, the alias on the way to it among them', () => {
    const servers = [
      aServer({ observation: { kind: 'cname', target: ALIAS } }),
      aServer({ observation: { kind: 'cname', target: 'elsewhere.example' } }),
      aServer({ name: ALIAS }),
      aServer({ name: ALIAS, observation: { ...RECORD, text: 'v=DMARC1; p=none' } }),
    ];
    const view = recordView(aStanding({ name: ALIAS, servers }));
    expect(view.servers.map(({ isAsExpected }) => isAsExpected)).toEqual([true, false, true, false]);
    expect(view.servers[0]).toMatchObject({ namedBy: 'both', serial: 7, kind: 'authoritative' });
  });

  it('sums up who has seen it', () => {
    const reporter = (hasSeen: boolean) => ({
      reporter: 'r.example',
      orgName: 'R',
      policy: 'p=none',
      until: 0,
      hasSeen,
    });
    const { seen, reporters } = recordView(aStanding({ reporters: [true, true, false].map(reporter) }));
    expect(seen).toBe('2 of 3 reporters have seen p=quarantine; pct=10; t=y');
    expect(reporters[0]?.until).toBe('1970-01-01T00:00:00.000Z');
    expect(recordView(aStanding()).seen).toContain('no reporter');
  });
});

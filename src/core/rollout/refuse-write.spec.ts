import { describe, expect, it } from 'vitest';
import {
  NONE,
  NOW,
  QUARANTINE_10,
  REJECT,
  aChange,
  aRollout,
  observed,
  reasonsOf,
  WEAKEN,
} from '../../../test/builders/rollout.js';
import type { Observation } from './observation.js';
import { reconcileRecord } from './reconcile-record.js';
import { refuseWrite, warningsOf, type Served } from './refuse-write.js';
import type { Change, RolloutSettings } from './rollout.js';
import { prepareWrite } from './write-change.js';

const FOREIGN = { provider: ['ns1.old.example'], delegated: ['ns1.new.example'] };

function served(patch: Partial<Served> = {}): Served {
  return { zone: 'shop.example', observed: observed(NONE), foreign: null, ...patch };
}

function refusal(
  facts: Partial<Served>,
  change: Partial<Change> = {},
  settings: Partial<RolloutSettings> = {},
) {
  const planned = aChange(change);
  return refuseWrite(aRollout({ settings }), planned, planned.before, served(facts));
}

describe('refuses both ways, and says why', () => {
  it.each<[string, Partial<Served>, string, string]>([
    ['a name outside the zone', { zone: 'other.example' }, 'provider-error', 'not in the provider'],
    ['a zone that only ends alike', { zone: 'op.example' }, 'provider-error', 'not in the provider'],
    [
      'an alias of others',
      { observed: { kind: 'cname', target: 'x.vendor.example' } },
      'cname',
      'x.vendor.example',
    ],
    [
      'no alias where there should be one',
      { observed: { kind: 'no-alias', wanted: '_dmarc.shop.ops.example', texts: [NONE] } },
      'cname',
      `should be a CNAME to _dmarc.shop.ops.example; TXT stands there instead: ${NONE}`,
    ],
    [
      'nothing where there should be an alias',
      { observed: { kind: 'no-alias', wanted: '_dmarc.shop.ops.example', texts: [] } },
      'cname',
      'nothing stands there',
    ],
    [
      'several records',
      { observed: { kind: 'several-records', texts: [NONE, REJECT] } },
      'several-records',
      '2 DMARC',
    ],
  ])('%s', (_title, facts, reason, note) => {
    const expected = { reason, note: expect.stringContaining(note) };
    expect(refusal(facts)).toEqual(expected);
    expect(refusal(facts, WEAKEN)).toEqual(expected);
  });

  it.each([
    ['no policy', 'v=DMARC1; rua=mailto:dmarc@shop.example'],
    ['no record', 'p=reject'],
    ['a policy said twice', 'v=DMARC1; p=none; p=reject; rua=mailto:dmarc@shop.example'],
  ])('a text with %s', (_title, after) => {
    expect(refusal({}, { after })).toMatchObject({ reason: 'failing-check' });
    expect(refusal({}, { ...WEAKEN, after })).toMatchObject({ reason: 'failing-check' });
  });
});

describe('refuses going up alone: a step back is worth a try', () => {
  it.each<[string, Partial<Served>, readonly string[]]>([
    [
      'a provider that does not serve the domain',
      { foreign: FOREIGN },
      ['ns1.old.example', 'ns1.new.example'],
    ],
    ['servers that show another record', { observed: observed(REJECT) }, [NONE, REJECT]],
    ['servers that show none', { observed: { kind: 'absent' } }, [NONE, 'show: none']],
    ['servers that differ', { observed: { kind: 'disagree', texts: [NONE, REJECT] } }, [NONE, REJECT]],
    [
      'servers that can not be asked',
      { observed: { kind: 'unknown', reason: 'ns2: SERVFAIL' } },
      ['ns2: SERVFAIL'],
    ],
  ])('%s, with both shown', (_title, facts, parts) => {
    const refused = refusal(facts);
    expect(refused?.reason).toBe('provider-error');
    for (const part of parts) expect(refused?.note).toContain(part);
    expect(refusal(facts, WEAKEN)).toBeNull();
  });

  it.each<[string, string, Partial<RolloutSettings>, string]>([
    ['no rua', 'v=DMARC1; p=quarantine', {}, 'has no rua: no reports will come'],
    [
      'the rua of others alone',
      QUARANTINE_10,
      { rua: 'ours@reports.example' },
      'no rua with ours@reports.example',
    ],
    ['a rua that is none', `${QUARANTINE_10},dmarc@shop.example`, {}, 'lacks mailto:'],
    ['an unknown semicolon', String.raw`v=DMARC1\; p=quarantine; rua=mailto:dmarc@shop.example`, {}, ''],
  ])('a text with %s', (_title, after, settings, note) => {
    const refused = refusal({}, { after }, settings);
    expect(refused).toMatchObject({ reason: 'failing-check', note: expect.stringContaining(note) });
  });
});

describe('lets a write through', () => {
  it.each<[string, Partial<Served>]>([
    ['where the servers show what the provider has', {}],
    ['into a zone that _dmarc itself is', { zone: '_dmarc.shop.example' }],
    ['whose other strings are not shown', { observed: { ...observed(NONE), others: [] } as Observation }],
  ])('%s', (_title, facts) => {
    expect(refusal(facts)).toBeNull();
  });

  it('at the alias, and there alone', () => {
    const settings = { alias: '_dmarc.shop.ops.example' };
    expect(refusal({ zone: 'ops.example' }, {}, settings)).toBeNull();
    expect(refusal({ zone: 'shop.example' }, {}, settings)).toMatchObject({ reason: 'provider-error' });
  });

  it('when nobody knows whether it would be served', () => {
    expect(refuseWrite(aRollout(), aChange(), NONE, null)).toBeNull();
  });
});

describe('a refused write', () => {
  it('is not written: the change stays, held with the reason', () => {
    const rollout = aRollout({ change: aChange() });
    const step = prepareWrite(rollout, { values: [NONE], ttl: 300 }, NOW, served({ foreign: FOREIGN }));
    expect(step.kind).toBe('store');
    if (step.kind !== 'store') return;
    expect(step.draft.rollout.change).toEqual(rollout.change);
    expect(reasonsOf(step.draft.rollout)).toEqual(['provider-error']);
    const again = prepareWrite(
      step.draft.rollout,
      { values: [NONE], ttl: 300 },
      NOW + 60_000,
      served({ foreign: FOREIGN }),
    );
    expect(again.kind === 'store' && again.draft.notices).toEqual([]); // people have been told
  });

  it.each<[string, Partial<Served>, readonly string[], string]>([
    ['the zone was left behind at the old provider', { foreign: FOREIGN }, [REJECT], 'does not serve'],
    ['the account has another record than all see', {}, [REJECT], `At the provider: ${REJECT}`],
    ['the account lacks the record that all see', {}, [], 'At the provider: none'],
    ['the account alone has several', {}, [NONE, REJECT], 'several DMARC records at the provider alone'],
  ])(
    'nobody changed the record where %s: the provider holds, and DNS does not clear it',
    (_title, facts, values, note) => {
      for (const change of [aChange(), aChange({ stage: 'intended', attempts: 1 })].slice(
        0,
        values.length > 1 ? 2 : 1,
      )) {
        const rollout = aRollout({ change });
        const step = prepareWrite(rollout, { values, ttl: 300 }, NOW, served(facts));
        expect(step.kind).toBe('store');
        if (step.kind !== 'store') return;
        expect(step.draft.rollout).toMatchObject({
          change: { id: change.id, stage: change.stage },
          holds: [{ reason: 'provider-error', note: expect.stringContaining(note) }],
        });
        const seen = reconcileRecord({ ...step.draft, now: NOW + 60_000 }, observed(NONE));
        expect(reasonsOf(seen.rollout)).toEqual(['provider-error']);
        const again = prepareWrite(seen.rollout, { values, ttl: 300 }, NOW + 120_000, served(facts));
        expect(again.kind === 'store' && again.draft.notices).toEqual([]);
      }
    },
  );

  it('several records that everybody sees hold as such', () => {
    const facts = served({ observed: { kind: 'several-records', texts: [NONE, REJECT] } });
    const step = prepareWrite(
      aRollout({ change: aChange() }),
      { values: [NONE, REJECT], ttl: 300 },
      NOW,
      facts,
    );
    expect(step.kind === 'store' && reasonsOf(step.draft.rollout)).toEqual(['several-records']);
  });

  it('a record that somebody else changed is drift, whatever the servers show', () => {
    const rollout = aRollout({ change: aChange() });
    const facts = served({ observed: observed(REJECT) });
    const step = prepareWrite(rollout, { values: [REJECT], ttl: 300 }, NOW, facts);
    expect(step.kind === 'store' && reasonsOf(step.draft.rollout)).toEqual(['drift']);
  });
});

describe('a destination elsewhere', () => {
  it.each([
    ['v=DMARC1; p=none; rua=mailto:a@shop.example', []],
    ['v=DMARC1; p=none; rua=mailto:a@reports.shop.example', []],
    ['v=DMARC1; p=none; rua=mailto:a@vendor.example,mailto:b@vendor.example', ['vendor.example']],
  ])('%s warns of %j', (after, hosts) => {
    const warnings = warningsOf('shop.example', after);
    expect(warnings).toHaveLength(hosts.length);
    for (const host of hosts) expect(warnings[0]).toContain(`shop.example._report._dmarc.${host}`);
  });

  it.each([
    ['permits it: nothing is said', 'dmarc-rua-authorized', 'vendor.example', []],
    ['does not: what was found', 'dmarc-rua-unauthorized', 'vendor.example', [/^as found.*fixed so$/]],
    ['could not be asked: what it must do', 'dmarc-rua-unknown', 'vendor.example', [/it must publish/]],
    ['is not the one that was asked', 'dmarc-rua-authorized', 'other.example', [/it must publish/]],
  ])('that was looked up and %s', (_title, id, subject, expected) => {
    const finding = { id, subject, message: 'as found', fix: 'fixed so' };
    const warnings = warningsOf('shop.example', 'v=DMARC1; p=none; rua=mailto:a@vendor.example', [finding]);
    expect(warnings).toEqual(expected.map((text) => expect.stringMatching(text)));
  });

  it('is written all the same, with the warning in the history', () => {
    const rua = 'rua=mailto:a@vendor.example';
    const change = aChange({ before: `v=DMARC1; p=none; ${rua}`, after: `v=DMARC1; p=quarantine; ${rua}` });
    const live = { values: [`v=DMARC1; p=none; ${rua}`], ttl: 300 };
    const facts = served({ observed: observed(`v=DMARC1; p=none; ${rua}`) });
    const step = prepareWrite(aRollout({ change }), live, NOW, facts);
    expect(step.kind === 'write' && step.draft.audit[0]?.evidence).toEqual({
      warnings: [expect.stringContaining('vendor.example')],
    });
  });
});

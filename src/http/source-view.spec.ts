import { describe, expect, it } from 'vitest';
import type { AssessedSource } from '../core/evidence/assessment.js';
import type { NetworkFacts } from '../ports/address-facts.js';
import { sourceViews } from './source-view.js';

const FACTS: NetworkFacts = {
  names: ['mail.example.com'],
  claimedNames: ['forged.example.net'],
  asn: 64_496,
  asName: 'EXAMPLE, ZZ',
};
const UNKNOWN: NetworkFacts = { names: [], claimedNames: [], asn: null, asName: null };

function source(id: string): AssessedSource {
  return {
    id,
    name: id,
    class: 'unknown',
    reasons: [],
    settledBy: null,
    headerFrom: 'example.com',
    messages: 1,
    passed: 0,
    passRateAtLeast: null,
    state: 'failing',
    firstSeen: '2026-11-01',
    lastSeen: '2026-11-01',
    lastFailing: null,
    fixedOnEarliest: null,
    failingPerWeek: 0,
    failingPerWeekAtMost: 0,
    recent: { days: 3, messages: 0, failing: 0, failingReporters: 0, reporterShare: 0 },
    fix: null,
  };
}

describe('sourceViews', () => {
  it.each([
    ['host:192.0.2.0/24', '192.0.2.0/24'],
    ['net:192.0.2.0/24', '192.0.2.0/24'],
    ['net:192.0.2.0/24@shop.example.com', '192.0.2.0/24'],
    ['host:2001:db8::/48', '2001:db8::/48'],
  ])('%s shows what is known about %s', async (id, network) => {
    const inNetworks = async (networks: readonly string[]) =>
      new Map(networks.map((asked) => [asked, asked === network ? FACTS : UNKNOWN]));
    expect(await sourceViews([source(id)], { inNetworks })).toEqual([{ ...source(id), ...FACTS }]);
  });

  it('asks for networks only, and shows nothing where nothing is known', async () => {
    const asked: string[] = [];
    const inNetworks = async (networks: readonly string[]) => {
      asked.push(...networks);
      return new Map<string, NetworkFacts>();
    };
    const sources = [source('domain:sendgrid.net'), source('net:192.0.2.0/24')];
    expect(await sourceViews(sources, { inNetworks })).toEqual(
      sources.map((each) => ({ ...each, ...UNKNOWN })),
    );
    expect(asked).toEqual(['192.0.2.0/24']);
  });
});

import { describe, expect, it } from 'vitest';
import { aRecord, anEvidence, aSource, daysFrom, everyDay } from '../../test/builders/evidence.js';
import { aRollout, NONE, NOW, observed } from '../../test/builders/rollout.js';
import { zoneQuestions, type Zone } from '../../test/builders/zone-questions.js';
import type { StoredCheck } from '../core/checks/stored-check.js';
import { DAY_MS } from '../core/instant.js';
import { LADDERS } from '../core/rollout/ladder.js';
import { CheckStore } from '../ports/check-store.js';
import { DnsLookup } from '../ports/dns-lookup.js';
import type { EvidenceStore, StoredReport } from '../ports/evidence-store.js';
import { CheckDomain, type CheckSubject } from './check-domain.js';

class MemoryChecks extends CheckStore {
  readonly saved: StoredCheck[] = [];
  async save(check: StoredCheck): Promise<void> {
    this.saved.unshift(check);
  }
  async history(_domain: string, limit: number): Promise<readonly StoredCheck[]> {
    return this.saved.slice(0, limit);
  }
  async since(_domain: string, from: number): Promise<readonly StoredCheck[]> {
    return this.saved.filter(({ at }) => at >= from);
  }
  async firstAt(): Promise<number | null> {
    return this.saved.at(-1)?.at ?? null;
  }
}

class ZoneLookup extends DnsLookup {
  constructor(private readonly zone: Zone) {
    super();
  }
  questions() {
    return zoneQuestions(this.zone);
  }
}

const ZONE: Zone = {
  'shop.example': [{ MX: [10, 'mail.shop.example'] }, { TXT: 'v=spf1 mx ~all' }],
  'mail.shop.example': [{ A: '192.0.2.10' }],
  '10.2.0.192.in-addr.arpa': [{ PTR: 'mail.shop.example' }],
};
const SIGNED = aRecord({ dkimResults: [{ domain: 'shop.example', selector: 's9', result: 'pass' }] });

/** Reports of two reporters that ended so many days ago. */
function reportsEnding(daysAgo: number, counted = true): EvidenceStore {
  const end = (NOW - daysAgo * DAY_MS) / 1000;
  const reports = ['big.example', 'small.example'].map(
    (reporter) => ({ id: reporter, reporter, end, counted }) as StoredReport,
  );
  return { reports: async () => reports, records: async () => [SIGNED] } as unknown as EvidenceStore;
}

const SUBJECT = {
  rollout: aRollout(),
  observed: observed(NONE),
  evidence: anEvidence(everyDay(daysFrom('2026-03-01', '2026-03-12'))),
  sources: [aSource()],
};

async function run(reports: EvidenceStore, zone: Zone = ZONE, subject: CheckSubject = SUBJECT) {
  const checks = new MemoryChecks();
  const check = new CheckDomain(checks, reports, new ZoneLookup(zone), { now: () => NOW });
  const { latest } = await check.run(subject);
  return { checks, latest, ids: latest?.findings.map(({ id }) => id) ?? [], check };
}

describe('CheckDomain', () => {
  it('checks the addresses that mail was seen from, and stores what it found', async () => {
    const { checks, latest, ids } = await run(reportsEnding(1));
    expect(checks.saved).toEqual([latest]);
    expect(latest).toMatchObject({ at: NOW, spf: [{ ip: '192.0.2.10', result: 'pass' }] });
    expect(ids).toContain('rdns-confirmed');
  });

  it('asks for the selectors that mail was signed with lately', async () => {
    const { latest } = await run(reportsEnding(1));
    expect(latest?.findings.find(({ id }) => id === 'dkim-missing')?.message).toContain('s9._domainkey');
  });

  it.each([
    ['long ago', reportsEnding(4)],
    ['in reports that do not count', reportsEnding(1, false)],
  ])('asks for none that was seen %s', async (_what, reports) => {
    expect((await run(reports)).ids).not.toContain('dkim-missing');
  });

  it('remembers the checks of 3 days, and when the first was made', async () => {
    const { check, checks, latest } = await run(reportsEnding(4));
    const later = { ...checks.saved[0]!, at: NOW + 1 };
    const [young, old] = [NOW - 3 * DAY_MS, NOW - 3 * DAY_MS - 1].map((at) => ({ ...later, at }));
    checks.saved.splice(0, 1, later, latest!, young!, old!);
    expect(await check.recordOf('shop.example')).toEqual({
      latest: later,
      earlier: [latest, young],
      firstAt: old!.at,
    });
  });

  it('tells a parked domain what it should publish, and holds nothing by it', async () => {
    const rollout = aRollout({ ladder: LADDERS.parked });
    const { latest } = await run(
      reportsEnding(1),
      {},
      { ...SUBJECT, rollout, evidence: anEvidence([]), sources: [] },
    );
    expect(latest?.findings.filter(({ id }) => id.endsWith('-parked'))).toMatchObject([
      { severity: 'warning', fix: 'Publish shop.example. TXT "v=spf1 -all"' },
      { severity: 'warning' },
    ]);
  });

  it('looks at a stranger without storing anything', async () => {
    const { check, checks } = await run(reportsEnding(4));
    expect((await check.look('shop.example', observed(NONE))).findings).not.toEqual([]);
    expect(checks.saved).toHaveLength(1);
  });
});

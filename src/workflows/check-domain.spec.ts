import { describe, expect, it } from 'vitest';
import { anEvidence, aSignedMail, aSource, daysFrom, everyDay } from '../../test/builders/evidence.js';
import { aRollout, NONE, NOW, observed } from '../../test/builders/rollout.js';
import { zoneQuestions, type Zone } from '../../test/builders/zone-questions.js';
import type { SignedMail } from '../core/checks/signed-mail.js';
import type { StoredCheck } from '../core/checks/stored-check.js';
import type { Cell } from '../core/evidence/cell.js';
import { DAY_MS, HOUR_MS, type Day, type Instant } from '../core/instant.js';
import { decide } from '../core/rollout/decide.js';
import { LADDERS } from '../core/rollout/ladder.js';
import { CheckStore } from '../ports/check-store.js';
import { DnsLookup } from '../ports/dns-lookup.js';
import type { EvidenceStore } from '../ports/evidence-store.js';
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
const REPORTERS = ['big.example', 'small.example'];

/** What two reporters saw of mail that was signed. */
function signedOn(days: readonly Day[], patch: Partial<SignedMail> = {}): readonly SignedMail[] {
  const dkimResults = [{ domain: 'shop.example', selector: 's9', result: 'pass' }];
  return REPORTERS.map((reporter) => aSignedMail(days, { reporter, dkimResults, ...patch }));
}

/** Gives what is asked for, as the real one does. */
function storeOf(mails: readonly SignedMail[]): EvidenceStore {
  const signedMail: EvidenceStore['signedMail'] = async ({ from, reporters, authorDomains }) =>
    mails.filter(
      ({ days, reporter, headerFrom }) =>
        days.some((day) => day >= from) && reporters.includes(reporter) && authorDomains.includes(headerFrom),
    );
  return { signedMail } as unknown as EvidenceStore;
}

const SUBJECT = {
  rollout: aRollout(),
  observed: observed(NONE),
  evidence: anEvidence(everyDay(daysFrom('2026-03-01', '2026-03-12'))),
  sources: [aSource()],
};

async function run(store: EvidenceStore, zone: Zone = ZONE, subject: CheckSubject = SUBJECT) {
  const checks = new MemoryChecks();
  const check = new CheckDomain(checks, store, new ZoneLookup(zone), { now: () => NOW });
  const { latest } = await check.run(subject);
  return { checks, latest, ids: latest?.findings.map(({ id }) => id) ?? [], check };
}

describe('CheckDomain', () => {
  it('checks the addresses that mail was seen from, and stores what it found', async () => {
    const { checks, latest, ids } = await run(storeOf([]));
    expect(checks.saved).toEqual([latest]);
    expect(latest).toMatchObject({ at: NOW, spf: [{ ip: '192.0.2.10', result: 'pass' }] });
    expect(ids).toContain('rdns-confirmed');
  });

  it('asks for the selectors that mail was signed with lately', async () => {
    const { latest } = await run(storeOf(signedOn(['2026-03-11'])));
    expect(latest?.findings.find(({ id }) => id === 'dkim-missing')?.message).toContain('s9._domainkey');
  });

  it.each([
    ['before the last days on which its source sent', signedOn(['2026-03-02'])],
    ['by those who have no standing', signedOn(['2026-03-11'], { reporter: 'new.example' })],
    ['for who is not the domain', signedOn(['2026-03-11'], { headerFrom: 'other.shop.example' })],
  ])('asks for none that was seen %s', async (_what, mails) => {
    expect((await run(storeOf(mails))).ids).not.toContain('dkim-missing');
  });

  it('remembers the checks of 3 days, and when the first was made', async () => {
    const { check, checks, latest } = await run(storeOf([]));
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
      storeOf([]),
      {},
      { ...SUBJECT, rollout, evidence: anEvidence([]), sources: [] },
    );
    expect(latest?.findings.filter(({ id }) => id.endsWith('-parked'))).toMatchObject([
      { severity: 'warning', fix: 'Publish shop.example. TXT "v=spf1 -all"' },
      { severity: 'warning' },
    ]);
  });

  it('looks at a stranger without storing anything', async () => {
    const { check, checks } = await run(storeOf([]));
    expect((await check.look('shop.example', observed(NONE))).findings).not.toEqual([]);
    expect(checks.saved).toHaveLength(1);
  });
});

describe('a rung', () => {
  const DAYS = daysFrom('2026-01-15', '2026-03-12');
  const MONDAYS = DAYS.filter((day) => new Date(`${day}T00:00:00Z`).getUTCDay() === 1);
  const VENDOR = '198.51.100.7';
  const NEWS = 'news.shop.example';
  const QUARANTINE = aRollout({ rung: 4, stableRung: 4, record: NONE.replace('none', 'quarantine') });
  const KEY = { TXT: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' };
  const keys = (...places: readonly string[]): Zone =>
    Object.fromEntries(places.map((place) => [`${place}.shop.example`, [KEY]]));
  const spf = (text: string): Zone => ({
    'shop.example': [{ MX: [10, 'mail.shop.example'] }, { TXT: text }],
  });
  const own = aSignedMail(DAYS);
  const signedBy = (
    domain: string,
    selector: string,
    days: readonly Day[],
    patch: Partial<SignedMail> = {},
  ) => signedOn(days, { ip: VENDOR, dkimResults: [{ domain, selector, result: 'pass' }], ...patch });
  const vendorCells = (days: readonly Day[], patch: Partial<Cell> = {}) =>
    everyDay(days, { ip: VENDOR, messages: 5000, ...patch });
  const SIGNED_ONLY = { spfAligned: 0, authenticatedAs: 'esp.example' } as const;

  /** What holds once checks of these zones were made, so many days apart, the last one now. */
  async function holdsAfter(
    zones: readonly Zone[],
    mail: { readonly cells: readonly Cell[]; readonly mails: readonly SignedMail[] },
    { rollout = QUARANTINE, apart = 1 } = {},
  ) {
    const evidence = anEvidence([...everyDay(DAYS), ...mail.cells], { lastReportAt: NOW - HOUR_MS });
    const seen = observed(rollout.record ?? NONE);
    const { sources } = decide({ rollout, evidence, observed: seen, now: NOW }).assessment;
    const checks = new MemoryChecks();
    const store = storeOf([own, { ...own, reporter: 'small.example' }, ...mail.mails]);
    const checkAt = (zone: Zone, now: Instant) =>
      new CheckDomain(checks, store, new ZoneLookup({ ...ZONE, ...keys('s._domainkey'), ...zone }), {
        now: () => now,
      }).run({ rollout, evidence, observed: seen, sources });
    for (const [at, zone] of zones.entries()) {
      await checkAt(zone, NOW - (zones.length - 1 - at) * apart * DAY_MS);
    }
    const record = await new CheckDomain(checks, store, new ZoneLookup({}), { now: () => NOW }).recordOf(
      'shop.example',
    );
    const decision = decide({ rollout, evidence, observed: seen, now: NOW, checks: record });
    return decision.rollout.holds.map(({ note }) => note).join('; ');
  }

  const weekly = { cells: vendorCells(MONDAYS, SIGNED_ONLY), mails: signedBy('shop.example', 'k9', MONDAYS) };
  const ofNews = {
    cells: vendorCells(DAYS, { ...SIGNED_ONLY, headerFrom: NEWS }),
    mails: signedBy(NEWS, 'k9', DAYS, { headerFrom: NEWS }),
  };

  it('is not taken over a key that is gone of mail sent once a week', async () => {
    expect(await holdsAfter([keys('k9._domainkey')], weekly)).toBe('');
    expect(await holdsAfter([{}], weekly)).toContain('k9._domainkey.shop.example');
  });

  it('is not taken over a key that is gone of a subdomain’s mail', async () => {
    expect(await holdsAfter([keys('k9._domainkey.news')], ofNews)).toBe('');
    expect(await holdsAfter([{}], ofNews)).toContain('k9._domainkey.news.shop.example');
  });

  it('does not wait for a key of subdomains that it does not touch', async () => {
    const failing = everyDay(DAYS, { ip: '198.51.100.9', headerFrom: 'old.shop.example', passed: 0 });
    const record = NONE.replace('p=none', 'p=quarantine; sp=none');
    const rollout = { ...QUARANTINE, record };
    const mail = { ...ofNews, cells: [...ofNews.cells, ...failing] };
    expect(await holdsAfter([{}], mail, { rollout })).toBe('');
  });

  it.each<[string, readonly SignedMail[]]>([
    [
      'at the same address',
      [
        ...signedBy('shop.example', 'k9', MONDAYS.slice(0, -1)),
        ...signedBy('shop.example', 'k10', MONDAYS.slice(-1)),
      ],
    ],
    [
      'at other addresses of the source',
      [
        ...signedBy('shop.example', 'k9', MONDAYS.slice(0, -1), { ip: '198.51.100.8' }),
        ...signedBy('shop.example', 'k10', MONDAYS.slice(-1)),
      ],
    ],
  ])('does not wait for a key that was changed for another: %s', async (_what, mails) => {
    const cells = ['198.51.100.7', '198.51.100.8'].flatMap((ip) =>
      vendorCells(MONDAYS, { ...SIGNED_ONLY, ip }),
    );
    expect(await holdsAfter([keys('k10._domainkey')], { cells, mails })).toBe('');
  });

  it('waits for the key of a weekly run beside one that signs each day from the same source', async () => {
    const cells = [...weekly.cells, ...vendorCells(DAYS, { ...SIGNED_ONLY, ip: '198.51.100.8' })];
    const mails = [...weekly.mails, ...signedBy('shop.example', 'k10', DAYS, { ip: '198.51.100.8' })];
    const zone = keys('k10._domainkey');
    expect(await holdsAfter([zone], { cells, mails })).toContain('k9._domainkey.shop.example');
  });

  it('is not held for ever by a vendor who stopped for good', async () => {
    const days = daysFrom('2026-01-15', '2026-02-03');
    const mail = { cells: vendorCells(days, SIGNED_ONLY), mails: signedBy('shop.example', 'k9', days) };
    expect(await holdsAfter([{}], mail)).toBe('');
  });

  it('is not taken over an address of a weekly run that SPF let send before', async () => {
    const mail = { cells: vendorCells(MONDAYS, { dkimAligned: 0 }), mails: [] };
    const rollout = aRollout({ stableRung: 0 });
    const [before, after] = [spf(`v=spf1 mx ip4:${VENDOR} ~all`), spf('v=spf1 mx ~all')];
    expect(await holdsAfter([before, before], mail, { rollout })).toBe('');
    expect(await holdsAfter([before, after], mail, { rollout })).toContain(VENDOR);
    expect(await holdsAfter([before, after, after, after], mail, { rollout, apart: 2 })).toContain(VENDOR);
    expect(await holdsAfter([before, after, after, before], mail, { rollout, apart: 2 })).toBe('');
  });
});

import { HOUR_MS, endOfDay } from '../../src/core/instant.js';
import { NONE, NOW, REJECT, aRollout, observed } from '../builders/rollout.js';
import { aCell, aFailingCell, daysFrom, everyDay } from '../builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Arrival } from '../../src/core/evidence/reporting-days.js';
import type { Cell } from '../../src/core/evidence/cell.js';
import { CellPile } from '../../src/core/evidence/cell-pile.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import { decide } from '../../src/core/rollout/decide.js';

/** Short soaks, so that a window may be too short to prove anything. */
const QUICK = { name: 'quick', rungs: LADDERS.gradual.rungs.map((rung) => ({ ...rung, soakDays: 2 })) };
const BOTTOM = aRollout();
const TOP = aRollout({ rung: 6, record: REJECT });
const days = daysFrom('2026-01-10', '2026-03-12');
const HONEST = ['google.com', 'big.example', 'small.example'];

const HOST = {};
const VENDOR = { ip: '198.51.100.7', authenticatedAs: 'vendor.example' };
const BROKEN_HOST = { ip: '203.0.113.9' };
const NEWS = { headerFrom: 'news.shop.example', ip: '198.51.100.50' };

const OWN = everyDay(days, { messages: 60 }, HONEST);
const few = days.slice(-3);

/** What honest reporters tell of a domain. */
interface Domain {
  readonly rollout: Rollout;
  readonly cells: readonly Cell[];
}

const DOMAINS: Readonly<Record<string, Domain>> = {
  'all is well': { rollout: BOTTOM, cells: OWN },
  'all is well at the top': { rollout: TOP, cells: OWN },
  'a vendor is not proven yet': {
    rollout: aRollout({ ladder: QUICK, rung: 1, windowStart: Date.parse('2026-03-08T00:00:00Z') }),
    cells: [...OWN, ...everyDay(days.slice(-2), { ...VENDOR, messages: 20 }, HONEST)],
  },
  'a vendor fails now and then': {
    rollout: BOTTOM,
    cells: [...OWN, ...everyDay(days, { ...VENDOR, messages: 20, passed: 18 }, HONEST)],
  },
  'a vendor is broken': {
    rollout: BOTTOM,
    cells: [...OWN, ...everyDay(days, { ...VENDOR, messages: 20, passed: 0 }, HONEST)],
  },
  'a vendor was broken and is silent': {
    rollout: BOTTOM,
    cells: [
      ...OWN,
      ...everyDay(days.slice(0, 20), { ...VENDOR, messages: 20 }, HONEST),
      ...everyDay(days.slice(20, 40), { ...VENDOR, messages: 20, passed: 0 }, HONEST),
    ],
  },
  'a vendor is being mended': {
    rollout: BOTTOM,
    cells: [
      ...OWN,
      ...everyDay(days.slice(0, -6), { ...VENDOR, messages: 20, passed: 2 }, HONEST),
      ...everyDay(days.slice(-6), { ...VENDOR, messages: 20 }, HONEST),
    ],
  },
  'a vendor came a week ago': {
    rollout: BOTTOM,
    cells: [...OWN, ...everyDay(days.slice(-8), { ...VENDOR, messages: 20, passed: 0 }, HONEST)],
  },
  'a vendor broke at the top': {
    rollout: TOP,
    cells: [
      ...OWN,
      ...everyDay(days.slice(0, -3), { ...VENDOR, messages: 20 }, HONEST),
      ...everyDay(few, { ...VENDOR, messages: 20, passed: 0 }, HONEST),
    ],
  },
  'a host of yours signs with a broken key': {
    rollout: BOTTOM,
    cells: [
      ...OWN,
      ...everyDay(days, { ...BROKEN_HOST, messages: 20, passed: 0, brokenSignature: 20 }, HONEST),
    ],
  },
  'a network that is nobody has sent for a fortnight': {
    rollout: BOTTOM,
    cells: [...OWN, ...everyDay(days.slice(-15), { ...BROKEN_HOST, messages: 20, passed: 0 }, HONEST)],
  },
  'a network that is nobody has sent for a week': {
    rollout: BOTTOM,
    cells: [...OWN, ...everyDay(days.slice(-8), { ...BROKEN_HOST, messages: 20, passed: 0 }, HONEST)],
  },
  'a small sender fails for a subdomain': {
    rollout: BOTTOM,
    cells: [
      ...OWN,
      ...everyDay(days, { ...NEWS, messages: 2 }, HONEST),
      ...everyDay(days.slice(-10), { ...NEWS, ...VENDOR, messages: 1, passed: 0 }, ['google.com']),
    ],
  },
  'few messages of many senders fail': {
    rollout: BOTTOM,
    cells: [
      ...everyDay(days, { messages: 600 }, HONEST),
      ...[1, 2, 3].map((at) =>
        aFailingCell({
          day: '2026-03-10',
          reporter: 'google.com',
          messages: 5,
          ip: `203.0.${at}.1`,
          authenticatedAs: `bought${at}.example`,
        }),
      ),
    ],
  },
  'only one receiver reports': { rollout: BOTTOM, cells: everyDay(days, { messages: 60 }, ['google.com']) },
  'only one receiver reports, whom nobody knows': {
    rollout: BOTTOM,
    cells: everyDay(days, { messages: 60 }, ['small.example']),
  },
  '… and mail begins to fail': {
    rollout: TOP,
    cells: everyDay(days, { messages: 60 }, ['small.example']).map((it) =>
      few.includes(it.day) ? { ...it, passed: 0, dkimAligned: 0, spfAligned: 0 } : it,
    ),
  },
  'a receiver has stopped': {
    rollout: BOTTOM,
    cells: OWN.filter((it) => it.reporter !== 'google.com' || it.day < '2026-03-01'),
  },
  'all have stopped': { rollout: BOTTOM, cells: OWN.filter((it) => it.day < '2026-03-05') },
  'all have stopped long ago': { rollout: BOTTOM, cells: OWN.filter((it) => it.day < '2026-02-15') },
  'nothing is ever sent': {
    rollout: BOTTOM,
    cells: days.flatMap((day, at) =>
      HONEST.map((reporter) => aFailingCell({ day, reporter, ip: `203.0.${at}.9`, messages: 40 })),
    ),
  },
  'nothing is ever sent, and one receiver tells of abuse': {
    rollout: BOTTOM,
    cells: days.map((day, at) =>
      aFailingCell({ day, reporter: 'google.com', ip: `203.0.${at}.9`, messages: 40 }),
    ),
  },
};

type Words = (day: string) => readonly Cell[];

/** What is claimed, on each of these days. */
const CLAIMS: Readonly<Record<string, readonly (readonly [days: readonly string[], words: Words])[]>> = {
  'that your mail passes': [[days.slice(-6), (day) => [aCell({ ...HOST, day, messages: 500 })]]],
  'that it passed years ago': [[['2019-01-01'], (day) => [aCell({ ...HOST, day, messages: 500 })]]],
  "that the vendor's passes": [[days.slice(-6), (day) => [aCell({ ...VENDOR, day, messages: 500 })]]],
  "that the vendor's passed before it broke": [
    [days.slice(0, 6), (day) => [aCell({ ...VENDOR, day, messages: 500 })]],
  ],
  "that the vendor's was forwarded": [
    [days.slice(-1), (day) => [aCell({ ...VENDOR, day, messages: 1, forwarded: 1 })]],
  ],
  'that the broken host passes': [[days.slice(-6), (day) => [aCell({ ...BROKEN_HOST, day })]]],
  'that the broken host forwards': [
    [days.slice(-1), (day) => [aCell({ ...BROKEN_HOST, day, messages: 1, forwarded: 1 })]],
  ],
  "that the vendor's mail comes by a list": [
    [
      days.slice(-6),
      (day) => [aFailingCell({ ...VENDOR, day, messages: 9000, indirect: 9000, brokenSignature: 9000 })],
    ],
  ],
  "that a subdomain's passes": [[days.slice(-6), (day) => [aCell({ ...NEWS, day, messages: 900 })]]],
  'that hosts pass which nobody else sees': [
    [days.slice(-6), (day) => [1, 2, 3, 4].map((at) => aCell({ day, ip: `100.64.${at}.1`, messages: 40 }))],
  ],
  'that senders come and go': [
    [
      days.slice(2, 8),
      (day) =>
        [1, 2, 3].map((at) => aFailingCell({ day, ip: '100.64.9.1', authenticatedAs: `s${at}.example` })),
    ],
  ],
  'that networks come and go': [
    [days.slice(2, 8), (day) => [1, 2, 3].map((at) => aFailingCell({ day, ip: `100.64.${at}.1` }))],
  ],
  'that your mail fails': [[days.slice(-6), (day) => [aFailingCell({ ...HOST, day, messages: 500 })]]],
  "that the vendor's fails": [[days.slice(-6), (day) => [aFailingCell({ ...VENDOR, day, messages: 500 })]]],
  'that a sender fails whom nobody else sees': [
    [
      days.slice(-6),
      (day) => [aFailingCell({ day, ip: '100.64.9.1', authenticatedAs: 'new.example', messages: 500 })],
    ],
  ],
  'that a host passes, and then fails': [
    [days.slice(-6, -3), (day) => [aCell({ day, ip: '100.64.9.1', messages: 500 })]],
    [few, (day) => [aFailingCell({ day, ip: '100.64.9.1', messages: 500 })]],
  ],
};

function verdictOn(
  { rollout, cells }: Domain,
  claims: readonly Cell[] = [],
): Pick<ReturnType<typeof decide>['verdict'], 'kind' | 'stepBackTo' | 'next'> & { readonly holds: unknown } {
  const honest = arrivalsOf(cells, (day) => endOfDay(day) + 10 * HOUR_MS);
  const arrivals = [...honest, ...arrivalsOf(claims, () => NOW - HOUR_MS)];
  const evidence = {
    cells: new CellPile('shop.example', [...cells, ...claims], arrivals),
    decisions: [],
    lastReportAt: Math.max(...arrivals.map((it) => it.at)),
  };
  const decision = decide({ rollout, evidence, observed: observed(rollout.record ?? NONE), now: NOW });
  const { kind, next, stepBackTo } = decision.verdict;
  return { kind, next, stepBackTo, holds: decision.rollout.holds.map((it) => it.reason) };
}

function arrivalsOf(cells: readonly Cell[], at: (day: string) => number): readonly Arrival[] {
  const slots = new Map(cells.map(({ day, reporter }) => [`${reporter} ${day}`, { day, reporter }]));
  return [...slots.values()].map((slot) => ({ ...slot, at: at(slot.day) }));
}

function claimed(claim: string, reporters: readonly string[]): readonly Cell[] {
  return (CLAIMS[claim] ?? []).flatMap(([when, words]) =>
    when.flatMap((day) => reporters.flatMap((reporter) => words(day).map((cell) => ({ ...cell, reporter })))),
  );
}

/** The same on each of the last thirty days, beside the days that the claim is about. */
function lasting(claim: string, reporter: string): readonly Cell[] {
  const words = (CLAIMS[claim] ?? []).flatMap(([when, say]) =>
    when.length === 6 ? days.slice(-30).flatMap((day) => say(day)) : when.flatMap((day) => say(day)),
  );
  return words.map((cell) => ({ ...cell, reporter }));
}

const TABLE = Object.keys(DOMAINS).flatMap((domain) =>
  Object.keys(CLAIMS).map((claim) => [domain, claim] as const),
);

describe('where', () => {
  it.each(TABLE)('%s, a stranger who claims %s changes nothing', (name, claim) => {
    const domain = DOMAINS[name] as Domain;
    expect(verdictOn(domain, claimed(claim, ['liar.example']))).toEqual(verdictOn(domain));
  });

  it.each(TABLE)('%s, several strangers who claim %s change nothing', (name, claim) => {
    const domain = DOMAINS[name] as Domain;
    const liars = ['liar.example', 'sham.example', 'fake.example'];
    expect(verdictOn(domain, claimed(claim, liars))).toEqual(verdictOn(domain));
  });
});

describe('a week of reports that all come at once', () => {
  it.each(Object.keys(DOMAINS))('makes nobody a usual reporter: %s', (name) => {
    const domain = DOMAINS[name] as Domain;
    const claims = days.map((day) => aCell({ ...VENDOR, day, reporter: 'liar.example', messages: 500 }));
    expect(verdictOn(domain, claims)).toEqual(verdictOn(domain));
  });
});

/** A second reporter makes two, whoever it is; that one is needed isn't told of these. */
const BY_TWO = TABLE.filter(([name]) => !/only one|one receiver tells|begins to fail/.test(name));

describe('one who has told of plausible mail for weeks', () => {
  /** His reports come every day like anybody's. */
  const usual = everyDay(days.slice(-30), { messages: 5 }, ['patient.example']);

  function afterwards(domain: Domain, claim: string): ReturnType<typeof verdictOn> {
    return verdictOn({ ...domain, cells: [...domain.cells, ...usual, ...lasting(claim, 'patient.example')] });
  }

  // He may weigh as much as all others, and so makes it seem that less has stopped.
  const watched = BY_TWO.filter(([name]) => name !== 'a receiver has stopped');

  it.each(watched)('where %s, cannot let it pass by claiming %s, nor take it back', (name, claim) => {
    const domain = DOMAINS[name] as Domain;
    const [before, after] = [verdictOn(domain), afterwards(domain, claim)];
    expect(after).toMatchObject({ stepBackTo: before.stepBackTo });
    expect([before.kind, 'inconclusive', 'fail']).toContain(after.kind);
  });

  // Where nothing is sent, he is the only one to ask about mail that he made up.
  const sending = BY_TWO.filter(([name]) => name !== 'nothing is ever sent');

  it.each(sending)('where %s, holds nothing, but a sender by its name, by claiming %s', (name, claim) => {
    const domain = DOMAINS[name] as Domain;
    const after = afterwards(domain, claim);
    const isHeld = verdictOn(domain).kind === 'pass' && after.kind !== 'pass';
    expect(after.holds).toEqual(isHeld ? ['unclassified-source'] : after.holds);
  });
});

it('the domains are told apart: some pass, some fail, some hold', () => {
  const kinds = new Set(Object.values(DOMAINS).map((it) => verdictOn(it).kind));
  expect([...kinds].sort()).toEqual(['fail', 'inconclusive', 'pass']);
});

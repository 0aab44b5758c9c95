import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone } from '../../../test/builders/zone-questions.js';
import { aHold, aRollout, NONE, NOW, observed, reasonsOf } from '../../../test/builders/rollout.js';
import { anEvidence, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import { checkDomain } from '../checks/check-domain.js';
import type { CheckRecord } from '../checks/check-outcome.js';
import { storedCheck } from '../checks/stored-check.js';
import type { Cell } from '../evidence/cell.js';
import { DAY_MS, endOfDay, HOUR_MS } from '../instant.js';
import { decide, type Decision } from './decide.js';
import { LADDERS } from './ladder.js';
import { replay } from './replay.js';
import type { Rollout } from './rollout.js';

const SOUND: Zone = {
  'shop.example': [{ MX: [10, 'mail.shop.example'] }, { TXT: 'v=spf1 mx ~all' }],
  'mail.shop.example': [{ A: '192.0.2.10' }],
  '10.2.0.192.in-addr.arpa': [{ PTR: 'mail.shop.example' }],
};
const BROKEN_SPF: Zone = {
  ...SOUND,
  'shop.example': [{ MX: [10, 'mail.shop.example'] }, { TXT: 'v=spf1 ipv4:192.0.2.10 ~all' }],
};
const NO_SPF: Zone = { ...SOUND, 'shop.example': [{ MX: [10, 'mail.shop.example'] }] };
const NO_MX: Zone = { ...SOUND, 'shop.example': [{ TXT: 'v=spf1 a:mail.shop.example ~all' }] };

async function checksOf(zone: Zone): Promise<CheckRecord> {
  const options = { senders: [], selectors: [], mailbox: null };
  const found = await checkDomain('shop.example', options, zoneQuestions(zone), observed(NONE));
  const latest = storedCheck(found, NOW - HOUR_MS / 2);
  return { latest, earlier: [], firstAt: latest.at };
}

const DAYS = daysFrom('2026-01-15', '2026-03-12');
const UNSIGNED = everyDay(DAYS, { dkimAligned: 0 });

function decideWith(
  checks: CheckRecord | null,
  options: { readonly rollout?: Rollout; readonly cells?: readonly Cell[] } = {},
): Decision {
  const { rollout = aRollout(), cells = everyDay(DAYS) } = options;
  return decide({
    rollout,
    evidence: anEvidence(cells, { lastReportAt: NOW - HOUR_MS }),
    observed: observed(rollout.record ?? NONE),
    now: NOW,
    ...(checks === null ? {} : { checks }),
  });
}

describe('DNS checks in the rollout', () => {
  it('that are sound let a rung be taken', async () => {
    const { rollout } = decideWith(await checksOf(SOUND));
    expect(rollout.holds).toEqual([]);
    expect(rollout.change).toMatchObject({ direction: 'strengthen' });
  });

  it('with an error hold it, and say what to fix', async () => {
    const { rollout, notices } = decideWith(await checksOf(BROKEN_SPF), { cells: UNSIGNED });
    expect(rollout.change).toBeNull();
    expect(rollout.holds).toMatchObject([{ reason: 'failing-check', clearsItself: true }]);
    expect(rollout.holds[0]?.note).toContain('v=spf1 ip4:192.0.2.10 ~all');
    expect(notices).toMatchObject([{ event: 'held' }]);
  });

  it('clear their hold when the error is gone, and the rung is taken', async () => {
    const held = decideWith(await checksOf(BROKEN_SPF), { cells: UNSIGNED }).rollout;
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: held, cells: UNSIGNED });
    expect(rollout.holds).toEqual([]);
    expect(rollout.change).not.toBeNull();
  });

  it('spare a person who is asked for approval the warning of a destination that takes the reports', async () => {
    const record = 'v=DMARC1; p=none; rua=mailto:dmarc@vendor.example';
    const rollout = aRollout({ record, settings: { mode: 'supervised' } });
    const checks = await checksOf(SOUND);
    const [finding] = checks.latest!.findings;
    const taken = { ...finding!, id: 'dmarc-rua-authorized', subject: 'vendor.example' };
    const findings = [...checks.latest!.findings, taken];
    const told = (known: CheckRecord) => decideWith(known, { rollout }).notices[0]?.text;
    expect(told(checks)).toContain('it must publish');
    expect(told({ ...checks, latest: { ...checks.latest!, findings } })).toMatch(
      /^wants to publish: [^.]*rua=[^.]*\.example$/,
    );
  });

  it.each<[string, Zone, readonly Cell[], boolean]>([
    ['a missing SPF record, of mail that passes by SPF', NO_SPF, UNSIGNED, true],
    ['a broken SPF record, of mail that passes by SPF', BROKEN_SPF, UNSIGNED, true],
    ['a missing SPF record, of mail that is all signed', NO_SPF, everyDay(DAYS, { spfAligned: 0 }), false],
    ['a broken SPF record, of mail that is all signed', BROKEN_SPF, everyDay(DAYS), false],
    [
      'a missing SPF record, of a source that one reporter with a standing saw unsigned',
      NO_SPF,
      [...everyDay(DAYS), ...everyDay(DAYS, { ip: '198.51.100.7', dkimAligned: 0 }, ['big.example'])],
      true,
    ],
    [
      'a broken SPF record, of a source that signs most of its mail',
      BROKEN_SPF,
      everyDay(DAYS, { messages: 2000, dkimAligned: 1820 }),
      true,
    ],
    [
      'a broken SPF record, of a source that signs all but what may be lost',
      BROKEN_SPF,
      everyDay(DAYS, { messages: 2000, dkimAligned: 2000 }),
      false,
    ],
    [
      'a missing SPF record, of a source that a newcomer alone calls unsigned',
      NO_SPF,
      [...everyDay(DAYS), ...everyDay(DAYS.slice(-3), { dkimAligned: 0 }, ['forger.example'])],
      false,
    ],
    ['a missing MX, whatever is signed', NO_MX, everyDay(DAYS), true],
  ])('heed %s', async (_what, zone, cells, holds) => {
    expect(reasonsOf(decideWith(await checksOf(zone), { cells }).rollout).includes('failing-check')).toBe(
      holds,
    );
  });

  it('never hold a step back', async () => {
    const cells = [
      ...everyDay(daysFrom('2026-01-15', '2026-03-10')),
      ...everyDay(['2026-03-11', '2026-03-12'], { passed: 0 }),
    ];
    const record = NONE.replace('none', 'reject');
    const rollout = aRollout({ rung: 6, record, windowStart: NOW - 30 * DAY_MS });
    expect(decideWith(await checksOf(BROKEN_SPF), { rollout, cells }).rollout.change).toMatchObject({
      direction: 'weaken',
    });
  });

  it('leave a hold of the record itself alone', async () => {
    const rollout = aRollout({ holds: [aHold('failing-check', { note: 'something of a person' })] });
    for (const zone of [SOUND, NO_MX]) {
      expect(decideWith(await checksOf(zone), { rollout }).rollout.holds).toEqual(rollout.holds);
    }
  });

  it('that were not made yet hold nothing', () => {
    expect(reasonsOf(decideWith(null).rollout)).toEqual([]);
    expect(reasonsOf(decideWith({ latest: null, earlier: [], firstAt: null }).rollout)).toEqual([]);
  });
});

describe('a parked domain', () => {
  const parked = aRollout({ ladder: LADDERS.parked });
  const days = daysFrom('2026-01-15', '2026-03-12');
  const abuse = everyDay(days, { ip: '203.0.113.5', passed: 0, dkimAligned: 0, spfAligned: 0 });

  it.each([
    ['is not held for want of an SPF record or a null MX', {}],
    ['is not held by an SPF record that is broken', { 'shop.example': [{ TXT: 'v=spf1 ipv4:192.0.2.1' }] }],
    ['is not held by what can’t be looked up', { 'shop.example': ['TIMEOUT'] }],
  ] satisfies readonly (readonly [string, Zone])[])('%s', async (_what, zone) => {
    const checks = { ...(await checksOf(zone)), firstAt: NOW - 30 * DAY_MS };
    const { rollout } = decideWith(checks, { rollout: parked, cells: abuse });
    expect(reasonsOf(rollout)).not.toContain('failing-check');
  });

  it('that sends unsigned mail after all is held', async () => {
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: parked, cells: UNSIGNED });
    expect(rollout.holds[0]?.note).toMatch(/^reject needs DKIM/);
  });
});

describe('reject', () => {
  const quarantine = aRollout({ rung: 4, record: NONE.replace('none', 'quarantine') });

  it('needs aligned DKIM on each authorized source', async () => {
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: quarantine, cells: UNSIGNED });
    expect(rollout.change).toBeNull();
    expect(rollout.holds[0]?.note).toMatch(
      /^reject needs DKIM: 192\.0\.2\.0\/24 \(\d+ a week\) passes by SPF alone/,
    );
  });

  it('is not held by the word of one stranger, however loud', async () => {
    const loud = everyDay(DAYS, { messages: 800, dkimAligned: 0 }, ['loud.example']);
    const { rollout } = decideWith(await checksOf(SOUND), {
      rollout: quarantine,
      cells: [...everyDay(DAYS), ...loud],
    });
    expect(reasonsOf(rollout)).not.toContain('failing-check');
  });

  it('is taken when they sign', async () => {
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: quarantine });
    expect(rollout.change?.after).toContain('p=reject');
  });

  it('does not wait for a source that sends next to nothing', async () => {
    const few = everyDay(
      DAYS.filter((_day, at) => at % 20 === 0),
      { messages: 1, dkimAligned: 0, ip: '198.51.100.7' },
    );
    const { rollout } = decideWith(await checksOf(SOUND), {
      rollout: quarantine,
      cells: [...everyDay(DAYS), ...few],
    });
    expect(rollout.holds).toEqual([]);
  });

  it.each([0, 6])('at rung %i there is nothing to wait for', async (rung) => {
    const record = rung === 6 ? NONE.replace('none', 'reject') : NONE;
    const rollout = aRollout({ rung, record });
    const decision = decideWith(await checksOf(SOUND), { rollout, cells: UNSIGNED });
    expect(reasonsOf(decision.rollout)).not.toContain('failing-check');
  });

  it('waits in a backtest too: that needs no DNS', () => {
    const { rollout } = decideWith(null, { rollout: quarantine, cells: UNSIGNED });
    expect(rollout.holds[0]?.note).toMatch(/^reject needs DKIM/);
  });

  it('names five sources, and counts the others', async () => {
    const many = Array.from({ length: 12 }, (_, at) =>
      everyDay(DAYS.slice(-20), { ip: `198.51.${at}.7`, messages: 20, dkimAligned: 0 }),
    );
    const { rollout } = decideWith(await checksOf(SOUND), {
      rollout: quarantine,
      cells: [...everyDay(DAYS), ...many.flat()],
    });
    expect(rollout.holds[0]?.note).toMatch(/, 7 more pass by SPF alone; sign that mail as shop\.example$/);
  });

  it('is let go of by a week of signed mail', async () => {
    const cells = [
      ...everyDay(daysFrom('2026-01-15', '2026-03-05'), { dkimAligned: 0 }),
      ...everyDay(daysFrom('2026-03-06', '2026-03-12')),
    ];
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: quarantine, cells });
    expect(rollout.holds).toEqual([]);
  });
});

describe('a replay of reports', () => {
  function replayOf(cells: readonly Cell[]) {
    const days = daysFrom('2026-01-15', '2026-05-20');
    const reports = days.flatMap((day) =>
      ['big.example', 'small.example'].map((reporter) => ({
        reporter,
        arrivedAt: endOfDay(day) + 6 * HOUR_MS,
        cells: cells.filter((cell) => cell.day === day && cell.reporter === reporter),
      })),
    );
    const { domain, settings } = aRollout();
    return replay({
      domain,
      settings,
      ladder: LADDERS.rfc9989,
      reports,
      until: Date.parse('2026-05-20T00:00:00Z'),
    });
  }

  it.each([
    ['shows that unsigned mail holds reject, and from when on', 0, 'p=quarantine', true],
    ['of signed mail goes on to reject', 100, 'p=reject', false],
  ])('%s', (_what, dkimAligned, last, holds) => {
    const { holds: spans, transitions } = replayOf(
      everyDay(daysFrom('2026-01-15', '2026-05-20'), { dkimAligned }),
    );
    expect(transitions.at(-1)?.record).toMatch(new RegExp(`${last};`));
    expect(
      spans.some(({ note, to }) => note.startsWith('reject needs DKIM: 192.0.2.0/24') && to === null),
    ).toBe(holds);
  });
});

describe('reject for subdomains', () => {
  const news = everyDay(DAYS, { ip: '198.51.100.7', headerFrom: 'news.shop.example', dkimAligned: 0 });
  const failing = everyDay(DAYS, { ip: '198.51.100.9', headerFrom: 'old.shop.example', passed: 0 });
  const lost = /^reject needs DKIM: .* for news\.shop\.example .* sign that mail as news\.shop\.example$/;

  function standing(rung: number, policy: string) {
    return aRollout({ rung, record: NONE.replace('p=none', policy) });
  }

  it.each<[string, Rollout, readonly Cell[], boolean]>([
    ['comes with that of the domain', standing(4, 'p=quarantine'), news, true],
    ['comes with that of the domain, in part at first', standing(5, 'p=reject; pct=25; t=y'), news, true],
    [
      'comes with that of the domain, where sp follows p',
      standing(4, 'p=quarantine; sp=quarantine'),
      news,
      true,
    ],
    ['is not near', standing(3, 'p=quarantine; pct=50; t=y'), news, false],
    ['stays away while sp is held back', standing(4, 'p=quarantine; sp=none'), [...news, ...failing], false],
    ['is there already', standing(6, 'p=reject'), news, false],
    ['was there before that of the domain', standing(4, 'p=quarantine; sp=reject'), news, false],
    [
      'follows that of the domain',
      { ...standing(6, 'p=reject; sp=quarantine'), windowStart: NOW - 42 * DAY_MS },
      news,
      true,
    ],
    [
      'is not what their signed mail is lost by',
      standing(4, 'p=quarantine'),
      everyDay(DAYS, { headerFrom: 'news.shop.example' }),
      false,
    ],
  ])('that %s', async (_what, rollout, subdomain, holds) => {
    const { rollout: decided } = decideWith(await checksOf(SOUND), {
      rollout,
      cells: [...everyDay(DAYS), ...subdomain],
    });
    const note = decided.holds.find(({ reason }) => reason === 'failing-check')?.note ?? '';
    expect(lost.test(note)).toBe(holds);
  });
});

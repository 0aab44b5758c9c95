import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone } from '../../../test/builders/zone-questions.js';
import { aHold, aRollout, NONE, NOW, observed, reasonsOf } from '../../../test/builders/rollout.js';
import { anEvidence, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import { checkDomain } from '../checks/check-domain.js';
import type { CheckRecord } from '../checks/check-outcome.js';
import { storedCheck } from '../checks/stored-check.js';
import type { Cell } from '../evidence/cell.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { decide, type Decision } from './decide.js';
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

async function checksOf(zone: Zone): Promise<CheckRecord> {
  const options = { senders: [], selectors: [], mailbox: null };
  const found = await checkDomain('shop.example', options, zoneQuestions(zone), observed(NONE));
  const latest = storedCheck(found, NOW - HOUR_MS / 2);
  return { latest, lastComplete: latest.isComplete ? latest : null };
}

const DAYS = daysFrom('2026-01-15', '2026-03-12');

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
    const { rollout, notices } = decideWith(await checksOf(BROKEN_SPF));
    expect(rollout.change).toBeNull();
    expect(rollout.holds).toMatchObject([{ reason: 'failing-check', clearsItself: true }]);
    expect(rollout.holds[0]?.note).toContain('v=spf1 ip4:192.0.2.10 ~all');
    expect(notices).toMatchObject([{ event: 'held' }]);
  });

  it('clear their hold when the error is gone, and the rung is taken', async () => {
    const held = decideWith(await checksOf(BROKEN_SPF)).rollout;
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: held });
    expect(rollout.holds).toEqual([]);
    expect(rollout.change).not.toBeNull();
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
    for (const zone of [SOUND, BROKEN_SPF]) {
      expect(decideWith(await checksOf(zone), { rollout }).rollout.holds).toEqual(rollout.holds);
    }
  });

  it('that nobody makes, as in a backtest, hold nothing', () => {
    expect(reasonsOf(decideWith(null).rollout)).toEqual([]);
    expect(reasonsOf(decideWith({ latest: null, lastComplete: null }).rollout)).toEqual(['failing-check']);
  });
});

describe('reject', () => {
  const quarantine = aRollout({ rung: 4, record: NONE.replace('none', 'quarantine') });
  const unsigned = everyDay(DAYS, { dkimAligned: 0 });

  it('needs aligned DKIM on each authorized source', async () => {
    const { rollout } = decideWith(await checksOf(SOUND), { rollout: quarantine, cells: unsigned });
    expect(rollout.change).toBeNull();
    expect(rollout.holds[0]?.note).toMatch(
      /^reject needs DKIM: 192\.0\.2\.0\/24 \(\d+ a week\) passes by SPF alone/,
    );
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
    const decision = decideWith(await checksOf(SOUND), { rollout, cells: unsigned });
    expect(reasonsOf(decision.rollout)).not.toContain('failing-check');
  });
});

import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../test/builders/zone-questions.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { checksHold, isCheckDue } from './check-outcome.js';
import { checkDkim } from './dkim/check-dkim.js';
import type { CheckedSelector } from './dkim/selectors.js';
import type { Finding } from './finding.js';
import { checkSpf } from './spf/check-spf.js';
import { isWeighed, type StoredCheck } from './stored-check.js';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const ROLLOUT = { isParked: false, enrolledAt: NOW - 90 * DAY_MS };

const { tree } = await checkSpf('shop.example', zoneQuestions({}));

function finding(id: string, severity: Finding['severity'], patch: Partial<Finding> = {}): Finding {
  const check = id.slice(0, id.indexOf('-')) as Finding['check'];
  return { check, id, severity, message: `${id} it is.`, record: null, clause: null, fix: null, ...patch };
}

function checked(findings: readonly Finding[], hoursAgo = 1): StoredCheck {
  const isComplete = !findings.some((it) => it.severity === 'unknown' && isWeighed(it));
  return {
    domain: 'shop.example',
    at: NOW - hoursAgo * HOUR_MS,
    status: 'ok',
    isComplete,
    findings,
    spf: [],
    spfTree: tree,
  };
}

const GOOD = checked([finding('spf-record', 'ok'), finding('mx-hosts', 'ok')]);

describe('what the checks hold', () => {
  it.each(['rdns-missing', 'mx-alias', 'spf-syntax', 'dkim-missing'])(
    '%s holds, and says what to fix',
    (id) => {
      const latest = checked([finding(id, 'error', { fix: 'Mend it.' })]);
      expect(checksHold({ latest, lastComplete: latest }, ROLLOUT, NOW)).toContain(`${id} it is. Mend it.`);
    },
  );

  it.each([
    ['a warning', finding('spf-ptr', 'warning')],
    ['an error of the DMARC record, which has holds of its own', finding('dmarc-rua-unauthorized', 'error')],
    ['what is fine', finding('mx-hosts', 'ok')],
  ])('%s holds nothing', (_what, found) => {
    const latest = checked([found]);
    expect(checksHold({ latest, lastComplete: latest }, ROLLOUT, NOW)).toBeNull();
  });

  it('the name of a vendor’s address holds nothing while one that sends too is right', () => {
    const wrong = finding('rdns-missing', 'error');
    const alone = checked([wrong]);
    const beside = checked([finding('rdns-confirmed', 'ok'), wrong]);
    expect(checksHold({ latest: alone, lastComplete: alone }, ROLLOUT, NOW)).toContain('reverse DNS');
    expect(checksHold({ latest: beside, lastComplete: beside }, ROLLOUT, NOW)).toBeNull();
  });

  it.each(['rdns-unknown', 'mx-host-unknown', 'dkim-common-unknown'])('%s leaves a check complete', (id) => {
    expect(checked([finding(id, 'unknown')]).isComplete).toBe(true);
  });

  it('names three errors, and counts the others', () => {
    const latest = checked(
      ['mx-alias', 'mx-ip-literal', 'spf-syntax', 'spf-plus-all', 'rdns-missing'].map((id) =>
        finding(id, 'error'),
      ),
    );
    const note = checksHold({ latest, lastComplete: latest }, ROLLOUT, NOW);
    expect(note).toMatch(/MX: mx-alias it is\.; MX: .*; SPF: spf-syntax it is\.; and 2 more$/);
  });

  it('hostile records make no endless notes', () => {
    const latest = checked([finding('spf-syntax', 'error', { message: 'x'.repeat(5000) })]);
    expect(checksHold({ latest, lastComplete: latest }, ROLLOUT, NOW)?.length).toBeLessThan(400);
  });

  it.each(['mx-missing', 'mx-implicit', 'spf-missing'])('%s says nothing of a parked domain', (id) => {
    const latest = checked([finding(id, 'error')]);
    expect(checksHold({ latest, lastComplete: latest }, ROLLOUT, NOW)).not.toBeNull();
    expect(checksHold({ latest, lastComplete: latest }, { ...ROLLOUT, isParked: true }, NOW)).toBeNull();
  });
});

describe('a look-up that failed', () => {
  const open = checked([finding('spf-unknown', 'unknown')]);

  it('holds nothing while the last complete check is young', () => {
    const lastComplete = checked(GOOD.findings, 3 * 24 - 1);
    expect(checksHold({ latest: open, lastComplete }, ROLLOUT, NOW)).toBeNull();
  });

  it('does not pass as checked after 3 days', () => {
    const lastComplete = checked(GOOD.findings, 3 * 24 + 1);
    expect(checksHold({ latest: open, lastComplete }, ROLLOUT, NOW)).toMatch(
      /last on 2026-04-28: spf-unknown it is\./,
    );
  });

  it('takes no error back that was found before', () => {
    const lastComplete = checked([finding('spf-syntax', 'error')], 24);
    expect(checksHold({ latest: open, lastComplete }, ROLLOUT, NOW)).toContain('spf-syntax');
  });

  it('hides no error that was found beside it', () => {
    const latest = checked([finding('spf-unknown', 'unknown'), finding('mx-alias', 'error')]);
    expect(checksHold({ latest, lastComplete: GOOD }, ROLLOUT, NOW)).toContain('mx-alias');
  });

  it('of what is there for information only leaves nothing open', () => {
    const ids = ['dkim-common-unknown', 'mx-mta-sts-unknown', 'mx-tls-rpt-unknown', 'dmarc-bimi-unknown'];
    expect(checked(ids.map((id) => finding(id, 'unknown'))).isComplete).toBe(true);
    expect(open.isComplete).toBe(false);
  });
});

describe('a domain that was never checked', () => {
  const NEVER = { latest: null, lastComplete: null };

  it('has 3 days from its enrolment', () => {
    expect(checksHold(NEVER, { ...ROLLOUT, enrolledAt: NOW - 2 * DAY_MS }, NOW)).toBeNull();
    expect(checksHold(NEVER, ROLLOUT, NOW)).toContain('never');
  });
});

describe('DKIM keys', () => {
  const zone = { 'mail._domainkey.shop.example': [{ TXT: 'v=DKIM1; p=broken' }] };

  it.each<[string, readonly CheckedSelector[], boolean]>([
    ['that mail was signed with hold when they are broken', [{ name: 'mail', from: 'evidence' }], true],
    ['that mail was signed with hold when they are gone', [{ name: 'gone', from: 'evidence' }], true],
    ['that were only guessed hold nothing', [], false],
  ])('%s', async (_what, selectors, holds) => {
    const latest = checked(await checkDkim('shop.example', selectors, zoneQuestions(zone)));
    expect(latest.findings.some(({ severity }) => severity === 'error')).toBe(true);
    expect(checksHold({ latest, lastComplete: latest }, ROLLOUT, NOW) !== null).toBe(holds);
  });
});

describe('when to check', () => {
  const uneasy = { ...GOOD, status: 'error' as const };
  const open = { ...GOOD, isComplete: false };

  it.each<[string, StoredCheck | null, number, boolean, boolean]>([
    ['never checked', null, 0, false, true],
    ['all well, an hour ago', GOOD, 1, false, false],
    ['all well, a day ago', GOOD, 24, false, true],
    ['before a rung, minutes ago', GOOD, 0.5, true, false],
    ['before a rung, an hour ago', GOOD, 1, true, true],
    ['errors, minutes ago', uneasy, 0.5, false, false],
    ['errors, an hour ago', uneasy, 1, false, true],
    ['something open, an hour ago', open, 1, false, true],
  ])('%s', (_what, check, hoursAgo, isAboutToStrengthen, due) => {
    const latest = check === null ? null : { ...check, at: NOW - hoursAgo * HOUR_MS };
    expect(isCheckDue({ latest }, { isAboutToStrengthen, now: NOW })).toBe(due);
  });
});

import { describe, expect, it } from 'vitest';
import { checked, finding, holdOf, MAIL, NOW } from '../../../test/builders/checks.js';
import { zoneQuestions, type Zone } from '../../../test/builders/zone-questions.js';
import { observed } from '../../../test/builders/rollout.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { checkDomain } from './check-domain.js';
import type { CheckedMail } from './check-outcome.js';
import { storedCheck, type StoredCheck } from './stored-check.js';

describe('an address that does not pass SPF', () => {
  const message = 'Mail from 192.0.2.1 fails SPF: -all.';
  const fails = finding('spf-sender-fail', 'error', { subject: '192.0.2.1', message });
  const now = checked([fails], 1, { spf: [{ ip: '192.0.2.1', result: 'fail' }] });
  const before = (result: 'pass' | 'fail', hoursAgo = 25) =>
    checked([], hoursAgo, { spf: [{ ip: '192.0.2.1', result }] });

  it('holds when it did pass lately, and its mail passes by SPF alone', () => {
    expect(holdOf(MAIL, now, before('pass'))).toContain('Mail from 192.0.2.1 fails SPF');
  });

  it.each<[string, CheckedMail, readonly StoredCheck[]]>([
    ['that never passed by this record, but by that of a subdomain', MAIL, [before('fail')]],
    ['of which nothing was known', MAIL, []],
    ['that passed long ago', MAIL, [before('fail'), before('pass', 80)]],
    [
      'whose mail is signed',
      { ...MAIL, onSpfAlone: new Map([['192.0.2.11', '2026-04-30']]) },
      [before('pass')],
    ],
    ['of a domain that needs no SPF', { ...MAIL, needsSpf: false }, [before('pass')]],
  ])('holds nothing when it is one %s', (_what, mail, earlier) => {
    expect(holdOf(mail, now, ...earlier)).toBeNull();
  });

  it('holds on for as long as nothing is mended', () => {
    const passedAt = NOW - 20 * DAY_MS;
    const latest = { ...now, spf: [{ ip: '192.0.2.1', result: 'fail', passedAt } as const] };
    const silent = { ...MAIL, onSpfAlone: new Map([['192.0.2.1', '2026-04-10']]) };
    expect(holdOf(silent, latest)).toContain('Mail from 192.0.2.1');
    expect(holdOf({ ...silent, onSpfAlone: new Map() }, latest)).toBeNull();
  });

  it('holds no longer when its mail passes days later all the same, by the record of a subdomain', () => {
    const at = (days: number) => ({
      ...now,
      spf: [{ ip: '192.0.2.1', result: 'fail', passedAt: NOW - days * DAY_MS } as const],
    });
    expect(holdOf(MAIL, at(3))).not.toBeNull();
    expect(holdOf(MAIL, at(4))).toBeNull();
  });

  it.each(['-all', '~all', '?all'])('is told by the check as it is looked for here: %s', async (all) => {
    const at = async (text: string, hoursAgo: number) => {
      const zone: Zone = { 'shop.example': [{ MX: [0, ''] }, { TXT: text }] };
      const options = { senders: ['192.0.2.1'], selectors: [], mailbox: null };
      const found = await checkDomain(
        'shop.example',
        options,
        zoneQuestions(zone),
        observed('v=DMARC1; p=none'),
      );
      const findings = found.findings.filter(({ check }) => check === 'spf');
      return { ...storedCheck(found, NOW - hoursAgo * HOUR_MS), findings };
    };
    const passed = await at(`v=spf1 ip4:192.0.2.1 ${all}`, 25);
    const taken = await at(`v=spf1 ip4:192.0.2.9 ${all}`, 1);
    expect(holdOf(MAIL, taken, passed)).toContain('ip4:192.0.2.1');
    expect(holdOf(MAIL, taken)).toBeNull();
  });

  it('is over when it passes again, though another look-up failed', async () => {
    const open = finding('spf-unknown', 'unknown', { subject: 'b.example', record: 'v=spf1 ip4:192.0.2.1' });
    const mended = checked([open], 0.5, { spf: [{ ip: '192.0.2.1', result: 'pass' }] });
    const record = finding('spf-record', 'ok', { record: open.record });
    expect(holdOf(MAIL, mended, { ...now, findings: [record, fails] }, before('pass'))).toBeNull();
  });

  it('counts on while nobody can say whether it passes now', () => {
    const open = finding('spf-sender-unknown', 'unknown', { subject: '192.0.2.1' });
    const unknown = checked([open], 0.5, { spf: [{ ip: '192.0.2.1', result: 'temperror' }] });
    expect(holdOf(MAIL, unknown, now, before('pass'))).toContain('Mail from 192.0.2.1');
  });

  it('may be any, where a finding was stored without its subject', () => {
    const old = { ...now, findings: [{ ...fails, subject: null }] };
    expect(holdOf(MAIL, old, before('pass'))).not.toBeNull();
    expect(
      holdOf({ ...MAIL, onSpfAlone: new Map([['192.0.2.11', '2026-04-30']]) }, old, before('pass')),
    ).toBeNull();
  });

  it('still holds an hour later', () => {
    const again = checked([fails], 0.2, { spf: [{ ip: '192.0.2.1', result: 'fail' }] });
    expect(holdOf(MAIL, again, now, before('pass'))).not.toBeNull();
  });
});

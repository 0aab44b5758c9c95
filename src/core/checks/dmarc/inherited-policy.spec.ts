import { describe, expect, it } from 'vitest';
import { check, HOST, idsOf, MX, NAME, RUA } from '../../../../test/builders/dmarc-zone.js';
import type { Zone } from '../../../../test/builders/zone-questions.js';

describe('a subdomain without a record', () => {
  const SUB = 'a.mail.example.com';
  const org = (text: string): Zone => ({ [NAME]: [{ TXT: text }], [SUB]: [MX] });

  it.each<[string, Zone, readonly string[]]>([
    [
      'takes that of the Organizational Domain',
      org('v=DMARC1; p=reject; sp=quarantine'),
      ['dmarc-inherited'],
    ],
    ['has none when that has none', { [SUB]: [MX] }, ['dmarc-missing']],
    ['may have none, as far as is known', { [SUB]: [MX], [NAME]: ['TIMEOUT'] }, ['dmarc-walk-unknown']],
    [
      'is not under a record between',
      { ...org('v=DMARC1; p=reject'), '_dmarc.mail.example.com': [{ TXT: 'v=DMARC1; p=none' }] },
      ['dmarc-inherited', 'dmarc-passed-over'],
    ],
    [
      'is under a record between that says psd=n, for new receivers',
      { ...org('v=DMARC1; p=reject'), '_dmarc.mail.example.com': [{ TXT: 'v=DMARC1; p=none; psd=n' }] },
      ['dmarc-inherited', 'dmarc-found-apart'],
    ],
  ])('%s', async (_what, zone, ids) => {
    expect(await idsOf(zone, SUB)).toEqual(ids);
  });

  it.each<[string, Zone, string]>([
    [
      'sp, when it exists',
      org('v=DMARC1; p=reject; sp=quarantine; np=none'),
      'Failing mail of subdomains: all receivers quarantine all of it.',
    ],
    [
      'np, when it does not exist, by new receivers',
      { [NAME]: [{ TXT: 'v=DMARC1; p=none; sp=quarantine; np=reject' }] },
      "Failing mail of subdomains that don't exist: receivers of the old kind (RFC 7489) quarantine all of it; those of the new kind (RFC 9989) reject all of it; those that know neither pct nor t quarantine all of it.",
    ],
  ])('is treated by %s', async (_what, zone, message) => {
    const findings = await check(zone, SUB);
    expect(findings.find(({ id }) => id === 'dmarc-receivers')?.message).toBe(message);
  });

  it('has no use for sp in a record of its own', async () => {
    const above = { '_dmarc.example.com': [{ TXT: 'v=DMARC1; p=none' }] };
    const zone = { ...above, [`_dmarc.${SUB}`]: [{ TXT: `v=DMARC1; p=none; sp=reject; ${RUA}` }], ...HOST };
    expect(await idsOf(zone, SUB)).toEqual(['dmarc-unused-subdomain-policy']);
  });
});

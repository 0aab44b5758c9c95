import { describe, expect, it } from 'vitest';
import { at, check, D, idsOf, MX, NAME, OUT, PERMISSION, RUA } from '../../../../test/builders/dmarc-zone.js';
import type { Zone } from '../../../../test/builders/zone-questions.js';
import { overallStatus, type Severity } from '../finding.js';

describe('checkDestinations', () => {
  it.each<[string, Zone, readonly string[], Severity]>([
    [
      'a host without mail',
      { [NAME]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }] },
      ['dmarc-rua-unreachable'],
      'error',
    ],
    [
      'a host with an address only',
      { [NAME]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }], [D]: [{ AAAA: '2001:db8::1' }] },
      [],
      'info',
    ],
    [
      'a null MX',
      { [NAME]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }], [D]: [{ MX: [0, '.'] }] },
      ['dmarc-rua-unreachable'],
      'error',
    ],
    [
      'a host that could not be looked up',
      { [NAME]: [{ TXT: `v=DMARC1; p=none; ${RUA}` }], [D]: ['TIMEOUT'] },
      ['dmarc-rua-unknown'],
      'unknown',
    ],
    [
      'failure reports that can not arrive',
      at(`v=DMARC1; p=none; ${RUA}; ruf=mailto:f@gone.example.com`),
      ['dmarc-ruf-unreachable'],
      'warning',
    ],
    [
      'another host of the same organization',
      { ...at('v=DMARC1; p=none; rua=mailto:d@mail.example.com'), 'mail.example.com': [{ A: '192.0.2.1' }] },
      [],
      'info',
    ],
    [
      'an external host that says nothing',
      { ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'), ...OUT },
      ['dmarc-rua-unauthorized'],
      'error',
    ],
    [
      'one that says something else',
      {
        ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'),
        ...OUT,
        [PERMISSION]: [{ TXT: 'v=dmarc1' }],
      },
      ['dmarc-rua-unauthorized'],
      'error',
    ],
    [
      'one that wants reports',
      {
        ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'),
        ...OUT,
        [PERMISSION]: [{ TXT: 'v=DMARC1' }],
      },
      ['dmarc-rua-authorized'],
      'info',
    ],
    [
      'one that could not be looked up',
      { ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'), ...OUT, [PERMISSION]: ['TIMEOUT'] },
      ['dmarc-rua-unknown'],
      'unknown',
    ],
    [
      'one that sends them on',
      {
        ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'),
        ...OUT,
        [PERMISSION]: [{ TXT: 'v=DMARC1; rua=mailto:e@reports.example.net' }],
      },
      ['dmarc-rua-authorized', 'dmarc-rua-override'],
      'info',
    ],
    [
      'one that sends them elsewhere',
      {
        ...at('v=DMARC1; p=none; rua=mailto:d@reports.example.net'),
        ...OUT,
        [PERMISSION]: [{ TXT: 'v=DMARC1; rua=mailto:e@victim.example' }],
      },
      ['dmarc-rua-authorized', 'dmarc-rua-override-elsewhere'],
      'error',
    ],
    [
      'one for failure reports',
      { ...at(`v=DMARC1; p=none; ${RUA}; ruf=mailto:d@reports.example.net`), ...OUT },
      ['dmarc-ruf-unauthorized'],
      'warning',
    ],
  ])('reports to %s', async (_what, zone, ids, status) => {
    expect(await idsOf(zone)).toEqual(ids);
    expect(overallStatus(await check(zone))).toBe(status);
  });

  const SUB = 'news.example.com';
  const own = (text: string): Zone => ({
    [`_dmarc.${SUB}`]: [{ TXT: `v=DMARC1; p=none; ${RUA}${text}` }],
    [D]: [MX],
  });
  const above: Zone = { [NAME]: [{ TXT: 'v=DMARC1; p=none' }] };

  it.each<[string, Zone, string | null]>([
    ['a record above makes them one', { ...own(''), ...above }, null],
    ['no record above makes them one', own(''), 'Receivers of the new kind send none there'],
    [
      'one of them is an organization of its own',
      { ...own('; psd=n'), ...above },
      'Receivers of the new kind send none there',
    ],
    ['nobody can say', { ...own(''), [NAME]: ['TIMEOUT'] }, null],
  ])('compares Organizational Domains as the tree walk finds them: %s', async (_what, zone, words) => {
    const found = (await check(zone, SUB)).find(({ id }) => id === 'dmarc-rua-unauthorized');
    expect(found?.severity).toBe(words === null ? undefined : 'warning');
    expect(found?.message ?? '').toContain(words ?? '');
  });

  it('knows receivers that have the Public Suffix List only', async () => {
    // The list has two organizations where the only record above makes one.
    const zone: Zone = {
      '_dmarc.x.a.github.io': [{ TXT: 'v=DMARC1; p=none; rua=mailto:d@b.github.io' }],
      '_dmarc.github.io': [{ TXT: 'v=DMARC1; p=none' }],
      'b.github.io': [MX],
    };
    const found = (await check(zone, 'x.a.github.io')).find(({ id }) => id === 'dmarc-rua-unauthorized');
    expect(found).toMatchObject({ severity: 'warning', message: expect.stringContaining('of the old kind') });
  });
});

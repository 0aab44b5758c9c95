import { describe, expect, it } from 'vitest';
import { at, check, D, idsOf, NAME, OUT, PERMISSION, RUA } from '../../../../test/builders/dmarc-zone.js';
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
});

import { aRecord, aReport } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.js';
import type { ReportRecord } from '../report/report.js';
import { reportCells } from './report-cells.js';

const OWN_PASS = { domain: 'shop.example', selector: 's', result: 'pass' };
const OWN_FAIL = { ...OWN_PASS, result: 'fail' };
const VENDOR_PASS = { ...OWN_PASS, domain: 'mail.vendor.example' };
const SPF_PASS = { domain: 'shop.example', scope: 'mfrom', result: 'pass' } as const;
const SPF_FAIL = { ...SPF_PASS, result: 'fail' };
const SPF_VENDOR = { ...SPF_PASS, domain: 'bounce.vendor.example' };

type Counts = Partial<Omit<Cell, 'day' | 'reporter' | 'headerFrom' | 'ip' | 'messages'>>;
const NOTHING = {
  passed: 0,
  dkimAligned: 0,
  spfAligned: 0,
  forwarded: 0,
  brokenSignature: 0,
  indirect: 0,
  disputed: 0,
  authenticatedAs: null,
};

const FAILS = { dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [SPF_FAIL] };

const ROWS: readonly (readonly [string, Partial<ReportRecord>, Counts])[] = [
  ['passes by both', {}, { passed: 10, dkimAligned: 10, spfAligned: 10 }],
  [
    'passes by DKIM alone while SPF passes for nobody: forwarded',
    { spf: 'fail', spfResults: [SPF_FAIL] },
    { passed: 10, dkimAligned: 10, forwarded: 10 },
  ],
  [
    "passes by DKIM from a vendor's envelope: not forwarded",
    { spf: 'fail', dkimResults: [OWN_PASS], spfResults: [SPF_VENDOR] },
    { passed: 10, dkimAligned: 10, authenticatedAs: 'vendor.example' },
  ],
  ['passes by SPF alone', { dkim: 'fail', dkimResults: [] }, { passed: 10, spfAligned: 10 }],
  [
    'authenticates as its vendor and not as the author',
    { dkim: 'fail', spf: 'fail', dkimResults: [VENDOR_PASS], spfResults: [SPF_VENDOR] },
    { authenticatedAs: 'vendor.example' },
  ],
  [
    'carries our signature broken, through a list that authenticates as itself',
    { dkim: 'fail', spf: 'fail', dkimResults: [OWN_FAIL, VENDOR_PASS], spfResults: [SPF_VENDOR] },
    { brokenSignature: 10, authenticatedAs: 'vendor.example' },
  ],
  [
    'fails and authenticates as nobody',
    { dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [SPF_FAIL] },
    {},
  ],
  [
    'is said to pass, but no raw result is aligned: disputed',
    { dkimResults: [VENDOR_PASS], spfResults: [SPF_VENDOR] },
    { disputed: 10, authenticatedAs: 'vendor.example' },
  ],
  ['is said to fail, but a raw result is aligned: disputed', { dkim: 'fail', spf: 'fail' }, { disputed: 10 }],
  [
    'is said to pass and has no raw results at all: the word stands',
    { dkimResults: [], spfResults: [] },
    { passed: 10, dkimAligned: 10, spfAligned: 10 },
  ],
  [
    'was let through by a local policy: that is no pass',
    {
      dkim: 'fail',
      spf: 'fail',
      disposition: 'none',
      reasons: [{ type: 'local_policy', comment: null }],
      dkimResults: [],
      spfResults: [SPF_FAIL],
    },
    {},
  ],
  ...(['forwarded', 'mailing_list', 'trusted_forwarder'] as const).map(
    (type) =>
      [
        `a receiver calls ${type}: it came indirectly`,
        { ...FAILS, reasons: [{ type, comment: null }] },
        { indirect: 10 },
      ] as const,
  ),
  [
    'a receiver let through for its ARC chain: it came indirectly',
    { ...FAILS, reasons: [{ type: 'local_policy', comment: 'arc=pass (i=1 spf=pass)' }] },
    { indirect: 10 },
  ],
  [
    'was sampled out: that tells nothing of how it came',
    { ...FAILS, reasons: [{ type: 'sampled_out', comment: 'arc=pass' }] },
    {},
  ],
  [
    'passes, though it came by a list: nothing is broken',
    { reasons: [{ type: 'mailing_list', comment: null }] },
    { passed: 10, dkimAligned: 10, spfAligned: 10 },
  ],
  [
    'was refused although it passed: still a pass',
    { disposition: 'reject' },
    { passed: 10, dkimAligned: 10, spfAligned: 10 },
  ],
  [
    'passes SPF by its HELO name beside a failing envelope: not a pass of SPF',
    {
      dkim: 'fail',
      dkimResults: [],
      spfResults: [SPF_FAIL, { ...SPF_PASS, scope: 'helo' }],
    },
    { disputed: 10 },
  ],
];

describe('reportCells', () => {
  it.each(ROWS)('a row that %s', (_title, record, counts) => {
    const [cell] = reportCells(aReport({ records: [aRecord(record)] }), 'big.example');
    expect(cell).toEqual({
      ...NOTHING,
      day: '2026-03-10',
      reporter: 'big.example',
      headerFrom: 'shop.example',
      ip: '192.0.2.10',
      messages: 10,
      ...counts,
    });
  });

  it('strict alignment of the published policy is heeded', () => {
    const under = { ...OWN_PASS, domain: 'mail.shop.example' };
    const record = aRecord({ spf: 'fail', dkimResults: [under], spfResults: [SPF_FAIL] });
    const { policy } = aReport();
    const passedUnder = (adkim: 'r' | 's'): number | undefined =>
      reportCells(aReport({ policy: { ...policy, adkim }, records: [record] }), 'big.example')[0]?.passed;
    expect([passedUnder('r'), passedUnder('s')]).toEqual([10, 0]);
  });

  it('adds up rows of one address, author and identity, and keeps others apart', () => {
    const records = [
      aRecord(),
      aRecord({ count: 5, dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [SPF_FAIL] }),
      aRecord({ sourceIp: '192.0.2.11' }),
      aRecord({ headerFrom: 'news.shop.example' }),
      aRecord({ spf: 'fail', spfResults: [SPF_VENDOR] }),
    ];
    const cells = reportCells(aReport({ records }), 'big.example');
    expect(cells.map((it) => [it.ip, it.headerFrom, it.authenticatedAs, it.messages, it.passed])).toEqual([
      ['192.0.2.10', 'shop.example', null, 15, 10],
      ['192.0.2.11', 'shop.example', null, 10, 10],
      ['192.0.2.10', 'news.shop.example', null, 10, 10],
      ['192.0.2.10', 'shop.example', 'vendor.example', 10, 10],
    ]);
  });

  it.each([
    ['a UTC day', '2026-03-10T00:00:00Z', 24, '2026-03-10'],
    ['a day that begins an hour early', '2026-03-09T23:00:00Z', 24, '2026-03-10'],
    ['a day that begins two hours early', '2026-03-09T22:00:00Z', 24, '2026-03-10'],
    ['a day that begins more than two hours early', '2026-03-09T21:59:59Z', 24, '2026-03-09'],
    ['a Californian day', '2026-03-10T07:00:00Z', 24, '2026-03-10'],
    ['a Sydney day', '2026-03-09T14:00:00Z', 24, '2026-03-09'],
    ['one hour', '2026-03-10T22:30:00Z', 1, '2026-03-11'],
    ['26 hours', '2026-03-10T00:00:00Z', 26, '2026-03-10'],
  ])('%s is put to the day that most of it lies in', (_title, from, hours, day) => {
    const begin = Date.parse(from) / 1000;
    const [cell] = reportCells(aReport({ begin, end: begin + hours * 3600 }), 'big.example');
    expect(cell?.day).toBe(day);
  });

  it.each([26.001, 48, 24 * 7])(
    'a report over %d hours cannot be put to a day and counts nothing',
    (hours) => {
      const { begin } = aReport();
      expect(reportCells(aReport({ end: begin + hours * 3600 }), 'big.example')).toEqual([]);
    },
  );
});

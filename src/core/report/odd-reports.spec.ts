import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS } from './limits.js';
import { readReport } from './read-report.js';
import type { ReadOutcome, ReportRecord } from './report.js';
import { ParsedReading, WalkReading, type ReportReading } from './report-reading.js';

const FIXTURES = new URL('../../../test/fixtures/reports/', import.meta.url);

function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), 'utf8');
}

function read(name: string): ReadOutcome {
  return readReport(fixture(name));
}

/** The one report whose oddities are none, with the rows that most others have one of. */
const plain = read('plain.xml');
const [row] = plain.status === 'rejected' ? [] : plain.report.records;

/** Rows as the plain one, but for what is named. */
function rows(...others: readonly Partial<ReportRecord>[]): { readonly records: readonly unknown[] } {
  return { records: others.map((other) => ({ ...row, ...other })) };
}

/** What a reporter does, its fixture, and what is read of it beside the plain row. */
type Odd = readonly [title: string, file: string, expected: object];

const heads: readonly Odd[] = [
  [
    'a policy of nothing but its domain',
    'policy-with-domain-only.xml',
    { policy: { p: null, sp: null, np: null, pct: null, adkim: 'r', aspf: 'r', testing: null } },
  ],
  [
    'alignment modes spelt out',
    'policy-modes-spelt-out.xml',
    { policy: { p: 'none', sp: null, adkim: 's', aspf: 'r' } },
  ],
  [
    'words that are no policy and no alignment mode',
    'policy-modes-unknown.xml',
    { policy: { p: null, sp: null, adkim: 'r', aspf: 'r' } },
  ],
  ['a pct in words', 'pct-not-a-number.xml', { policy: { p: 'quarantine', pct: null } }],
  ['a pct of 1000', 'pct-over-100.xml', { policy: { p: 'quarantine', pct: null } }],
  [
    'rf, ri and fo',
    'policy-with-rf-ri-fo.xml',
    { policy: { p: 'reject', sp: 'quarantine', aspf: 's', pct: 25 } },
  ],
  [
    'RFC 9990 by discovery_method alone, with np',
    'rfc9990-discovery-and-np.xml',
    { schema: 'rfc9990', policy: { sp: 'quarantine', np: 'reject', testing: null } },
  ],
  [
    'RFC 9990 extensions with elements named like ours',
    'rfc9990-extensions.xml',
    { schema: 'rfc9990', reportId: 'r-1', ...rows({}) },
  ],
  [
    'unknown elements everywhere',
    'unknown-elements-everywhere.xml',
    { orgName: 'Example Mail', ...rows({}) },
  ],
  [
    'metadata with errors, a contact and a generator',
    'metadata-with-errors.xml',
    { reportId: 'r-1', ...rows({}) },
  ],
  ['a version', 'version-element.xml', { schema: 'rfc7489', ...rows({}) }],
  ['data_range for date_range', 'data-range-for-date-range.xml', { begin: 1767225600, end: 1767311999 }],
  [
    'white space around all values',
    'whitespace-around-values.xml',
    {
      orgName: 'Example Mail',
      email: 'dmarc@reporter.example',
      reportId: 'r-1',
      end: 1767311999,
      policy: { domain: 'example.org', p: 'none', pct: 100 },
      ...rows({}),
    },
  ],
  ['comments between and in values', 'comments-in-values.xml', { orgName: 'Example Mail', ...rows({}) }],
  [
    'values in CDATA',
    'cdata-values.xml',
    { orgName: 'Smith & Sons', email: 'dmarc@reporter.example', ...rows({}) },
  ],
  ['AOL: a schema instance namespace only', 'aol-xsi-namespace.xml', { schema: 'rfc7489', ...rows({}) }],
  ['no XML declaration', 'no-declaration.xml', rows({})],
  ['CRLF', 'crlf.xml', { orgName: 'Example Mail', ...rows({}) }],
  ['no email', 'missing-email.xml', { orgName: 'Example Mail', email: null }],
  ['no org_name', 'missing-org-name.xml', { orgName: 'dmarc@reporter.example' }],
  ['what is beyond ASCII', 'non-ascii-values.xml', { orgName: 'Büro für Post – 株式会社', reportId: 'r-ü' }],
  ['entities that nobody has defined', 'undefined-entity.xml', { orgName: 'Smith &nbsp;&&unknown; Sons' }],
  ['metadata behind the records', 'records-before-metadata.xml', { reportId: 'r-1', ...rows({}) }],
];

const spans: readonly Odd[] = [
  ['Trustwave: 24 days', 'trustwave-24-days.xml', { begin: 1767225600, end: 1769299199, ...rows({}) }],
  ['two days, counted once', 'two-days.xml', { end: 1767398399, ...rows({}) }],
  ['an hour', 'one-hour.xml', { end: 1767229199 }],
  ['a day in local time', 'begin-in-local-time.xml', { begin: 1767243600, end: 1767329999 }],
  ['GoDaddy: no length at all', 'godaddy-no-length.xml', { begin: 1767225600, end: 1767225600 }],
  [
    'Google: an id of before, for other dates',
    'same-id-other-dates.xml',
    { reportId: 'r-1', begin: 1767312000 },
  ],
  [
    'an id that another reporter has too',
    'same-id-other-reporter.xml',
    { reportId: 'r-1', orgName: 'Another Mail' },
  ],
];

const records: readonly Odd[] = [
  [
    'AOL: no dkim and spf in policy_evaluated',
    'aol-no-evaluated-words.xml',
    rows({ disposition: 'none', dkim: '', spf: '' }),
  ],
  ['no policy_evaluated', 'no-policy-evaluated.xml', rows({ disposition: '', dkim: '', spf: '' })],
  ['an empty policy_evaluated', 'empty-policy-evaluated.xml', rows({ disposition: '', dkim: '', spf: '' })],
  ['Infomaniak: no DKIM result', 'infomaniak-no-dkim.xml', rows({ dkimResults: [] })],
  ['addisonfoods: no SPF result', 'addisonfoods-no-spf.xml', rows({ spfResults: [] })],
  [
    'usssa: auth_results empty or missing',
    'usssa-empty-auth-results.xml',
    rows({ dkimResults: [], spfResults: [] }, { sourceIp: '192.0.2.11', dkimResults: [], spfResults: [] }),
  ],
  ['auth_results twice', 'two-auth-results.xml', rows({})],
  ['acme: human results', 'acme-human-results.xml', rows({})],
  [
    'inexio, nfm and others: raw results of their own, none of them a pass',
    'odd-raw-results.xml',
    {
      records: [
        { dkimResults: [{ result: 'unknown' }], spfResults: [{ result: 'unknown' }] },
        { dkimResults: [{ result: 'invalid' }], spfResults: [{ result: 'fail' }] },
        { dkimResults: [{ result: 'pass' }], spfResults: [{ result: 'pass' }] },
        { dkimResults: [{ result: 'error' }], spfResults: [{ result: 'error' }] },
        { dkimResults: [{ result: '' }], spfResults: [{ result: '' }] },
      ],
    },
  ],
  [
    'Zoho: an SPF result of the HELO name without a domain',
    'zoho-spf-without-domain.xml',
    rows({ spfResults: [{ domain: '', scope: 'helo', result: 'pass' }] }),
  ],
  [
    'Veeam: an empty SPF domain',
    'veeam-empty-spf-domain.xml',
    rows({ spfResults: [{ domain: '', scope: null, result: 'none' }] }),
  ],
  [
    'SPF scopes',
    'spf-scopes.xml',
    { records: [{ spfResults: [{ scope: 'mfrom' }, { scope: 'helo' }, { scope: null }] }] },
  ],
  [
    'Google: several signatures, one of them broken and one aligned, in one row',
    'google-many-signatures.xml',
    {
      records: [
        {
          count: 4,
          dkimResults: [
            { domain: 'esp.example', result: 'pass' },
            { domain: 'example.org', selector: 's1', result: 'fail' },
            { domain: 'example.org', selector: 's2', result: 'pass' },
          ],
        },
      ],
    },
  ],
  [
    'reasons with text beside their type, and empty ones',
    'reason-with-text.xml',
    rows({
      reasons: [
        { type: 'mailing_list', comment: 'a <list> with tab' },
        { type: '', comment: null },
      ],
    }),
  ],
  [
    'reasons that only RFC 7489 has',
    'rfc7489-old-reasons.xml',
    rows({
      reasons: [
        { type: 'forwarded', comment: null },
        { type: 'sampled_out', comment: null },
      ],
    }),
  ],
  [
    'a subdomain under the policy of its parent',
    'subdomain-under-parent.xml',
    { policy: { domain: 'example.org', sp: 'reject' }, records: [{ headerFrom: 'news.example.org' }] },
  ],
  [
    'OpenDMARC: a record for each message',
    'opendmarc-record-per-message.xml',
    rows(...Array.from({ length: 5 }, () => ({ count: 1 }))),
  ],
  [
    'envelope addresses in capitals and brackets, and empty ones',
    'envelope-addresses.xml',
    rows({ envelopeFrom: '<bounce+1@mail.example.org>', envelopeTo: null }),
  ],
  [
    'names in angle brackets, which look like tags that are never closed',
    'names-in-angle-brackets.xml',
    { email: 'Postmaster', ...rows({ reasons: [{ type: 'mailing_list', comment: 'by' }] }) },
  ],
  ['a bare angle bracket', 'stray-angle-in-record.xml', rows({ envelopeFrom: 'a < b' })],
];

describe.each([
  ['what a report is about', heads],
  ['the days of a report', spans],
  ['the rows of a report', records],
])('%s', (_title, cases) => {
  it.each(cases)('%s', (_odd, file, expected) => {
    expect(read(file)).toMatchObject({ status: 'accepted', report: { dropped: [], ...expected } });
  });
});

describe('around a report', () => {
  it.each([
    ['a declaration without its question mark', 'declaration-without-end.xml'],
    ['a declaration that is cut off', 'declaration-cut-off.xml'],
    ['a comment that never ends', 'comment-without-end.xml'],
    ['the text of a mail', 'mail-text-before-report.xml'],
    ['a signature behind it', 'text-after-report.xml'],
    ['a document type in a comment', 'doctype-in-comment.xml'],
  ])('%s costs nothing', (_title, file) => {
    expect(read(file)).toMatchObject({
      status: 'accepted',
      report: { orgName: 'Example Mail', ...rows({}) },
    });
  });
});

describe('rows that are dropped, while the others stay', () => {
  it.each([
    [
      'empty ones',
      'empty-records.xml',
      rows({}),
      [1, 3, 4].map((it) => ({ row: it, reason: 'source_ip is missing or no IP address' })),
    ],
    [
      'beside the first row of their record',
      'two-rows-in-record.xml',
      rows({}),
      [{ row: 1, reason: 'a second row in one record is not read' }],
    ],
    [
      'without an Author Domain',
      'missing-header-from.xml',
      rows({ sourceIp: '192.0.2.11', count: 2 }),
      [{ row: 1, reason: 'header_from is missing or no domain name' }],
    ],
    [
      'without an address',
      'missing-source-ip.xml',
      rows({ sourceIp: '192.0.2.11', count: 2 }),
      [{ row: 1, reason: 'source_ip is missing or no IP address' }],
    ],
    [
      'without a count',
      'missing-count.xml',
      rows({ sourceIp: '192.0.2.11', count: 2 }),
      [{ row: 1, reason: 'count is missing or no whole number' }],
    ],
    [
      'with an element that is never closed',
      'record-with-unclosed-count.xml',
      rows({ sourceIp: '192.0.2.8', count: 1 }, {}),
      [{ row: 2, reason: 'not well-formed: </row> where <count> is open' }],
    ],
    [
      'that are never closed',
      'record-never-closed.xml',
      rows({}),
      [{ row: 1, reason: 'not well-formed: <record> where <record> is open' }],
    ],
    [
      'cut inside a number, which would be another',
      'truncated-inside-count.xml',
      rows({}),
      [{ row: 2, reason: 'the document is truncated: what follows is lost' }],
    ],
    [
      'cut inside a tag',
      'truncated-inside-tag.xml',
      rows({}),
      [{ row: 2, reason: 'the document is truncated: what follows is lost' }],
    ],
    [
      'of which nobody knows whether there were more',
      'truncated-before-last-tag.xml',
      rows({}, { sourceIp: '198.51.100.7', count: 1234 }),
      [{ row: 3, reason: 'the document is truncated: what follows is lost' }],
    ],
  ])('%s', (_title, file, expected, dropped) => {
    expect(read(file)).toMatchObject({ status: 'partial', report: { ...expected, dropped } });
  });
});

describe('what is no report', () => {
  it.each([
    ['nothing', 'empty.xml', 'the document is empty'],
    ['no root element', 'no-root.xml', 'no <feedback> element: not a DMARC aggregate report'],
    ['Yahoo: the word unused', 'yahoo-unused.txt', 'no <feedback> element: not a DMARC aggregate report'],
    ['a page', 'html-page.html', 'the document has a DOCTYPE, which no report needs'],
    ['other XML', 'other-xml.xml', 'no <feedback> element: not a DMARC aggregate report'],
    ['an external entity', 'external-entity.xml', 'the document has a DOCTYPE, which no report needs'],
    ['nested entities', 'nested-entities.xml', 'the document has a DOCTYPE, which no report needs'],
    ['no reporter', 'missing-org-name-and-email.xml', 'report_metadata names no reporter (org_name)'],
    ['no metadata', 'missing-metadata.xml', 'report_metadata names no reporter (org_name)'],
    ['no policy', 'missing-policy.xml', 'policy_published names no domain'],
  ])('%s is refused with a reason', (_title, file, reason) => {
    expect(read(file)).toEqual({ status: 'rejected', reason });
  });
});

/** All that a reading says of a document. */
function readBy(reading: ReportReading, xml: string): unknown {
  const taken: ReportRecord[] = [];
  reading.gathering.releaseTo({ open: () => {}, take: (record) => taken.push(record) });
  return { ...reading.end(xml), taken };
}

/** The parser knows more entities than XML has. */
const DIFFERENT = ['undefined-entity.xml'];

it('the walk and the parser read the same in every fixture that is well-formed', () => {
  const compared: string[] = [];
  for (const name of readdirSync(FIXTURES)) {
    const xml = fixture(name);
    const parsed = readBy(new ParsedReading(xml, DEFAULT_REPORT_LIMITS), '');
    const isRead = !JSON.stringify(parsed).includes('not well-formed');
    if (!isRead || /<!DOCTYPE/i.test(xml) || DIFFERENT.includes(name)) continue;
    expect([name, readBy(new WalkReading(DEFAULT_REPORT_LIMITS), xml)]).toEqual([name, parsed]);
    compared.push(name);
  }
  expect(compared.length).toBeGreaterThan(80);
});

import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS, LATEST_END } from './limits.js';
import { readReport } from './read-report.js';
import type { AggregateReport, ReadOutcome } from './report.js';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../test/fixtures/reports/${name}`, import.meta.url), 'utf8');
}

function read(name: string): ReadOutcome {
  return readReport(fixture(name));
}

function reportOf(outcome: ReadOutcome): AggregateReport {
  if (outcome.status === 'rejected') throw new Error(`rejected: ${outcome.reason}`);
  return outcome.report;
}

function report(name: string): AggregateReport {
  return reportOf(read(name));
}

/** The plain report with one text exchanged. */
function altered(from: string, to: string): ReadOutcome {
  const xml = fixture('plain.xml');
  expect(xml).toContain(from);
  return readReport(xml.replace(from, () => to));
}

describe('hostile documents', () => {
  const bomb =
    '<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><feedback>&b;</feedback>';
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['an empty document', '', /empty/],
    ['white space only', ' \r\n\t', /empty/],
    ['a DOCTYPE', fixture('doctype.xml'), /DOCTYPE/],
    ['nested entities', bomb, /DOCTYPE/],
    ['a TLS report', fixture('tls-report.json'), /TLS report \(RFC 8460\)/],
    ['other JSON', '{"a": 1}', /JSON/],
    ['plain text', 'Hello, here is your report.', /no <feedback>/],
    ['what Yahoo put into its archives', 'unused', /no <feedback>/],
    ['HTML', '<html><body>Report</body></html>', /no <feedback>/],
    ['a feedback element with text only', '<feedback>hello</feedback>', /org_name/],
    ['an empty feedback element', '<feedback/>', /org_name/],
    ['deep nesting', `<feedback>${'<a>'.repeat(500)}${'</a>'.repeat(500)}</feedback>`, /nested/i],
    ['reserved names', '<feedback><__proto__><x>1</x></__proto__></feedback>', /org_name/],
    [
      'too many records',
      `<feedback>${'<record/>'.repeat(DEFAULT_REPORT_LIMITS.rows + 1)}</feedback>`,
      /org_name|more than/,
    ],
  ];

  it.each(cases)('%s is rejected', (_title, xml, reason) => {
    const outcome = readReport(xml);
    expect(outcome.status).toBe('rejected');
    expect(outcome.status === 'rejected' && outcome.reason).toMatch(reason);
  });

  it('an endless value is rejected, an endless row is dropped', () => {
    const long = 'x'.repeat(DEFAULT_REPORT_LIMITS.textLength + 1);
    expect(altered('<org_name>Example Mail', `<org_name>${long}`)).toMatchObject({
      status: 'rejected',
      reason: `org_name is longer than ${DEFAULT_REPORT_LIMITS.textLength} characters`,
    });
    const outcome = altered('<selector>s1', `<selector>${long}`);
    expect(outcome.status).toBe('partial');
    expect(reportOf(outcome).records).toHaveLength(1);
  });

  it('a row with endless results is dropped', () => {
    const outcome = altered('<dkim>\n        <domain>', '<dkim/>'.repeat(600) + '<dkim>\n        <domain>');
    expect(reportOf(outcome).dropped).toEqual([{ row: 1, reason: 'more than 500 dkim results' }]);
  });

  it('control characters become spaces', () => {
    const outcome = altered('<org_name>Example Mail', '<org_name>\0Example\u0007Mail\u0000');
    expect(reportOf(outcome).orgName).toBe('Example Mail');
  });

  it('the reason quotes no more than a line of the document', () => {
    const outcome = readReport(`<feedback><a></${'a'.repeat(5000)}\u001B[31m></b${'b'.repeat(90)}>`);
    expect(outcome.status === 'rejected' && outcome.reason.length).toBeLessThan(220);
    expect(outcome.status === 'rejected' && outcome.reason).not.toMatch(/\p{Cc}/u);
  });

  it('no text makes it throw', () => {
    const outcomes = fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(readReport(text).status).toBe('rejected');
      expect(readReport(`<feedback>${text}</feedback>`).status).toBe('rejected');
    });
    expect(() => fc.assert(outcomes, { numRuns: 300 })).not.toThrow();
  });

  it('a report with something overwritten anywhere never throws nor gains rows', () => {
    const xml = fixture('mimecast-many-results.xml');
    const cut = fc.record({ at: fc.nat(xml.length), gone: fc.nat(40), put: fc.string({ maxLength: 5 }) });
    const outcomes = fc.property(cut, ({ at, gone, put }) => {
      const outcome = readReport(xml.slice(0, at) + put + xml.slice(at + gone));
      return outcome.status === 'rejected' || outcome.report.records.length <= 1;
    });
    expect(() => fc.assert(outcomes, { numRuns: 500 })).not.toThrow();
  });
});

describe('an ordinary report', () => {
  it('is read whole', () => {
    expect(read('plain.xml')).toEqual({
      status: 'accepted',
      report: {
        schema: 'rfc7489',
        orgName: 'Example Mail',
        email: 'dmarc@reporter.example',
        reportId: 'r-1',
        begin: 1767225600,
        end: 1767311999,
        policy: {
          domain: 'example.org',
          p: 'none',
          sp: 'none',
          np: null,
          pct: 100,
          adkim: 'r',
          aspf: 'r',
          testing: null,
        },
        records: [
          {
            sourceIp: '192.0.2.10',
            count: 4,
            disposition: 'none',
            dkim: 'pass',
            spf: 'pass',
            reasons: [],
            headerFrom: 'example.org',
            envelopeFrom: null,
            envelopeTo: null,
            dkimResults: [{ domain: 'example.org', selector: 's1', result: 'pass' }],
            spfResults: [{ domain: 'example.org', scope: null, result: 'pass' }],
          },
          {
            sourceIp: '198.51.100.7',
            count: 1,
            disposition: 'none',
            dkim: 'fail',
            spf: 'fail',
            reasons: [],
            headerFrom: 'example.org',
            envelopeFrom: null,
            envelopeTo: null,
            dkimResults: [],
            spfResults: [{ domain: 'spam.example', scope: null, result: 'softfail' }],
          },
        ],
        dropped: [],
      },
    });
  });

  it('of RFC 9990 is known by its namespace', () => {
    const { schema, policy, records } = report('gmx-rfc9990.xml');
    expect(schema).toBe('rfc9990');
    expect(policy).toMatchObject({ p: 'quarantine', sp: 'reject', np: 'reject', adkim: 's', testing: true });
    expect(records[0]).toMatchObject({ disposition: 'pass', spfResults: [{ scope: 'mfrom' }] });
  });

  it('of RFC 9990 without a namespace is known by its elements', () => {
    const { schema, policy } = report('mail-dmarc-t-for-testing.xml');
    expect(schema).toBe('rfc9990');
    expect(policy).toMatchObject({ p: 'reject', sp: null, pct: null, adkim: 'r', testing: false });
  });

  it.each([
    'prefixed-namespace.xml',
    'bom-no-declaration.xml',
    'space-before-declaration.xml',
    'one-line.xml',
  ])('reads the same in %s', (name) => {
    expect(read(name)).toMatchObject({ status: 'accepted' });
    expect(report(name).records).toEqual([report('plain.xml').records[0]]);
  });
});

describe('what reporters leave empty or spell their own way', () => {
  it('Outlook.com: end at the next midnight, envelope addresses, CRLF', () => {
    const { end, records } = report('outlook-midnight-end.xml');
    expect(end).toBe(1767312000);
    expect(records[0]).toMatchObject({ envelopeFrom: 'bounce.example.org', envelopeTo: 'shop.example' });
  });

  it('Yahoo: empty policy values, selector, SPF and envelope_from', () => {
    const { reportId, policy, records } = report('yahoo-empty-elements.xml');
    expect(reportId).toBe('1738891343.181920');
    expect(policy).toMatchObject({ sp: null, pct: null, adkim: 'r', aspf: 'r' });
    expect(records[0]).toMatchObject({
      envelopeFrom: null,
      spfResults: [],
      dkimResults: [{ selector: null }],
    });
  });

  it('gosecure.net: an empty DKIM result is not a pass', () => {
    const [record] = report('gosecure-empty-dkim-result.xml').records;
    expect(record?.dkimResults).toEqual([{ domain: '', selector: null, result: '' }]);
  });

  it('odd words are kept, and only `pass` is a pass', () => {
    const words = report('odd-result-words.xml').records.map(({ dkim, spf, disposition }) => [
      dkim,
      spf,
      disposition,
    ]);
    expect(words).toEqual([
      ['pass', 'none', 'pass'],
      ['unknown', 'softfail', 'none'],
      ['fail', 'fail', 'none'],
      ['passed', 'pass!', 'none'],
    ]);
  });

  it('kddi.com: an override reason without a type', () => {
    expect(report('kddi-empty-reason-type.xml').records[0]?.reasons).toEqual([
      { type: '', comment: 'arc=pass' },
      { type: 'local_policy', comment: null },
    ]);
  });

  it('Mimecast: several DKIM and SPF results', () => {
    expect(report('mimecast-many-results.xml').records[0]).toMatchObject({
      dkimResults: [
        { domain: 'esp.example', selector: 'k1', result: 'fail' },
        { domain: 'example.org', selector: 's1', result: 'pass' },
      ],
      spfResults: [
        { domain: 'mx.example.org', scope: 'helo', result: 'none' },
        { domain: 'example.org', scope: 'mfrom', result: 'pass' },
      ],
    });
  });

  it('GoDaddy: bad rows are dropped with their reason, a window of no length stays', () => {
    const outcome = read('godaddy-row-without-address.xml');
    const { begin, end, records, dropped } = reportOf(outcome);
    expect(outcome.status).toBe('partial');
    expect(begin).toBe(end);
    expect(records.map(({ count }) => count)).toEqual([4, 7]);
    expect(dropped).toEqual([
      { row: 2, reason: 'source_ip is missing or no IP address' },
      { row: 3, reason: 'count is not between 1 and 1000000000' },
      { row: 4, reason: 'count is missing or no whole number' },
      { row: 5, reason: 'count is not between 1 and 1000000000' },
      { row: 6, reason: 'source_ip is missing or no IP address' },
      { row: 7, reason: 'header_from is missing or no domain name' },
    ]);
  });

  it('the draft before RFC 7489: identities', () => {
    expect(report('draft-identities.xml').records[0]?.headerFrom).toBe('example.org');
  });

  it('a report without rows', () => {
    expect(read('no-records.xml')).toMatchObject({ status: 'accepted', report: { records: [] } });
  });

  it('ids that look like numbers', () => {
    expect(report('ids-that-look-like-numbers.xml').reportId).toBe('00712345678901234567890123456');
  });

  it('addresses become canonical', () => {
    const { records, dropped } = report('mapped-and-odd-addresses.xml');
    expect(records.map(({ sourceIp }) => sourceIp)).toEqual(['192.0.2.33', '2001:db8::1', '198.51.100.9']);
    expect(dropped.map(({ row }) => row)).toEqual([4, 5]);
  });

  it('Author Domains become canonical', () => {
    const { policy, records, dropped } = report('author-domain-spellings.xml');
    expect(policy.domain).toBe('example.org');
    expect(records.map(({ headerFrom }) => headerFrom)).toEqual([
      'news.example.org',
      'xn--bcher-kva.example',
      'example.org',
    ]);
    expect(dropped.map(({ row }) => row)).toEqual([4]);
  });

  it('character references, CDATA and comments', () => {
    expect(report('character-references.xml')).toMatchObject({ orgName: 'Büro & S&P', reportId: 'id<1>' });
  });
});

describe('times', () => {
  it('with a fraction are whole seconds', () => {
    expect(report('dates-with-fraction.xml')).toMatchObject({ begin: 1337270400, end: 1337356799 });
  });

  it('have any fraction and any zeros before them', () => {
    const outcome = altered('<begin>1767225600', `<begin>${'0'.repeat(50)}1767225600.${'9'.repeat(50)}`);
    expect(reportOf(outcome).begin).toBe(1767225600);
  });

  it.each([
    ['an end before the begin', read('begin-after-end.xml'), /ends before/],
    ['milliseconds', read('milliseconds.xml'), /outside/],
    ['words', altered('<begin>1767225600', '<begin>yesterday'), /begin is missing/],
    ['no end', altered('<end>1767311999</end>', ''), /end is missing/],
    ['a negative begin', altered('<begin>1767225600', '<begin>-1'), /begin is missing/],
    ['a begin never set', altered('<begin>1767225600', '<begin>0'), /outside/],
    ['the far future', altered('<end>1767311999', `<end>${LATEST_END + 1}`), /outside/],
    ['a span of decades', altered('<begin>1767225600', '<begin>1337270400'), /spans/],
  ])('%s is rejected', (_title, outcome, reason) => {
    expect(outcome.status === 'rejected' && outcome.reason).toMatch(reason);
  });
});

describe('counts', () => {
  it.each(['5.5', '1.000', '', '0', '1000000001', '9'.repeat(400)])('%j drops the row', (text) => {
    const outcome = altered('<count>4', `<count>${text}`);
    expect(outcome.status).toBe('partial');
    expect(reportOf(outcome).records.map(({ count }) => count)).toEqual([1]);
    expect(reportOf(outcome).dropped).toEqual([{ row: 1, reason: expect.stringMatching(/^count is /) }]);
  });
});

describe('more than one report in a document', () => {
  it.each([
    ['two reports', 'two-reports.xml', 'another report follows the end of the report, and is not read'],
    [
      'two in a schema',
      'two-reports-in-schema.xml',
      'another report follows the end of the report, and is not read',
    ],
    [
      'records behind the end',
      'records-after-report.xml',
      'another record follows the end of the report, and is not read',
    ],
  ])('%s: the first is read, and the loss is told', (_title, name, reason) => {
    const outcome = read(name);
    expect(outcome.status).toBe('partial');
    expect(reportOf(outcome)).toMatchObject({ reportId: 'r-1', dropped: [{ row: 2, reason }] });
    expect(reportOf(outcome).records).toEqual([report('plain.xml').records[0]]);
  });
});

describe('what a report must name', () => {
  it.each([
    [
      'org_name and email',
      '<org_name>Example Mail</org_name>\n    <email>dmarc@reporter.example</email>',
      /org_name/,
    ],
    ['report_id', '<report_id>r-1</report_id>', /report_id/],
    ['the policy domain', '<domain>example.org</domain>\n    <adkim>', /names no domain/],
  ])('without %s it is rejected', (_title, gone, reason) => {
    const outcome = altered(gone, gone.endsWith('<adkim>') ? '<adkim>' : '');
    expect(outcome.status === 'rejected' && outcome.reason).toMatch(reason);
  });

  it('an email stands in for a missing org_name', () => {
    const outcome = altered('<org_name>Example Mail</org_name>', '<org_name/>');
    expect(reportOf(outcome).orgName).toBe('dmarc@reporter.example');
  });
});

describe('damaged documents', () => {
  it.each([
    ['IKEA: an unclosed xs:schema before the report', 'ikea-unclosed-schema.xml'],
    ['a schema element around the report', 'schema-around-report.xml'],
    ['sitnet.dk: a stray quote after the declaration', 'sitnet-quote-after-declaration.xml'],
  ])('%s costs nothing', (_title, name) => {
    expect(read(name).status).toBe('accepted');
    expect(report(name).records).toEqual([report('plain.xml').records[0]]);
  });

  it('bare angle brackets and ampersands in addresses and links cost nothing', () => {
    expect(read('bare-angle-brackets.xml')).toMatchObject({
      status: 'accepted',
      report: { orgName: 'Smith & Sons', email: 'Postmaster <dmarc@reporter.example>' },
    });
  });

  it('whole records before a break are saved, and the loss is told', () => {
    const outcome = read('truncated-after-record.xml');
    expect(outcome.status).toBe('partial');
    expect(reportOf(outcome).records.map(({ count }) => count)).toEqual([4]);
    expect(reportOf(outcome).dropped).toEqual([
      { row: 2, reason: 'the document is truncated: what follows is lost' },
    ]);
  });

  it('without a whole record nothing is saved', () => {
    expect(read('truncated-before-records.xml')).toMatchObject({
      status: 'rejected',
      reason: expect.stringMatching(/^nothing can be saved: /),
    });
  });
});

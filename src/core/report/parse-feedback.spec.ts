import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS as LIMITS } from './limits.js';
import type { ReportRecord } from './report.js';
import { ParsedReading, WalkReading, type ReportReading } from './report-reading.js';

/** All that a reading says of a document. */
function readBy(reading: ReportReading, xml: string): unknown {
  const records: ReportRecord[] = [];
  reading.gathering.releaseTo({ open: () => {}, take: (record) => records.push(record) });
  return { ...reading.end(xml), records };
}

const text = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    ' y z ',
    '1 &lt; 2',
    '&#65;&#x42;',
    '<![CDATA[<&>]]>',
    'a<!-- n -->b',
    '\r\n\t',
    'ü',
    '&amp;lt;',
  ),
  fc.stringMatching(/^[\w. @-]{0,12}$/),
);
const unknownName = fc.constantFrom('a', 'b', 'n:c', 'd_e', 'f-g.h', 'extension', 'dkim');
const space = fc.constantFrom('', '\n', '\n    ', '\t', '<!-- <record> -->');
const attributes = fc.constantFrom('', ' k="v"', " a:k='<>'".replace('<', ''), ' ', '\n k = "/>" ');

function element(name: string, inside: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(attributes, inside, space)
    .map(([given, content, after]) =>
      content === '' ? `<${name}${given}/>${after}` : `<${name}${given}>${content}</${name}>${after}`,
    );
}

/** These, mostly once each, in any order. */
function some(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const repeated = parts.map((part) => {
    const once = part.map((it) => [it]);
    return fc.oneof(
      { weight: 9, arbitrary: once },
      { weight: 1, arbitrary: fc.array(part, { maxLength: 2 }) },
    );
  });
  return fc.tuple(space, fc.tuple(...repeated)).chain(([first, found]) => {
    const all = found.flat();
    return fc.shuffledSubarray(all, { minLength: all.length }).map((chosen) => first + chosen.join(''));
  });
}

function leaf(name: string, ...usual: readonly string[]): fc.Arbitrary<string> {
  return element(
    name,
    usual.length === 0 ? text : fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...usual) }, text),
  );
}

const anything = unknownName.chain((name) =>
  element(name, fc.oneof(text, some(leaf('a'), leaf('n:b'), element('c', leaf('record'))))),
);
const result = ['pass', 'fail', 'none', 'Pass'] as const;
const domain = ['example.org', 'Mail.Example.org.', 'b\u00fccher.example', 'other.example'] as const;
const evaluated = some(
  leaf('disposition', 'none', 'reject'),
  leaf('dkim', ...result),
  leaf('spf', ...result),
  element('reason', some(leaf('type', 'forwarded'), leaf('comment'))),
);
const row = some(
  leaf('source_ip', '192.0.2.1', '2001:DB8::1'),
  leaf('count', '1', '12'),
  element('policy_evaluated', evaluated),
);
const outcome = some(
  leaf('domain', ...domain),
  leaf('selector', 's1'),
  leaf('scope', 'mfrom'),
  leaf('result', ...result),
);
const record = some(
  element('row', row),
  element('identifiers', some(leaf('header_from', ...domain), leaf('envelope_from', ...domain))),
  element('auth_results', some(element('dkim', outcome), element('spf', outcome), anything)),
  anything,
);
const metadata = some(
  leaf('org_name'),
  leaf('email'),
  element('date_range', some(leaf('begin'), leaf('end'))),
  anything,
);
const policy = some(leaf('domain', ...domain), leaf('p', 'none'), leaf('testing', 'y'), anything);
const HEAD =
  '<report_metadata><org_name>a</org_name><report_id>1</report_id><date_range><begin>1767225600</begin><end>1767311999</end></date_range></report_metadata><policy_published><domain>a.example</domain></policy_published>';
const RECORD =
  '<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row><identifiers><header_from>a.example</header_from></identifiers></record>';

const parts = some(
  element('report_metadata', metadata),
  element('policy_published', policy),
  element('record', record),
  anything,
);
const feedback = element(
  'feedback',
  fc.tuple(fc.constantFrom(HEAD, ''), parts).map((found) => found.join('')),
);

describe('the walk and the parser', () => {
  it('read the same in any well-formed report', () => {
    let records = 0;
    const same = fc.property(feedback, (document) => {
      const xml = `<?xml version="1.0"?>\n${document}`;
      const parsed = readBy(new ParsedReading(xml, LIMITS), '');
      expect(parsed).toEqual(readBy(new WalkReading(LIMITS), xml));
      records += JSON.stringify(parsed).includes('"sourceIp"') ? 1 : 0;
    });
    expect(() => fc.assert(same, { numRuns: 1000 })).not.toThrow();
    expect(records).toBeGreaterThan(100);
  });

  it.each([
    ['mis-nested elements', `<feedback>${HEAD}${RECORD}<a></b></feedback>`],
    ['a cut end', `<feedback>${HEAD}${RECORD}`],
    ['a cut tag', `<feedback>${HEAD}${RECORD}<rec`],
  ])('differ in %s, of which the parser takes nothing', (_title, xml) => {
    expect(readBy(new ParsedReading(xml, LIMITS), '')).toMatchObject({ status: 'rejected', records: [] });
    expect(readBy(new WalkReading(LIMITS), xml)).toMatchObject({
      status: 'partial',
      totals: { records: 1, messages: 1 },
    });
  });

  it('differ in endless attributes, which the walk takes for text', () => {
    const endless = RECORD.replace('<row>', `<row a="${'x'.repeat(17_000)}">`);
    const xml = `<feedback>${HEAD}${RECORD}${endless}</feedback>`;
    expect(readBy(new ParsedReading(xml, LIMITS), '')).toMatchObject({
      status: 'accepted',
      totals: { records: 2 },
    });
    expect(readBy(new WalkReading(LIMITS), xml)).toMatchObject({
      status: 'partial',
      totals: { records: 1 },
    });
  });
});

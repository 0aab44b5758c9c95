import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOf } from '../../../test/fuzz/pieces.js';
import type { ReportHead, ReportRecord } from './report.js';
import { DEFAULT_REPORT_LIMITS, type ReportLimits } from './limits.js';
import { ReportReader, type ReadEnd } from './report-reader.js';

const METADATA =
  '<report_metadata><org_name>Example Mail</org_name><report_id>r-1</report_id><date_range><begin>1767225600</begin><end>1767311999</end></date_range></report_metadata>\n';
const POLICY = '<policy_published><domain>example.org</domain><p>none</p></policy_published>\n';

function record(number: number): string {
  return `<record>
  <row><source_ip>2001:db8::${number.toString(16)}</source_ip><count>2</count>
    <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
  <identifiers><header_from>example.org</header_from></identifiers>
  <auth_results><dkim><domain>example.org</domain><selector>s1</selector><result>pass</result></dkim></auth_results>
</record>
`;
}

function records(count: number): string {
  return Array.from({ length: count }, (_, index) => record(index + 1)).join('');
}

/** What the sink got, in its order, and what was said at the end. */
interface Got {
  readonly calls: readonly (ReportHead | ReportRecord)[];
  readonly heads: readonly ReportHead[];
  readonly records: readonly ReportRecord[];
  readonly end: ReadEnd;
}

function read(pieces: readonly string[], limits: Partial<ReportLimits> = {}): Got {
  const calls: (ReportHead | ReportRecord)[] = [];
  const heads: ReportHead[] = [];
  const taken: ReportRecord[] = [];
  const sink = {
    open: (head: ReportHead) => {
      heads.push(head);
      calls.push(head);
    },
    take: (it: ReportRecord) => {
      taken.push(it);
      calls.push(it);
    },
  };
  const reader = new ReportReader(sink, { ...DEFAULT_REPORT_LIMITS, ...limits });
  for (const piece of pieces) reader.push(piece);
  return { calls, heads, records: taken, end: reader.end() };
}

function piecesOf(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}

const sizes: readonly (readonly [string, number])[] = [
  ['small', 3],
  ['large', 500],
];

describe.each(sizes)('a %s report', (_title, count) => {
  const whole = `<feedback>${METADATA}${POLICY}${records(count)}</feedback>`;

  it('opens the sink with its head, and then gives it each record once', () => {
    const { calls, heads, end } = read([whole]);
    expect(heads).toMatchObject([{ orgName: 'Example Mail', reportId: 'r-1', policy: { p: 'none' } }]);
    expect(calls[0]).toBe(heads[0]);
    const addresses = calls.slice(1).map((call) => ('sourceIp' in call ? call.sourceIp : 'a head'));
    expect(addresses).toEqual(Array.from({ length: count }, (_, at) => `2001:db8::${(at + 1).toString(16)}`));
    expect(end).toEqual({
      status: 'accepted',
      head: heads[0],
      totals: {
        records: count,
        messages: 2 * count,
        dkimPass: 2 * count,
        spfPass: 0,
        dmarcPass: 2 * count,
      },
      dropped: 0,
      firstDropped: [],
    });
  });

  it('is the same wherever its text is cut', () => {
    const expected = read([whole]);
    const same = fc.property(cutsOf(whole), (pieces) => {
      expect(read(pieces)).toEqual(expected);
    });
    expect(() => fc.assert(same, { numRuns: 40 })).not.toThrow();
  });

  it('may tell at its end what it is about', () => {
    const { calls, end } = read([`<feedback>${records(count)}${POLICY}${METADATA}</feedback>`]);
    expect(end).toMatchObject({ status: 'accepted', totals: { records: count } });
    expect(calls).toEqual(read([whole]).calls);
  });

  it('opens the sink without any record too', () => {
    const padding = `<extension>${'<a>b</a>'.repeat(100 * count)}</extension>`;
    const { calls, end } = read([`<feedback>${METADATA}${POLICY}${padding}</feedback>`]);
    expect(calls).toHaveLength(1);
    expect(end).toMatchObject({ status: 'accepted', totals: { records: 0, messages: 0 } });
  });

  it('that is cut short is partial, with what came before', () => {
    const { records: taken, end } = read([whole.slice(0, whole.lastIndexOf('<auth_results>'))]);
    expect(taken).toHaveLength(count - 1);
    expect(end).toMatchObject({
      status: 'partial',
      totals: { records: count - 1 },
      dropped: 1,
      firstDropped: [{ row: count, reason: 'the document is truncated: what follows is lost' }],
    });
  });

  it.each([
    [
      'names no domain',
      `<feedback>${METADATA}${records(count)}</feedback>`,
      'policy_published names no domain',
    ],
    [
      'is no report',
      `<feedback>${records(count)}</feedback>`,
      'report_metadata names no reporter (org_name)',
    ],
    ['is JSON', `{"a": "${'x'.repeat(200 * count)}"}`, 'JSON, not a DMARC aggregate report'],
    [
      'has a document type in its middle',
      whole.replace('</feedback>', '<!DOCTYPE a>'),
      'the document has a DOCTYPE, which no report needs',
    ],
    ['is nested', whole.replace('</feedback>', '<a>'.repeat(40)), 'elements are nested more than 32 deep'],
  ])('that %s is rejected', (_case, text, reason) => {
    expect(read([text]).end).toEqual({ status: 'rejected', reason });
  });

  it('over the limit of rows is rejected', () => {
    expect(read([whole], { rows: count }).end.status).toBe('accepted');
    expect(read([whole], { rows: count - 1 }).end).toEqual({
      status: 'rejected',
      reason: `more than ${count - 1} records`,
    });
  });
});

describe('a large report', () => {
  it('is handed on as it comes, and over once another one follows', () => {
    let taken = 0;
    let isOpen = false;
    const reader = new ReportReader({ open: () => (isOpen = true), take: () => (taken += 1) });
    reader.push(`<feedback>${METADATA}${POLICY}${records(100)}`);
    expect(isOpen).toBe(true);
    expect(taken).toBe(100);
    expect(reader.isOver).toBe(false);
    reader.push(`${records(100)}</feedback>`);
    expect(reader.isOver).toBe(false);
    reader.push(`${' '.repeat(20_000)}<feedback>`);
    expect(reader.isOver).toBe(true);
    reader.push(`${records(1)}<!DOCTYPE a>`);
    expect(reader.end()).toMatchObject({ status: 'accepted', totals: { records: 200 }, dropped: 0 });
    expect(reader.rest).toBe('<feedback>');
    expect(taken).toBe(200);
  });

  it('is over once it is refused', () => {
    const reader = new ReportReader({ open: () => {}, take: () => {} });
    reader.push(`<feedback>${METADATA}${POLICY}${records(100)}<!ENTITY a "b">`);
    expect(reader.isOver).toBe(true);
    expect(reader.end()).toMatchObject({ status: 'rejected' });
  });

  it('is not spoilt by what lies behind', () => {
    const whole = `<feedback>${METADATA}${POLICY}${records(100)}</feedback>`;
    expect(read([`${whole}${'<'.repeat(100_000)}`]).end).toMatchObject({ status: 'accepted' });
    expect(read([`${whole}<!DOCTYPE a>`]).end).toMatchObject({ status: 'accepted' });
    expect(read(piecesOf(`${whole}${'<'.repeat(110_000)}<feedback>`, 5000)).end).toMatchObject({
      status: 'partial',
      totals: { records: 100 },
      firstDropped: [{ row: 101, reason: expect.stringContaining('more than 100000 angle brackets') }],
    });
  });

  it('may bring 10,000 records before it says what they are about, and no more', () => {
    const small = record(1).replaceAll(/\s{2,}/g, '');
    const around = (count: number): readonly string[] =>
      piecesOf(`<feedback>${METADATA}${small.repeat(count)}${POLICY}</feedback>`, 65_536);
    expect(read(around(10_000)).records).toHaveLength(10_000);
    const { calls, end } = read(around(10_001));
    expect(calls).toEqual([]);
    expect(end).toEqual({
      status: 'rejected',
      reason: 'more than 10000 records come before what they are about',
    });
  });

  it('may not bring much text before it says what it is about', () => {
    const reason = `<reason><type>other</type><comment>${'x'.repeat(2000)}</comment></reason>`;
    const wordy = record(1).replace('</policy_evaluated>', `${reason.repeat(10)}</policy_evaluated>`);
    expect(wordy).toContain(reason);
    const around = (first: string, last: string): readonly string[] =>
      piecesOf(`<feedback>${METADATA}${first}${wordy.repeat(900)}${last}</feedback>`, 65_536);
    expect(read(around(POLICY, '')).records).toHaveLength(900);
    expect(read(around('', POLICY)).end).toEqual({
      status: 'rejected',
      reason: 'records with too much text come before what they are about',
    });
  });

  it('with many bad rows gives the number of all, and the reasons of the first 100', () => {
    const bad = record(1).replace('2001:db8::1', 'nowhere');
    const { end } = read([`<feedback>${METADATA}${POLICY}${bad.repeat(500)}${records(2)}</feedback>`]);
    expect(end).toMatchObject({ status: 'partial', dropped: 500, totals: { records: 2 } });
    expect(end.status !== 'rejected' && end.firstDropped).toHaveLength(100);
  });

  it('of 80,000 rows takes no memory for them', () => {
    let messages = 0;
    const reader = new ReportReader({ open: () => {}, take: ({ count }) => (messages += count) });
    const before = heapUsed();
    reader.push(`<feedback>${METADATA}${POLICY}`);
    for (let number = 1; number <= 80_000; number += 1) reader.push(record(number % 60_000));
    // The memory of values seen before is full.
    expect(heapUsed() - before).toBeLessThan(8_000_000);
    reader.push('</feedback>');
    expect(reader.end()).toMatchObject({ status: 'accepted', totals: { records: 80_000, messages } });
    expect(messages).toBe(160_000);
  });

  it('leaves none of its text in memory by the records that are kept', () => {
    const size = 400;
    const padding = `<extension>${'x'.repeat(65_536)}</extension>`;
    const kept: ReportRecord[] = [];
    const reader = new ReportReader({ open: () => {}, take: (it) => kept.push(it) });
    const before = heapUsed();
    reader.push(`<feedback>${METADATA}${POLICY}`);
    for (let number = 1; number <= size; number += 1) {
      reader.push(record(number).replaceAll('example.org', `a-long-label-${number}.example.org`) + padding);
    }
    reader.push('</feedback>');
    expect(reader.end()).toMatchObject({ status: 'accepted', totals: { records: size } });
    // The document has 26 MB.
    expect(heapUsed() - before).toBeLessThan(6_000_000);
    expect(kept).toHaveLength(size);
  });

  it.each([
    ['text', 'x'.repeat(65_536)],
    ['references', '&amp;'.repeat(13_000)],
    ['CDATA', `<![CDATA[${'x'.repeat(65_000)}]]>`],
    ['an open comment', `<!--${'x'.repeat(65_000)}`],
  ])('with an endless value of %s takes no memory for it', (_case, piece) => {
    const reader = new ReportReader({ open: () => {}, take: () => {} });
    const before = heapUsed();
    reader.push(`<feedback>${METADATA}${POLICY}${record(1)}<record><identifiers><header_from>`);
    for (let count = 0; count < 400; count += 1) reader.push(piece);
    expect(heapUsed() - before).toBeLessThan(3_000_000);
    reader.push('-->');
    expect(reader.end()).toMatchObject({ status: 'partial', totals: { records: 1 } });
  });
});

describe('junk that looks like markup', () => {
  const start = `<feedback>${METADATA}${POLICY}`;

  it.each(['<', '<!', '<>', '<-', '< a', '<1>', '<a b="', '</'])('refuses a report full of %j', (unit) => {
    const junk = unit.repeat(200_000);
    const reason = 'more than 100000 angle brackets that are no tags';
    for (const text of [`${start}${junk}</feedback>`, `${start}${records(100)}${junk}</feedback>`, junk]) {
      expect(read([text]).end).toEqual({ status: 'rejected', reason });
    }
    const reader = new ReportReader({ open: () => {}, take: () => {} });
    reader.push(`${start}${records(100)}${junk}`);
    expect(reader.isOver).toBe(true);
  });

  it.each([
    ['small', 101],
    ['large', 50_000],
  ])('is no report without records: %s', (_title, count) => {
    expect(read([`${start}${'<'.repeat(count)}</feedback>`]).end).toMatchObject({
      status: 'rejected',
      reason: 'no records, but angle brackets that are no tags: nothing can be saved',
    });
    expect(read([`${start}${'<'.repeat(count)}${records(1)}</feedback>`]).end.status).toBe('accepted');
  });

  it('costs nothing in the text of a mail before a report without records', () => {
    const mail = 'Received: from <a@b.example> for <c@d.example>\n'.repeat(20);
    expect(read([`${mail}${start}</feedback>`]).end).toMatchObject({ status: 'accepted' });
  });

  it('is none where each record has an address in angle brackets', () => {
    const row = record(1).replace(
      '</header_from>',
      '</header_from><envelope_from><a@example.org></envelope_from><envelope_to><@></envelope_to>',
    );
    const pieces = [start, ...Array.from({ length: 600 }, () => row.repeat(100)), '</feedback>'];
    expect(read(pieces).end).toMatchObject({ status: 'accepted', totals: { records: 60_000 } });
  });
});

describe('a small report that is damaged or odd', () => {
  const whole = `<feedback>${METADATA}${POLICY}${records(3)}</feedback>`;

  it.each([
    ['with a comment before it that never ends', `<!-- made by x\n${whole}`],
    ['with endless attributes', whole.replace('<row>', `<row a="${'x'.repeat(17_000)}">`)],
  ])('%s loses nothing, and gives each record once', (_case, text) => {
    const { calls, end } = read([text]);
    expect(end).toMatchObject({ status: 'accepted', totals: { records: 3 } });
    expect(calls).toHaveLength(4);
  });

  it('never gives the records of two readings', () => {
    const odd = record(9).replace('<row>', `<row a="${'x'.repeat(17_000)}">`);
    const { records: taken, end } = read([whole.replace('</feedback>', `${odd}</wrong></feedback>`)]);
    expect(end).toMatchObject({ status: 'partial', totals: { records: taken.length } });
    expect(new Set(taken.map(({ sourceIp }) => sourceIp)).size).toBe(taken.length);
  });

  it('that is rejected never opens the sink', () => {
    expect(read([whole.replace('<org_name>Example Mail</org_name>', '')]).calls).toEqual([]);
  });
});

it('what the sink throws is thrown', () => {
  const reader = new ReportReader({
    open: () => {
      throw new TypeError('no room');
    },
    take: () => {},
  });
  reader.push(`<feedback>${METADATA}${POLICY}</feedback>`);
  expect(() => reader.end()).toThrow('no room');
});

/** Bytes in use after all garbage is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

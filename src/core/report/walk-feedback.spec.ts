import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOf } from '../../../test/fuzz/pieces.js';
import { FeedbackBuilder } from './feedback-builder.js';
import { DEFAULT_REPORT_LIMITS as LIMITS, ReportRefused } from './limits.js';
import type { DroppedRow, ReportHead, ReportRecord } from './report.js';
import { FeedbackWalk } from './walk-feedback.js';

const HEAD =
  '<report_metadata><org_name>a</org_name><report_id>1</report_id><date_range><begin>1767225600</begin><end>1767311999</end></date_range></report_metadata><policy_published><domain>a.example</domain></policy_published>';

const PARTS = [
  '<report_metadata>|</report_metadata>|<policy_published>|</policy_published>|<record>|<row>|</row>',
  '<source_ip>|192.0.2.3|</source_ip>|<count>|5|</count>|<a/>|</record>|</feedback>',
  '<!--|-->|<![CDATA[|]]>|&amp;| |\n|<b|>|x|\0|<feedback>',
].flatMap((line) => line.split('|'));

/** `<record>` with this address, which tells the rows apart. */
function record(address: string): string {
  return `<record><row><source_ip>${address}</source_ip><count>1</count></row><identifiers><header_from>a.example</header_from></identifiers></record>`;
}

interface Walked {
  readonly heads: readonly ReportHead[];
  readonly records: readonly ReportRecord[];
  readonly dropped: readonly DroppedRow[];
  readonly damage: string | null;
  readonly leftover: string | null;
  readonly loss: string | null;
}

/** Null: there is no feedback element. */
function walk(...pieces: readonly string[]): Walked | null {
  const heads: ReportHead[] = [];
  const records: ReportRecord[] = [];
  const dropped: DroppedRow[] = [];
  const output = {
    takeHead: (head: ReportHead) => heads.push(head),
    takeRecord: (it: ReportRecord) => records.push(it),
    drop: (row: number, reason: string) => dropped.push({ row, reason }),
  };
  const builder = new FeedbackBuilder(output, LIMITS);
  const walking = new FeedbackWalk(builder);
  for (const piece of pieces) walking.feed(piece);
  walking.finish();
  const { damage, leftover } = walking;
  return walking.hasBegun ? { heads, records, dropped, damage, leftover, loss: builder.loss } : null;
}

/** The same, with the reason where it is refused. */
function walkOrReason(pieces: readonly string[]): unknown {
  try {
    return walk(...pieces);
  } catch (error) {
    if (error instanceof ReportRefused) return error.message;
    throw error;
  }
}

function addressesIn(xml: string): readonly string[] | undefined {
  return walk(xml)?.records.map(({ sourceIp }) => sourceIp);
}

describe('a feedback element', () => {
  it('is found whatever stands around it', () => {
    const feedback = `<x:feedback xmlns:x="y">${record('192.0.2.1')}</x:feedback>`;
    for (const xml of [
      feedback,
      `"<schema a="b">\n${feedback}`,
      `<a>${feedback}</a>`,
      `${feedback}garbage <b>`,
      `<!-- <feedback> -->${feedback}`,
      `<?xml version="1.0">${feedback}`,
      `<?xml version="1.0"\n${feedback}`,
      `<![CDATA[${feedback}]]>`,
      `<a b="c ${feedback}`,
      `< > & " </b> ]]> ${feedback}<!DOCTYPE a>`,
    ]) {
      expect(addressesIn(xml)).toEqual(['192.0.2.1']);
    }
  });

  it.each(['', 'feedback', '<feedbacks/>', '</feedback>', '<FEEDBACK/>', '<feedback', '<!-- <feedback/>'])(
    'is not in %j',
    (xml) => {
      expect(walk(xml)).toBeNull();
    },
  );

  it('counts only its own children', () => {
    const xml = `<feedback><extension>${record('192.0.2.1')}</extension>${record('192.0.2.2')}</feedback>${record('192.0.2.3')}`;
    expect(addressesIn(xml)).toEqual(['192.0.2.2']);
  });

  it('keeps the first of two metadata, and of two policies', () => {
    const other = HEAD.replace('>a<', '>b<').replace('a.example', 'b.example');
    const walked = walk(`<feedback>${HEAD}${other}${record('192.0.2.1')}</feedback>`);
    expect(walked?.heads).toMatchObject([{ orgName: 'a', policy: { domain: 'a.example' } }]);
  });

  it('keeps the first of two values and of two parts, though it be empty', () => {
    const twice = record('192.0.2.1').replace(
      '</row>',
      '<source_ip>192.0.2.2</source_ip></row><auth_results/><auth_results><spf><result/><result>pass</result></spf></auth_results><row><count>7</count></row>',
    );
    expect(walk(`<feedback>${twice}</feedback>`)?.records).toMatchObject([
      { sourceIp: '192.0.2.1', count: 1, spfResults: [{ domain: '', result: '' }] },
    ]);
  });

  it('loses one record to damage inside it, and those behind stay', () => {
    const broken = '<record><row><source_ip>192.0.2.2</row></source_ip></record>';
    const walked = walk(`<feedback>${record('192.0.2.1')}\n${broken}${record('192.0.2.3')}</feedback>`);
    expect(walked?.records.map(({ sourceIp }) => sourceIp)).toEqual(['192.0.2.1', '192.0.2.3']);
    expect(walked?.damage).toBeNull();
    expect(walked?.dropped).toEqual([
      { row: 2, reason: 'not well-formed: </row> where <source_ip> is open' },
    ]);
  });

  it('gives nothing of a broken record to the next', () => {
    const broken = `<record><row><source_ip>192.0.2.9</source_ip><count>9</count></row><auth_results><spf><domain>x.example</domain></spf><dkim><domain>y.exam</row>`;
    const walked = walk(`<feedback>${broken}${record('192.0.2.1')}</feedback>`);
    expect(walked?.records).toEqual(walk(`<feedback>${record('192.0.2.1')}</feedback>`)?.records);
  });

  it('loses one record to its missing end, wherever the next begins in it', () => {
    const cut = ['</record>', '</row></record>', '.2.9</source_ip></row></record>'];
    for (const end of cut) {
      const whole = record('192.0.2.9').replace('<row>', '<row><policy_evaluated/>');
      const broken = whole.replace(/<count>.*<.identifiers>/, '').replace(end, '');
      const walked = walk(`<feedback>${record('192.0.2.1')}${broken}${record('192.0.2.3')}</feedback>`);
      expect(walked?.records.map(({ sourceIp }) => sourceIp)).toEqual(['192.0.2.1', '192.0.2.3']);
      expect(walked?.dropped).toMatchObject([{ row: 2 }]);
      expect(walked?.damage).toBeNull();
    }
  });

  it('passes over records in what else a record holds', () => {
    const holder = record('192.0.2.1').replace('<row>', `<a>${record('192.0.2.9')}</a><row>`);
    expect(addressesIn(`<feedback>${holder}</feedback>`)).toEqual(['192.0.2.1']);
  });

  it('ends at damage outside its records', () => {
    const walked = walk(`<feedback>${record('192.0.2.1')}<a></b></a>${record('192.0.2.3')}</feedback>`);
    expect(walked?.records).toHaveLength(1);
    expect(walked?.damage).toBe('not well-formed: </b> where <a> is open (character 153)');
  });

  it.each([
    ['a value', '<count>1</count>', '<count>1<x></count>'],
    ['a part', '<row>', '<row><x>'],
    ['its own', '</identifiers>', '<x></identifiers>'],
  ])('drops a row with a tag that is never closed in %s', (_title, from, to) => {
    const broken = record('192.0.2.9').replace(from, to);
    const walked = walk(`<feedback>${broken}${record('192.0.2.1')}</feedback>`);
    expect(walked?.records.map(({ sourceIp }) => sourceIp)).toEqual(['192.0.2.1']);
    expect(walked?.dropped).toMatchObject([{ row: 1 }]);
  });

  it('is not ended by the end of what was never begun', () => {
    const walked = walk(`<feedback><a><b></c></b></a>${record('192.0.2.1')}</feedback>`);
    expect(walked?.damage).toBe('not well-formed: </c> where <b> is open (character 17)');
  });

  it('refuses endless elements of one record, and deep nesting', () => {
    const many = '<a/>'.repeat(LIMITS.elements + 1);
    const deep = '<a>'.repeat(LIMITS.nesting);
    expect(() => walk(`<feedback><record>${many}`)).toThrow(ReportRefused);
    expect(() => walk(`<feedback>${deep}`)).toThrow(ReportRefused);
    expect(() => walk(`<feedback><extension>${many}</extension></feedback>`)).not.toThrow();
  });

  it.each([
    ['before it', '<!DOCTYPE a><feedback/>'],
    ['in it', '<feedback><a><!doctype a></a></feedback>'],
    ['as an entity', '<!ENTITY a "b"><feedback/>'],
  ])('is refused with a document type %s', (_title, xml) => {
    expect(() => walk(xml)).toThrow('DOCTYPE');
  });

  it.each([
    ['another one', `\n<feedback>${HEAD}${record('192.0.2.2')}</feedback>`, 'another report'],
    ['another document', `<?xml version="1.0"?>\n<x:feedback xmlns:x="y">`, 'another report'],
    ['another one in a schema', `</a><b><feedback/></b>`, 'another report'],
    ['another one after junk', `<<!-- x --><!DOCTYPE a>]]><![CDATA[ <feedback >`, 'another report'],
    ['records', `${record('192.0.2.2')}</feedback>`, 'another record'],
    ['what a comment hides to the end', '<!-- <record>', 'a comment that never ends'],
  ])('tells that %s follows', (_title, after, what) => {
    const walked = walk(`<feedback>${record('192.0.2.1')}</feedback>${after}`);
    expect(walked).toMatchObject({
      leftover: `${what} follows the end of the report, and is not read`,
      damage: null,
    });
    expect(walked?.records).toHaveLength(1);
  });

  it.each(['', '\0\0', '-- \nAnn <ann@a.example>', '<!-- <record> <feedback> -->', '<feedbacks/></record>'])(
    'is whole with %j behind it',
    (after) => {
      expect(walk(`<feedback>${record('192.0.2.1')}</feedback>${after}`)).toMatchObject({ leftover: null });
    },
  );

  it('tells that another one begins in it, and takes none of its records', () => {
    const other = `<feedback>${HEAD}${record('192.0.2.2')}</feedback>`;
    const inner = walk(`<feedback>${record('192.0.2.1')}${other}</feedback>`);
    expect(inner?.records).toHaveLength(1);
    expect(inner?.loss).toBe('another report begins inside this one, and is not read');
    const broken = walk(`<feedback>${record('192.0.2.1')}<record><row></count>${other}`);
    expect(broken?.records).toHaveLength(1);
    expect(broken?.damage).toMatch(/^not well-formed: /);
  });

  it.each([
    [
      'row',
      '</record>',
      '<row><source_ip>192.0.2.2</source_ip></row><identifiers/><auth_results><spf/><dkim><result>pass</result></dkim></auth_results></record>',
    ],
    ['identifiers', '</record>', '<identifiers><header_from>b.example</header_from></identifiers></record>'],
    ['count', '</row>', '<count>2</count></row>'],
    ['source_ip', '</row>', '<source_ip>192.0.2.2</source_ip></row>'],
    ['header_from', '</identifiers>', '<header_from>b.example</header_from></identifiers>'],
    ['policy_evaluated', '</row>', '<policy_evaluated/><policy_evaluated/></row>'],
  ])('keeps a record with a second %s, and tells of it', (what, from, to) => {
    const two = record('192.0.2.1').replace(from, to);
    const walked = walk(`<feedback>${two}${record('192.0.2.3')}</feedback>`);
    expect(walked?.records).toEqual(
      walk(`<feedback>${record('192.0.2.1')}${record('192.0.2.3')}</feedback>`)?.records,
    );
    expect(walked?.dropped).toEqual([{ row: 1, reason: `a second ${what} in one record is not read` }]);
  });

  it.each([
    ['between its elements', '</row>', '</row>\0\0'],
    ['in a value', '</source_ip>', '\0\0</source_ip>'],
    ['in CDATA', '</count>', '<![CDATA[\0]]></count>'],
  ])('drops a record with NUL characters %s, since it may be two', (_title, from, to) => {
    const merged = record('192.0.2.1').replace(from, to);
    const walked = walk(`<feedback>${merged}${record('192.0.2.3')}</feedback>`);
    expect(walked?.records).toMatchObject([{ sourceIp: '192.0.2.3' }]);
    expect(walked?.dropped).toEqual([
      { row: 1, reason: 'NUL characters stand where something was overwritten' },
    ]);
  });

  it('tells of NUL characters between its records, which may have been records', () => {
    const walked = walk(`<feedback>${record('192.0.2.1')}\0${record('192.0.2.3')}</feedback>`);
    expect(walked?.records).toHaveLength(2);
    expect(walked?.loss).toBe('NUL characters stand between the records: what they overwrote is lost');
  });

  it('is the same wherever its pieces are cut', () => {
    const part = fc.constantFrom(...PARTS, record('192.0.2.1'), record('192.0.2.2'), HEAD);
    const document = fc
      .array(part, { maxLength: 20 })
      .map((parts) => `<?xml version="1.0"?><feedback>${parts.join('')}`);
    const same = fc.property(document.chain(cutsOf), (pieces) => {
      expect(walkOrReason(pieces)).toEqual(walkOrReason([pieces.join('')]));
    });
    expect(() => fc.assert(same, { numRuns: 2000 })).not.toThrow();
  });
});

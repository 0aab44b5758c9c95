import * as fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { REPORT_LIMITS } from './limits.js';
import { walkFeedback } from './walk-feedback.js';
import type { XmlElement } from './xml-element.js';
import { resolveReferences, xmlTokens } from './xml-tokens.js';

/** `<record>` with this address, which tells the rows apart. */
function record(address: string): string {
  return `<record><row><source_ip>${address}</source_ip><count>1</count></row><identifiers><header_from>a.example</header_from></identifiers></record>`;
}

function addressesIn(xml: string): readonly string[] | undefined {
  return walkFeedback(xml)?.records.map(({ sourceIp }) => sourceIp);
}

describe('tokens', () => {
  it.each([
    ['<a/>', ['<a', '>a']],
    ['<a b="c>d" e=\'"\' />x', ['<a', '>a', 'x']],
    ['<n:a><m.b-c></m.b-c></n:a>', ['<a', '<m.b-c', '>m.b-c', '>a']],
    ['<?xml version="1.0"?><!-- <x> --><a>1<![CDATA[<2>&amp;]]>3</a >', ['<a', '1<2>&amp;3', '>a']],
    [
      '<a>1 < 2 & <x@y.example> <https://z/?a=1&b></a>',
      ['<a', '1 < 2 & <x@y.example> <https://z/?a=1&b>', '>a'],
    ],
    ['<a>&lt;&#252;&#xFC;&quot;&apos;&nbsp;&#x110000;</a>', ['<a', '<üü"\'&nbsp;&#x110000;', '>a']],
    ['<a><!-- never ends', ['<a']],
    ['<a><![CDATA[ never ends', ['<a']],
    ['<a b="never ends', ['<a b="never ends']],
    ['', []],
  ])('of %s', (xml, expected) => {
    expect(describeTokens(xml)).toEqual(expected);
  });

  it.each([
    ['angle brackets', '<'],
    ['opened tags', '<a '],
    ['opened quotes', '<a b="'],
    ['empty elements', '<a/>'],
    ['references', '&amp;'],
    ['unclosed comments', '<!-'],
  ])('millions of %s are done with', (_title, unit) => {
    let end = 0;
    for (const token of xmlTokens(unit.repeat(500_000), 0)) ({ end } = token);
    expect(end).toBe(unit.length * 500_000);
  });
});

/** Tags by their names, and the texts between them, joined and with their references resolved. */
function describeTokens(xml: string): readonly string[] {
  const found: string[] = [];
  let text = '';
  for (const token of [...xmlTokens(xml, 0), null]) {
    if (token?.kind === 'text') text += token.text;
    else if (text !== '') found.push(resolveReferences(text));
    if (token?.kind !== 'text') text = '';
    if (token?.kind === 'open') found.push(`<${token.name}`);
    if (token?.kind === 'close' || (token?.kind === 'open' && token.empty)) found.push(`>${token.name}`);
  }
  return found;
}

describe('a feedback element', () => {
  it('is found whatever stands around it', () => {
    const feedback = `<x:feedback xmlns:x="y">${record('192.0.2.1')}</x:feedback>`;
    for (const xml of [
      feedback,
      `"<schema a="b">\n${feedback}`,
      `<a>${feedback}</a>`,
      `${feedback}garbage <b>`,
    ]) {
      expect(addressesIn(xml)).toEqual(['192.0.2.1']);
    }
  });

  it.each(['', 'feedback', '<feedbacks/>', '</feedback>', '<FEEDBACK/>'])('is not in %j', (xml) => {
    expect(walkFeedback(xml)).toBeNull();
  });

  it('counts only its own children', () => {
    const xml = `<feedback><extension>${record('192.0.2.1')}</extension>${record('192.0.2.2')}</feedback>${record('192.0.2.3')}`;
    expect(addressesIn(xml)).toEqual(['192.0.2.2']);
  });

  it('keeps the first of two metadata', () => {
    const xml =
      '<feedback><report_metadata><a>1</a></report_metadata><report_metadata><a>2</a></report_metadata></feedback>';
    expect(walkFeedback(xml)?.metadata?.children.get('a')?.[0]?.text).toBe('1');
  });

  it('loses one record to damage inside it, and those behind stay', () => {
    const broken = '<record><row><source_ip>192.0.2.2</row></source_ip></record>';
    const walked = walkFeedback(
      `<feedback>${record('192.0.2.1')}\n${broken}${record('192.0.2.3')}</feedback>`,
    );
    expect(walked?.records.map(({ sourceIp }) => sourceIp)).toEqual(['192.0.2.1', '192.0.2.3']);
    expect(walked?.damage).toBeNull();
    expect(walked?.dropped).toEqual([
      { row: 2, reason: 'not well-formed: </row> where <source_ip> is open' },
    ]);
  });

  it('ends at damage outside its records', () => {
    const walked = walkFeedback(
      `<feedback>${record('192.0.2.1')}<a></b></a>${record('192.0.2.3')}</feedback>`,
    );
    expect(walked?.records).toHaveLength(1);
    expect(walked?.damage).toBe('not well-formed: </b> where <a> is open (line 1)');
  });

  it('refuses endless elements of one record, and deep nesting', () => {
    const many = '<a/>'.repeat(REPORT_LIMITS.elements + 1);
    const deep = '<a>'.repeat(REPORT_LIMITS.nesting);
    expect(() => walkFeedback(`<feedback><record>${many}`)).toThrow(RangeError);
    expect(() => walkFeedback(`<feedback>${deep}`)).toThrow(RangeError);
  });
});

/** The same shape from our builder and from another parser: names, texts and order. */
type Shape = string | { readonly [name: string]: readonly Shape[] };

function shapeOfOurs(element: XmlElement): Shape {
  if (element.children.size === 0) return element.text.trim();
  return Object.fromEntries([...element.children].map(([name, found]) => [name, found.map(shapeOfOurs)]));
}

function shapeOfTheirs(value: unknown): Shape {
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([name]) => name !== '#text');
  return Object.fromEntries(entries.map(([name, found]) => [name, [found].flat().map(shapeOfTheirs)]));
}

it('well-formed elements are read as another parser reads them', () => {
  const name = fc.constantFrom('a', 'b', 'n:c', 'd_e', 'f-g.h');
  const text = fc.constantFrom(
    '',
    'x',
    ' y z ',
    '1 &lt; 2',
    '&#65;&#x42;',
    '<![CDATA[<&>]]>',
    '<!-- n -->',
    '\r\n\t',
  );
  const { tree } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
    leaf: fc
      .tuple(name, text)
      .map(([tag, inside]) => (inside === '' ? `<${tag}/>` : `<${tag} k="v">${inside}</${tag}>`)),
    tree: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'tree' },
      tie('leaf'),
      fc
        .tuple(name, fc.array(tie('tree'), { minLength: 1, maxLength: 4 }))
        .map(([tag, inside]) => `<${tag}>${inside.join('\n ')}</${tag}>`),
    ),
  }));
  const same = fc.property(tree, (xml) => {
    const walked = walkFeedback(`<feedback><report_metadata>${xml}</report_metadata></feedback>`);
    const parser = new XMLParser({
      ignoreAttributes: true,
      removeNSPrefix: true,
      parseTagValue: false,
      htmlEntities: true,
    });
    const theirs = (parser.parse(`<report_metadata>${xml}</report_metadata>`) as Record<string, unknown>)[
      'report_metadata'
    ];
    expect(shapeOfOurs(walked!.metadata!)).toEqual(shapeOfTheirs(theirs));
  });
  expect(() => fc.assert(same, { numRuns: 500 })).not.toThrow();
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOf } from '../../../test/fuzz/pieces.js';
import { literal } from './read-value.js';
import { resolveReferences } from './resolve-references.js';
import { XmlScanner } from './xml-scanner.js';

const PARTS = [
  '<a>|</a>|<n:a b="c">|<b/>|<|>|</|/>|&lt;|&|&#x|"|\'| |<!--|-->|--|<![CDATA[|]]>|]]|<?|?>',
  '<!|<!DOCTYPE|<!ENTITY|x|ü|<a b="|<a b=\'|<org_name>|</org_name>|record|\u{1F600}|\n|\0',
].flatMap((line) => line.split('|'));

describe('tokens', () => {
  it.each([
    ['<a/>', ['<a', '>a']],
    ['<a b="c>d" e=\'"\' />x', ['<a', '>a', 'x']],
    ['<n:a><m.b-c></m.b-c></n:a>', ['<a', '<m.b-c', '>m.b-c', '>a']],
    ['<1:a></ 1:a><a:b:c><-a>', ['<a', '</ 1:a><a:b:c><-a>']],
    ['<?xml version="1.0"?><!-- <x> --><a>1<![CDATA[<2>&amp;]]>3</a >', ['<a', '1<2>&amp;3', '>a']],
    [
      '<a>1 < 2 & <x@y.example> <https://z/?a=1&b></a>',
      ['<a', '1 < 2 & <x@y.example> <https://z/?a=1&b>', '>a'],
    ],
    ['<a>&lt;&#252;&#xFC;&quot;&apos;&nbsp;&#x110000;</a>', ['<a', '<üü"\'&nbsp;&#x110000;', '>a']],
    ['<a><!-- never ends', ['<a']],
    ['<a><![CDATA[ never ends ]]', ['<a', ' never ends ]]']],
    ['<a b="never ends', ['<a b="never ends']],
    ['<a><!doctype b><b>', ['<a', 'refused', 'doctype b>', '<b']],
    ['<!-- <!DOCTYPE a> --><![CDATA[<!ENTITY a>]]><!b><', ['<!ENTITY a><!b><']],
    ['', []],
  ])('of %s', (xml, expected) => {
    expect(describeTokens([xml])).toEqual(expected);
    expect(describeTokens(Array.from(xml))).toEqual(expected);
  });

  it.each([
    ['4,000 spaces', `<a${' '.repeat(4000)}>`, '<a'],
    ['100 letters', `<${'a'.repeat(100)}>`, `<${'a'.repeat(100)}`],
    ['101 letters', `<${'a'.repeat(101)}>`, `<${'a'.repeat(101)}>`],
    ['16,384 characters', `<a b="${' '.repeat(16_376)}">`, '<a'],
    ['16,385 characters', `<a b="${' '.repeat(16_377)}">`, `<a b="${' '.repeat(16_377)}">`],
  ])('of a tag with %s', (_title, tag, expected) => {
    const xml = `${tag}<b>${'x'.repeat(1000)}</b>`;
    expect(describeTokens([xml])).toEqual([expected, '<b', 'x'.repeat(1000), '>b']);
    expect(describeTokens([tag.slice(0, -1), '>', xml.slice(tag.length)])).toEqual(describeTokens([xml]));
  });

  it('are the same wherever the pieces are cut', () => {
    const part = fc.constantFrom(...PARTS);
    const document = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''));
    const same = fc.property(document.chain(cutsOf), (pieces) => {
      expect(describeTokens(pieces)).toEqual(describeTokens([pieces.join('')]));
    });
    expect(() => fc.assert(same, { numRuns: 3000 })).not.toThrow();
  });

  it('before the report, neither instructions nor CDATA hide it', () => {
    const scanner = new XmlScanner();
    scanner.isProlog = true;
    scanner.feed('<?xml version="1.0"><![CDATA[<feedback>');
    const tags: string[] = [];
    for (let token = scanner.next(); token !== null; token = scanner.next()) {
      if (token === 'open') tags.push(scanner.name);
    }
    expect(tags).toEqual(['feedback']);
  });
});

describe('millions', () => {
  const units: readonly (readonly [string, string])[] = [
    ['angle brackets', '<'],
    ['opened tags', '<a '],
    ['opened quotes', '<a b="'],
    ['quotes', '"'],
    ['empty elements', '<a/>'],
    ['references', '&amp;'],
    ['ampersands', '&'],
    ['unclosed comments', '<!-'],
    ['comments without an end', '<!--'],
    ['ends of CDATA', '<![CDATA[]]'],
    ['declarations', '<!'],
    ['prefixes', '<a:'],
    ['long names', `<${'a'.repeat(101)}`],
  ];

  it.each(units)('of %s are done with, and no more than a tag of them is kept', (_title, unit) => {
    const piece = unit.repeat(Math.ceil(65_536 / unit.length));
    const scanner = new XmlScanner();
    let longest = 0;
    for (let count = 0; count < 30; count += 1) {
      scanner.feed(piece);
      longest = Math.max(longest, scanner.xml.length);
      while (scanner.next() !== null);
    }
    scanner.finish();
    while (scanner.next() !== null);
    expect(scanner.end).toBe(scanner.xml.length);
    expect(longest).toBeLessThan(piece.length + 16_384);
  });
});

/** Tags by their names, and the texts between them, joined and with their references resolved. */
function describeTokens(pieces: readonly string[]): readonly string[] {
  const scanner = new XmlScanner();
  const found: string[] = [];
  let text = '';
  const take = (): void => {
    for (let token = scanner.next(); token !== null; token = scanner.next()) {
      const part = scanner.xml.slice(scanner.from, scanner.to);
      if (token === 'text') text += scanner.isLiteral ? literal(part) : part;
      else if (text !== '') found.push(resolveReferences(text));
      if (token !== 'text') text = '';
      if (token === 'refused') found.push('refused');
      if (token === 'open' || token === 'empty') found.push(`<${scanner.name}`);
      if (token === 'close' || token === 'empty') found.push(`>${scanner.name}`);
    }
  };
  for (const piece of pieces) {
    scanner.feed(piece);
    take();
  }
  scanner.finish();
  take();
  return text === '' ? found : [...found, resolveReferences(text)];
}

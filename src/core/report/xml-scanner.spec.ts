import { describe, expect, it } from 'vitest';
import { resolveReferences } from './resolve-references.js';
import { XmlScanner } from './xml-scanner.js';

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
    const scanner = new XmlScanner(unit.repeat(500_000), 0);
    while (scanner.next() !== null);
    expect(scanner.end).toBe(unit.length * 500_000);
  });
});

/** Tags by their names, and the texts between them, joined and with their references resolved. */
function describeTokens(xml: string): readonly string[] {
  const scanner = new XmlScanner(xml, 0);
  const found: string[] = [];
  let text = '';
  for (let token = scanner.next(); token !== null; token = scanner.next()) {
    if (token === 'text') text += scanner.text;
    else if (text !== '') found.push(resolveReferences(text));
    if (token !== 'text') text = '';
    if (token === 'open' || token === 'empty') found.push(`<${scanner.name}`);
    if (token === 'close' || token === 'empty') found.push(`>${scanner.name}`);
  }
  return text === '' ? found : [...found, resolveReferences(text)];
}

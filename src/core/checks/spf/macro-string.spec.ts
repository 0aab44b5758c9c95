import { describe, expect, it } from 'vitest';
import { expandMacros, readDomainSpec, readMacroString } from './macro-string.js';
import type { MacroLetter } from './macro-string.js';

const VALUES: Readonly<Record<MacroLetter, string>> = {
  s: 'strong-bad@email.example.com',
  l: 'strong-bad',
  o: 'email.example.com',
  d: 'email.example.com',
  i: '192.0.2.3',
  p: 'mx.example.org',
  h: 'mx.example.org',
  c: '192.0.2.3',
  r: 'receiver.example',
  t: '1234',
  v: 'in-addr',
};

function expand(text: string): string | null {
  const reading = readMacroString(text);
  return reading.kind === 'read' ? expandMacros(reading.macro, (letter) => VALUES[letter]) : null;
}

describe('expandMacros', () => {
  // The examples of RFC 7208 7.4 are among these.
  it.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{D2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{S}', 'strong-bad%40email.example.com'],
    ['%{s-@}', null],
    ['%%a%_b%-c', '%a b%20c'],
    ['100%', null],
    ['%{d', null],
    ['%{0d}', null],
    ['%{d0}', null],
    ['%{d999999999999}', 'email.example.com'],
    ['%{d.-+,/_=}', 'email.example.com'],
  ])('%s: %s', (text, expanded) => {
    expect(expand(text)).toBe(expanded);
  });
});

describe('readDomainSpec', () => {
  it.each([
    ['example.com', true],
    ['example.com.', true],
    ['_spf.example.xn--zckzah', true],
    ['foo:bar/baz.example.com', true],
    ['x%{d}', true],
    ['x.%-', true],
    ['%{d}.com', true],
    ['%{d}com', false],
    ['museum', false],
    ['museum.', false],
    ['example.-com', false],
    ['example.com-', false],
    ['example.123', false],
    ['example.1a', true],
    ['example.com:80', false],
    ['192.0.2.1', false],
    ['192.0.2.0/24', false],
    ['%{r}.example', false],
    ['', false],
  ])('%j: %s', (text, isRead) => {
    expect(readDomainSpec(text).kind).toBe(isRead ? 'read' : 'faulty');
  });
});

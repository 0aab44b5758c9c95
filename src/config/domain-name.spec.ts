import { describe, expect, it } from 'vitest';
import { normalizeDomain } from './domain-name.js';

describe('normalizeDomain', () => {
  it.each([
    ['Example.COM', 'example.com'],
    [' example.com. ', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['EXAMPLE。com', 'example.com'],
    ['a.b.c.example', 'a.b.c.example'],
  ])('%s → %s', (given, expected) => {
    expect(normalizeDomain(given)).toBe(expected);
  });

  it.each([
    '',
    'com',
    '.',
    'a..example',
    '192.0.2.1',
    '[::1]',
    'a_b.example',
    '-a.example',
    'a.example/x',
    'a.example;drop',
    'a b.example',
    'a.example..',
    `${'a'.repeat(64)}.example`,
    `${'abcdefgh.'.repeat(40)}example`,
    'user@a.example',
    'a.example:53',
    '*.example.com',
    '\u0000.example',
  ])('refuses %j', (given) => {
    expect(normalizeDomain(given)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { isAligned } from './identifier-alignment.js';
import { organizationalDomain } from './organizational-domain.js';

describe('organizationalDomain', () => {
  it.each([
    ['example.com', 'example.com'],
    ['A.B.Example.COM.', 'example.com'],
    ['mail.example.co.uk', 'example.co.uk'],
    ['alice.github.io', 'alice.github.io'],
    ['deep.alice.github.io', 'alice.github.io'],
    ['github.io', 'github.io'],
    ['co.uk', 'co.uk'],
    ['com', 'com'],
    ['_odd_.example.test', 'example.test'],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['192.0.2.1', '192.0.2.1'],
    ['', ''],
    ['...', '..'],
  ])('of %j is %j', (domain, expected) => {
    expect(organizationalDomain(domain)).toBe(expected);
  });
});

it('the Organizational Domain is the same however many others were asked for', () => {
  const names = Array.from({ length: 25_000 }, (_, number) => `Mail.d${number % 12_000}.example.CO.UK.`);
  const wrong = names.filter((name) => organizationalDomain(name) !== 'example.co.uk');
  expect(wrong).toEqual([]);
  expect(organizationalDomain(`${'a.'.repeat(400)}example.com`)).toBe('example.com');
});

describe('isAligned', () => {
  it.each<[string, string, boolean, boolean]>([
    ['example.com', 'example.com', true, true],
    ['Example.com.', 'example.COM', true, true],
    ['mail.example.com', 'example.com', true, false],
    ['example.com', 'mail.example.com', true, false],
    ['a.example.com', 'b.example.com', true, false],
    ['notexample.com', 'example.com', false, false],
    ['example.com.evil.net', 'example.com', false, false],
    ['bob.github.io', 'alice.github.io', false, false],
    ['co.uk', 'example.co.uk', false, false],
    ['', 'example.com', false, false],
    ['', '', false, false],
  ])('%j with %j: relaxed %s, strict %s', (identifier, author, relaxed, strict) => {
    expect(isAligned(identifier, author, 'r')).toBe(relaxed);
    expect(isAligned(identifier, author, 's')).toBe(strict);
  });
});

import { describe, expect, it } from 'vitest';
import { readAddress, readDomain } from './read-names.js';

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::', '::'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
  ])('%s is %s', (text, expected) => {
    expect(readAddress(text)).toBe(expected);
  });

  it.each([
    '',
    '10.1',
    '010.0.0.1',
    '256.0.0.1',
    '1.2.3.4.5',
    '0x7f000001',
    '2130706433',
    'fe80::1%eth0',
    ':::',
    '1::2::3',
    '2001:db8::12345',
    '192.0.2.1/24',
    'example.org',
    'a'.repeat(1000),
  ])('%j is none', (text) => {
    expect(readAddress(text)).toBeNull();
  });
});

describe('a domain', () => {
  it.each([
    ['Example.ORG', 'example.org'],
    ['example.org.', 'example.org'],
    ['example.org. > .', 'example.org'],
    ['_dmarc.example.org', '_dmarc.example.org'],
    ['someone@example.org', 'example.org'],
    ['<someone@example.org>', 'example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
  ])('%s is %s', (text, expected) => {
    expect(readDomain(text)).toBe(expected);
  });

  it.each([
    '',
    '.',
    'a..b',
    'a b',
    'a/b',
    'ü@',
    'ü/x',
    'ü:80',
    'ü?x',
    'a,b',
    `${'a.'.repeat(130)}b`,
    'ü'.repeat(300),
    `${'.'.repeat(2000)}x`,
    '.'.repeat(2000),
  ])('%j is none', (text) => {
    expect(readDomain(text)).toBeNull();
  });
});

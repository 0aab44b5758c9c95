import { describe, expect, it } from 'vitest';
import { labelIn, requireDmarcName } from './dmarc-name.js';

describe('requireDmarcName', () => {
  it.each([
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['_DMARC.Example.COM.', '_dmarc.example.com'],
  ])('%s is %s', (given, name) => {
    expect(requireDmarcName(given)).toBe(name);
  });

  it.each([
    '_dmarc',
    'example.com',
    'x._dmarc.example.com',
    '_dmarc..com',
    '_dmarc.exa mple.com',
    '_dmarc.a/b',
  ])('refuses %s', (given) => {
    expect(() => requireDmarcName(given)).toThrow('only names that start with _dmarc. are written');
  });
});

describe('labelIn', () => {
  it.each([
    ['_dmarc.example.com', 'example.com', '_dmarc'],
    ['_dmarc.a.b.example.com', 'example.com', '_dmarc.a.b'],
    ['_dmarc.example.com', '_dmarc.example.com', '@'],
    ['example.com', 'example.com', '@'],
  ])('%s in %s is %s', (name, zone, label) => {
    expect(labelIn(name, zone, '@')).toBe(label);
  });

  it.each([
    ['_dmarc.example.com', 'example.org'],
    ['_dmarc.notexample.com', 'example.com'],
    ['example.com', '_dmarc.example.com'],
  ])('%s does not lie in %s', (name, zone) => {
    expect(() => labelIn(name, zone, '@')).toThrow(`${name} does not lie in the zone ${zone}`);
  });
});

import { describe, expect, it } from 'vitest';
import { explainSpfNearMiss, meantModifier, meantNearMiss, meantRecord, meantTerm } from './explain-slip.js';
import { parseSpfRecord } from './parse-record.js';

describe('meantTerm', () => {
  it.each([
    ['ipv4:192.0.2.1', 'ip4:192.0.2.1'],
    ['~IPv6:2001:db8::/32', '~ip6:2001:db8::/32'],
    ['ip:192.0.2.1', 'ip4:192.0.2.1'],
    ['ip4:2001:db8::1', 'ip6:2001:db8::1'],
    ['ip6:192.0.2.1', 'ip4:192.0.2.1'],
    ['a:192.0.2.1', 'ip4:192.0.2.1'],
    ['mx:192.0.2.0/24', 'ip4:192.0.2.0/24'],
    ['include:192.0.2.1', 'ip4:192.0.2.1'],
    ['ip4:192.0.2.1:25', 'ip4:192.0.2.1'],
    ['192.0.2.1', 'ip4:192.0.2.1'],
    ['ip4:mail.example.com', 'a:mail.example.com'],
    ['mail.example.com', 'a:mail.example.com'],
    ['include:https://spf.example.com/', 'include:spf.example.com'],
    ['redirect:example.com', 'redirect=example.com'],
    ['-all;', '-all'],
    ['-all"', '-all'],
    ['~all.', '~all'],
    ['ip4:192.0.2.1,', 'ip4:192.0.2.1'],
    ['\xe2\x80\x93all', '-all'],
    ['ip4:192.0.2.1/33', null],
    ['ip4:192.0.2', null],
    ['moo', null],
    ['"', null],
  ])('%j: %j', (term, meant) => {
    expect(meantTerm(term)).toBe(meant);
  });
});

describe('meantRecord', () => {
  it.each([
    ['v=spf1 ip4: 192.0.2.1 - all', 'v=spf1 ip4:192.0.2.1 -all'],
    ['v=spf1 include: a.example include:b.example ~all', 'v=spf1 include:a.example include:b.example ~all'],
    ['v=spf1 a\tmx\xc2\xa0-all', 'v=spf1 a mx -all'],
    ['v=spf1 ipv4:192.0.2.1, mail.example.com ~all;', 'v=spf1 ip4:192.0.2.1 a:mail.example.com ~all'],
    ['v=spf1 moo ipv4:192.0.2.1', null],
    ['v=spf1 ip4:192.0.2.1/33 -all', null],
  ])('%j: %j', (text, meant) => {
    expect(meantRecord(parseSpfRecord(text))).toBe(meant);
  });
});

describe('meantModifier', () => {
  it.each([
    ['ip4=192.0.2.1', 'ip4:192.0.2.1'],
    ['include=spf.example.com', 'include:spf.example.com'],
    ['v=spf1', ''],
    ['all=no', null],
    ['ip4=', null],
    ['ra=postmaster', null],
  ])('%s: %j', (term, meant) => {
    const [modifier] = parseSpfRecord(`v=spf1 ${term}`).unknownModifiers;
    expect(meantModifier(modifier!)).toBe(meant);
  });
});

describe('explainSpfNearMiss', () => {
  it.each([
    ['v=spf1 -all', null],
    ['v=spf1', null],
    ['', null],
    ['google-site-verification=spf1', null],
    ['spf2.0/pra -all', null],
    ['v=DMARC1; p=none', null],
    [' v=spf1 -all', 'it begins with a space'],
    ['"v=spf1 -all"', 'quotation marks are part of the text; they belong to zone files only'],
    ['\xef\xbb\xbfv=spf1 -all', 'an invisible character stands before it'],
    ['spf1 -all', '"v=" is missing before it'],
    ['v=spf1; a -all', 'a semicolon follows v=spf1; only spaces part the terms'],
    ['v=spf1, a -all', 'a comma follows v=spf1; only spaces part the terms'],
    ['v=spf1\ta', 'a tab or line end follows v=spf1; only spaces part the terms'],
    ['v=spf1include:x.example', 'no space follows v=spf1'],
    ['v = spf1 -all', '"v=spf1" is not written so, without spaces or other signs in it'],
    ['v=spf 1 -all', '"v=spf1" is not written so, without spaces or other signs in it'],
    ['v=spf2 -all', 'the version is not spf1'],
    ['v=spf10 -all', 'the version is not spf1'],
  ])('%j: %s', (text, why) => {
    expect(explainSpfNearMiss(text)).toBe(why);
  });
});

describe('a record of 64 KB', () => {
  it.each([
    ['semicolons', `v=spf1 x${';'.repeat(64_000)}x`],
    ['spaces', `v=spf1 ip4:${' '.repeat(64_000)}x`],
    ['quotation marks', `v=spf1 ${'"'.repeat(64_000)}`],
    ['host names', `v=spf1 ${'a.'.repeat(32_000)}!`],
    ['slips', `v=spf1${' ipv4:192.0.2.1'.repeat(4000)}`],
  ])('of %s is read to its end', (_what, text) => {
    expect(meantRecord(parseSpfRecord(text))).toSatisfy(
      (meant: string | null) => meant === null || parseSpfRecord(meant).faults.length === 0,
    );
  });
});

describe('meantNearMiss', () => {
  it.each([
    ['spf1 mx ~all', 'v=spf1 mx ~all'],
    [' v=spf1 mx ~all', 'v=spf1 mx ~all'],
    ['"v=spf1 mx ~all"', 'v=spf1 mx ~all'],
    ['v=spf1;mx ~all', 'v=spf1 mx ~all'],
    ['v = spf1 mx -all', 'v=spf1 mx -all'],
    ['v:spf1 ipv4:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
    ['\xef\xbb\xbfv=spf1 -all', 'v=spf1 -all'],
    ['v=spf1', null],
    ['v=spf2 mx ~all', null],
    ['spf1 moo', null],
    ['hello', null],
  ])('%j: %j', (text, meant) => {
    expect(meantNearMiss(text)).toBe(meant);
  });
});

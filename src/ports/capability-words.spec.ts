import { describe, expect, it } from 'vitest';
import { capabilityWords, ttlRange } from './capability-words.js';
import type { Capabilities, TtlRule } from './provider-descriptor.js';

const PLAIN: Capabilities = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 0, most: 2_147_483_647, only: null },
  txt: { form: 'raw', longest: 255, refuses: [] },
  scope: 'account',
  completion: 'at-once',
  rateLimit: null,
};

const TXT = 'Value of a TXT record';
const TTL = 'TTL in seconds';

describe('capabilityWords', () => {
  it.each<[string, Partial<Capabilities>, string]>([
    [TTL, {}, 'Any'],
    [TTL, { ttl: { least: 60, most: 2_147_483_647, only: null } }, '60 and more'],
    [
      TTL,
      { ttl: { least: 300, most: 7200, only: [3600, 300, 7200] } },
      '300 to 7200: one of 300, 3600, 7200',
    ],
    [TXT, {}, '255 bytes at most, sent as it is'],
    [
      TXT,
      { txt: { form: 'quoted', longest: 9, refuses: ['backslash'] } },
      '9 bytes at most, sent in quotes; no backslashes',
    ],
    [
      TXT,
      { txt: { form: 'strings', longest: 9, refuses: ['semicolon', 'outer-space', 'non-ascii'] } },
      '9 bytes at most, sent as a list of strings; no semicolons, spaces at the ends, or characters beyond ASCII',
    ],
    ['What a write replaces', {}, 'One record, in several requests'],
    [
      'What a write replaces',
      { unit: 'rrset', replace: 'atomic' },
      'All TXT records at the name together, in one request',
    ],
    [
      'Who compares before a write',
      { compare: 'server' },
      'The provider by itself: of two writers in the same moment one is refused',
    ],
    ['The least that a credential can be limited to', {}, 'The whole account'],
    ['Rate limit', {}, 'None documented'],
    ['Rate limit', { rateLimit: 'one a second' }, 'One a second'],
  ])('%s of %o', (question, capabilities, words) => {
    expect(new Map(capabilityWords({ ...PLAIN, ...capabilities })).get(question)).toBe(words);
  });
});

describe('ttlRange', () => {
  it.each<[Partial<TtlRule>, string]>([
    [{}, 'any'],
    [{ least: 1 }, 'any'],
    [{ least: 60 }, '60 and more'],
    [{ most: 86_400 }, '0 to 86400'],
  ])('of %o is %s', (rule, words) => {
    expect(ttlRange({ ...PLAIN.ttl, ...rule })).toBe(words);
  });
});

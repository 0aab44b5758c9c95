import { describe, expect, it } from 'vitest';
import type { Capabilities, ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { capabilityWords } from './capability-words.js';

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

function wordsFor(question: string, capabilities: Partial<Capabilities>): string | undefined {
  const descriptor = { tested: 'emulator', capabilities: { ...PLAIN, ...capabilities } };
  return new Map(capabilityWords(descriptor as unknown as ProviderDescriptor)).get(question);
}

const TXT = 'The longest value of a TXT record';

describe('capabilityWords', () => {
  it.each<[string, Partial<Capabilities>, string]>([
    ['TTL', {}, 'Any'],
    ['TTL', { ttl: { least: 60, most: 2_147_483_647, only: null } }, '60 seconds and more'],
    ['TTL', { ttl: { least: 60, most: 86_400, only: null } }, '60 to 86400 seconds'],
    ['TTL', { ttl: { least: 0, most: 86_400, only: null } }, '0 to 86400 seconds'],
    ['TTL', { ttl: { least: 300, most: 7200, only: [3600, 300, 7200] } }, '300, 3600, 7200 seconds'],
    [TXT, {}, '255 bytes'],
    [TXT, { txt: { form: 'raw', longest: 9, refuses: ['backslash'] } }, '9 bytes; no backslashes'],
    [
      TXT,
      { txt: { form: 'raw', longest: 9, refuses: ['semicolon', 'outer-space', 'non-ascii'] } },
      '9 bytes; no semicolons, spaces at the ends, or characters beyond ASCII',
    ],
    ['What a write replaces', {}, 'One record, in several requests'],
    [
      'What a write replaces',
      { unit: 'rrset', replace: 'atomic' },
      'All TXT records at the name together, in one request',
    ],
    ['The least that a credential can be limited to', {}, 'The whole account'],
    ['Rate limit', {}, 'None documented'],
  ])('%s of %o', (question, capabilities, words) => {
    expect(wordsFor(question, capabilities)).toBe(words);
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiOptionDescriptors, apiOptions, Credential } from './api-options.js';

const PUBLIC = 'https://api.example.com/v1';

describe('apiOptions', () => {
  const Options = z.strictObject(apiOptions(PUBLIC));

  it.each([
    [{}, { url: PUBLIC, timeoutMs: 10_000 }],
    [
      { url: 'http://127.0.0.1:8080/v2//', timeoutMs: 500 },
      { url: 'http://127.0.0.1:8080/v2', timeoutMs: 500 },
    ],
  ])('%j', (given, expected) => {
    expect(Options.parse(given)).toEqual(expected);
  });

  it.each([
    { url: 'ftp://example.com' },
    { url: 'example.com' },
    { url: 'https://u:p@example.com' },
    { timeoutMs: 0 },
    { timeoutMs: 1e9 },
  ])('refuses %j', (given) => {
    expect(Options.safeParse(given).success).toBe(false);
  });

  it('are described, one by one', () => {
    expect(apiOptionDescriptors(PUBLIC).map((option) => option.name)).toEqual(Object.keys(Options.shape));
  });
});

describe('Credential', () => {
  it.each(['', 'with space', 'line\nend', 'tab\t', 'ünïcode', '\u0000', 'x'.repeat(9000)])(
    'refuses %j, which could break out of a header',
    (given) => {
      expect(Credential.safeParse(given).success).toBe(false);
    },
  );

  it('takes what tokens are made of', () => {
    expect(Credential.parse('dop_v1_A-z0+/=~.:$')).toBe('dop_v1_A-z0+/=~.:$');
  });
});

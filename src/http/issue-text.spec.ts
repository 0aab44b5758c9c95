import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueText } from './issue-text.js';

const Body = z.strictObject({
  name: z.string().min(2).max(4).optional(),
  class: z.enum(['authorized', 'hostile']).optional(),
  limit: z.int().min(1).max(9).optional(),
  list: z.array(z.string()).min(1).optional(),
  day: z.iso.date().optional(),
  code: z.string().regex(/^x/, 'begins with x').optional(),
});

function textsOf(schema: z.ZodType, value: unknown): readonly string[] {
  return (schema.safeParse(value).error?.issues ?? []).map(issueText);
}

describe('what is wrong with a field', () => {
  it.each([
    [{ name: 7 }, 'a text is expected'],
    [{ name: 'a' }, 'at least 2 characters'],
    [{ name: 'abcde' }, 'at most 4 characters'],
    [{ class: 'unknown' }, 'allowed: authorized, hostile'],
    [{ limit: 1.5 }, 'a whole number is expected'],
    [{ limit: 10 }, 'at most 9'],
    [{ list: [] }, 'at least 1 entry'],
    [{ day: 'soon' }, 'a date such as 2026-04-02 is expected'],
    [{ code: 'y' }, 'begins with x'],
    [{ harmcap: 1 }, 'nobody knows the key harmcap here'],
    [[], 'an object of keys and values is expected'],
  ])('%j: %s', (value, text) => {
    expect(textsOf(Body, value)).toEqual([text]);
  });

  it('that is not there', () => {
    expect(textsOf(z.object({ name: z.string() }), {})).toEqual(['it is missing; a text is expected']);
  });
});

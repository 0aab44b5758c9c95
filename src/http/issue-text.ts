import { z } from 'zod';
import { countText } from '../core/amount-text.js';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object of keys and values',
  record: 'an object of keys and values',
  date: 'a date',
};

const Bound = z.union([z.number(), z.bigint()]).transform(Number);
const Known = z.discriminatedUnion('code', [
  z.object({ code: z.literal('invalid_type'), expected: z.string() }),
  z.object({ code: z.literal('invalid_value'), values: z.array(z.unknown()) }),
  z.object({ code: z.literal('unrecognized_keys'), keys: z.array(z.string()) }),
  z.object({ code: z.literal('too_small'), origin: z.string(), minimum: Bound }),
  z.object({ code: z.literal('too_big'), origin: z.string(), maximum: Bound }),
  z.object({ code: z.literal('invalid_format'), format: z.string() }),
]);

/** How Zod begins the messages that are its own. */
const OF_ZOD = /^(?:Invalid |Too small|Too big|Unrecognized key)/;

/** What is wrong with one field, said for people; a message that a schema gives itself stays as it is. */
export function issueText(issue: { readonly message: string }): string {
  const known = Known.safeParse(issue);
  if (!OF_ZOD.test(issue.message) || !known.success) return issue.message;
  const { data } = known;
  switch (data.code) {
    case 'invalid_type': {
      const wanted = `${KINDS[data.expected] ?? data.expected} is expected`;
      return issue.message.endsWith('received undefined') ? `it is missing; ${wanted}` : wanted;
    }
    case 'invalid_value':
      return `allowed: ${data.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `nobody knows the key ${data.keys.join(', ')} here`;
    case 'too_small':
      return `at least ${boundText(data.origin, data.minimum)}`;
    case 'too_big':
      return `at most ${boundText(data.origin, data.maximum)}`;
    case 'invalid_format':
      return data.format === 'date'
        ? 'a date such as 2026-04-02 is expected'
        : 'it has another form than expected';
  }
}

function boundText(origin: string, bound: number): string {
  if (origin === 'string') return countText(bound, 'character');
  return origin === 'array' ? countText(bound, 'entry', 'entries') : String(bound);
}

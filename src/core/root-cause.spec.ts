import { describe, expect, it } from 'vitest';
import { rootCause } from './root-cause.js';

describe('the root cause of an error', () => {
  it.each([
    ['an error by itself', new Error('full'), 'full'],
    ['the innermost', new Error('a', { cause: new Error('b', { cause: new Error('c') }) }), 'c'],
    ['one line', new Error('two\n  lines\0'), 'two lines'],
    [
      'a code where there are no words',
      Object.assign(new Error(''), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    ['no password', new Error('no postgres://me:secret@host/db'), 'no postgres://…@host/db'],
    ['what is no error', 'thrown', 'unknown'],
    ['not all of a long text', new Error('x'.repeat(1000)), `${'x'.repeat(200)}…`],
  ])('is %s', (_title, error, text) => {
    expect(rootCause(error)).toBe(text);
  });
});

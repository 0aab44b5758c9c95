import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICIES, POLICY_TAG_NAMES } from './policy.js';
import { editPolicy, freshRecord, isDmarcRecord, readPolicyTags, readTags } from './tags.js';
import type { PolicyEdit } from './tags.js';

describe('isDmarcRecord', () => {
  it.each([
    ['v=DMARC1', true],
    ['v=DMARC1; p=none', true],
    ['v = DMARC1 ;p=none', true],
    [' v=DMARC1; p=none', true],
    ['v=dmarc1; p=none', false],
    ['v=DMARC10; p=none', false],
    ['v=DMARC1 p=none', false],
    ['v=DMARC1\\; p=none', false],
    ['p=none; v=DMARC1', false],
    ['v=spf1 -all', false],
    ['', false],
    [';', false],
  ])('%j is %s', (text, expected) => {
    expect(isDmarcRecord(text)).toBe(expected);
  });
});

describe('readTags', () => {
  it('keeps order, duplicates and unknown tags, and skips what has no equals sign', () => {
    expect(readTags('v=DMARC1; P = None ;; rua=mailto:a=b@example.com; odd; p=x;')).toEqual([
      { name: 'v', value: 'DMARC1' },
      { name: 'p', value: 'None' },
      { name: 'rua', value: 'mailto:a=b@example.com' },
      { name: 'p', value: 'x' },
    ]);
  });
});

describe('readPolicyTags', () => {
  it.each([
    ['v=DMARC1; p=none', { p: 'none' }],
    [
      'v=DMARC1; p=Reject; sp=NONE; np=reject; pct=025; t=Y',
      { p: 'reject', sp: 'none', np: 'reject', pct: 25, t: 'y' },
    ],
    ['v=DMARC1;p=quarantine;pct=0;t=n', { p: 'quarantine', pct: 0, t: 'n' }],
    ['v=DMARC1; rua=mailto:d@example.com; p=none', { p: 'none' }],
    ['v=DMARC1; p=none; pct=101; t=maybe', { p: 'none' }],
    ['v=DMARC1; p=none; pct=-1', { p: 'none' }],
    ['v=DMARC1; p=none; pct=1e1', { p: 'none' }],
  ])('%j', (text, expected) => {
    expect(readPolicyTags(text)).toEqual(expected);
  });

  it.each([
    ['p is missing', 'v=DMARC1; rua=mailto:d@example.com'],
    ['p is no policy', 'v=DMARC1; p=block'],
    ['a semicolon is missing', 'v=DMARC1; p=reject rua=mailto:d@example.com'],
    ['sp is invalid', 'v=DMARC1; p=none; sp=no'],
    ['np is invalid', 'v=DMARC1; p=none; np='],
    ['p stands there twice', 'v=DMARC1; p=none; p=reject'],
    ['it is no DMARC record', 'v=dmarc1; p=none'],
  ])('is null when %s', (_why, text) => {
    expect(readPolicyTags(text)).toBeNull();
  });
});

describe('editPolicy', () => {
  it.each<[string, PolicyEdit, string]>([
    [
      'v=DMARC1; p=none; rua=mailto:d@example.com',
      { p: 'quarantine', pct: 10, t: 'y' },
      'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@example.com',
    ],
    [
      'v=DMARC1;p=quarantine;pct=10;t=y;rua=mailto:d@example.com;',
      { p: 'quarantine' },
      'v=DMARC1;p=quarantine;rua=mailto:d@example.com;',
    ],
    [
      'v=DMARC1 ;  P = None ; x-odd=Ä; sp=none;pct=100',
      { p: 'reject', pct: 25, t: 'y' },
      'v=DMARC1 ;  P = reject ;  t=y; x-odd=Ä; sp=none;pct=25',
    ],
    [
      'v=DMARC1; p=reject; pct=5; t=y',
      { p: 'reject', sp: 'none', np: 'reject' },
      'v=DMARC1; p=reject; sp=none; np=reject',
    ],
    ['v=DMARC1; p=None', { p: 'none' }, 'v=DMARC1; p=None'],
    ['v=DMARC1; p=none; pct=abc', { p: 'none' }, 'v=DMARC1; p=none; pct=abc'],
    ['v=DMARC1; p=none; pct=abc', { p: 'reject' }, 'v=DMARC1; p=reject'],
    ['v=DMARC1; rua=mailto:d@example.com', { p: 'none' }, 'v=DMARC1; p=none; rua=mailto:d@example.com'],
    ['v=DMARC1; p=none; p=reject; t=y', { p: 'quarantine' }, 'v=DMARC1; p=quarantine'],
    ['v=DMARC1', { p: 'none', pct: 0, t: 'y' }, 'v=DMARC1; p=none; pct=0; t=y'],
  ])('%j to %j', (text, next, expected) => {
    expect(editPolicy(text, next)).toBe(expected);
  });

  it('refuses a text that is no DMARC record', () => {
    expect(() => editPolicy('v=spf1 -all', { p: 'none' })).toThrow(RangeError);
  });

  it('takes a record of the largest size in one pass', () => {
    const text = `v=DMARC1; p=none; x=${' '.repeat(60_000)}${'='.repeat(5000)}`;
    expect(editPolicy(text, { p: 'reject' })).toBe(text.replace('none', 'reject'));
  });
});

describe('editPolicy, whatever the record', () => {
  const space = fc.constantFrom('', ' ', '  ', '\t');
  const anyCase = (words: readonly string[]) =>
    fc.constantFrom(
      ...words.flatMap((word) => [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)]),
    );
  const foreign = fc.oneof(
    fc.constantFrom(
      'rua=mailto:d@example.com',
      'adkim=s',
      'fo=1:d',
      'x-unknown=Ünicode = sign',
      'flag',
      '',
      'ri=86400',
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).filter((text) => {
      const name = text.split('=')[0]!.trim().toLowerCase();
      return !text.includes(';') && ![...POLICY_TAG_NAMES, 'v'].some((known) => known === name);
    }),
  );
  const tag = (name: string, value: fc.Arbitrary<string>) =>
    fc
      .tuple(space, anyCase([name]), space, space, value, space)
      .map((parts) => `${parts[0]}${parts[1]}${parts[2]}=${parts[3]}${parts[4]}${parts[5]}`);
  const percentage = fc.integer({ min: 0, max: 100 }).map(String);
  const record = fc
    .tuple(
      space,
      tag('p', anyCase(POLICIES)),
      fc.array(foreign, { maxLength: 4 }),
      fc.option(tag('sp', anyCase(POLICIES)), { nil: null }),
      fc.option(tag('np', anyCase(POLICIES)), { nil: null }),
      fc.option(tag('pct', percentage), { nil: null }),
      fc.option(tag('t', fc.constantFrom('y', 'n', 'Y')), { nil: null }),
    )
    .chain(([after, p, foreigners, ...policy]) =>
      fc
        .shuffledSubarray([p, ...foreigners, ...policy.filter((part) => part !== null)], {
          minLength: 1 + foreigners.length + policy.filter((part) => part !== null).length,
        })
        .map((parts) => [`v=DMARC1${after}`, ...parts].join(';')),
    );
  const edit = fc.record<PolicyEdit>(
    {
      p: fc.constantFrom(...POLICIES),
      sp: fc.constantFrom(...POLICIES),
      np: fc.constantFrom(...POLICIES),
      pct: fc.integer({ min: 0, max: 100 }),
      t: fc.constantFrom('y', 'n'),
    },
    { requiredKeys: ['p'] },
  );
  const foreignParts = (text: string) =>
    text.split(';').filter((part) => {
      const name = part.split('=')[0]!.trim().toLowerCase();
      return !part.includes('=') || !POLICY_TAG_NAMES.some((known) => known === name);
    });

  it('asking for what is there returns the same bytes', () => {
    fc.assert(
      fc.property(record, (text) => {
        expect(editPolicy(text, readPolicyTags(text)!)).toBe(text);
      }),
    );
  });

  it('reading again gives what was asked, sp and np as they were unless asked', () => {
    fc.assert(
      fc.property(record, edit, (text, next) => {
        const { sp, np } = readPolicyTags(text)!;
        const kept = { ...(sp === undefined ? {} : { sp }), ...(np === undefined ? {} : { np }) };
        expect(readPolicyTags(editPolicy(text, next))).toEqual({ ...kept, ...next });
      }),
    );
  });

  it('leaves every other byte and their order', () => {
    fc.assert(
      fc.property(record, edit, (text, next) => {
        expect(foreignParts(editPolicy(text, next))).toEqual(foreignParts(text));
      }),
    );
  });

  it('does nothing the second time', () => {
    fc.assert(
      fc.property(record, edit, (text, next) => {
        const once = editPolicy(text, next);
        expect(editPolicy(once, next)).toBe(once);
      }),
    );
  });

  it('never throws on text that says v=DMARC1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), edit, (rest, next) => {
        const edited = editPolicy(`v=DMARC1;${rest}`, next);
        const read = readPolicyTags(edited);
        expect(read === null || (read.p === next.p && read.pct === next.pct && read.t === next.t)).toBe(true);
      }),
    );
  });
});

describe('freshRecord', () => {
  it('starts with v and p and asks for reports', () => {
    const text = freshRecord('dmarc@example.com', { p: 'none' });
    expect(text).toBe('v=DMARC1; p=none; rua=mailto:dmarc@example.com');
    expect(freshRecord('mailto:d@example.com', { p: 'reject', pct: 0, t: 'y', sp: 'none' })).toBe(
      'v=DMARC1; p=reject; sp=none; pct=0; t=y; rua=mailto:d@example.com',
    );
  });
});

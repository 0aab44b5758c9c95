import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitHeader } from './mail-header.js';
import { plainHeader } from './plain-header.js';

const NAMES = ['from', 'subject', 'content-type', 'x-1', 'name'];
const BREAKS = ['\r\n', '\n', '\r', '\r\n ', '\r\n\t', '\n ', '\r\n\r\n', '\n\n', ' ', '\t'];
const WORDS = [
  'a',
  'b:c',
  'name=',
  'boundary=x:',
  '--x',
  'é',
  '\0',
  '\u000B',
  '=?utf-8?q?=41?=',
  'x'.repeat(3000),
];
/** What headers are made of, in order and out of order. */
const PIECES = [
  ...NAMES.flatMap((name) => [`${name}:`, `${name.toUpperCase()}: `, `${name} : `]),
  ...BREAKS,
  ...WORDS,
];

const mails = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(''));
/** The same with nothing out of order, so that most of it is read in the short way. */
const plainMails = fc
  .array(
    fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('a', 'b:c\r\n d', '', ' e \n\tf', 'x'.repeat(9000))),
  )
  .map((fields) => `${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\nbody`);

function readingOf(mail: string) {
  const { header, fields, body } = splitHeader(Buffer.from(mail));
  return [
    NAMES.map((name) => [header.all(name), header.first(name)]),
    fields.toString('latin1'),
    body.toString('latin1'),
  ];
}

describe('a header', () => {
  it.each([
    ['made of anything', mails],
    ['in order', plainMails],
  ])('%s is read the same in the short and in the long way', (_title, texts) => {
    // Behind the first line of a mailbox file it goes the long way.
    const isSame = fc.property(texts, (text) => {
      // Only what begins like a field: behind that line, what stands before the first one means something else.
      fc.pre(/^[a-z]/i.test(text));
      expect(readingOf(text)).toEqual(readingOf(`From a\n${text}`));
    });
    expect(() => fc.assert(isSame, { numRuns: 2000 })).not.toThrow();
  });

  it.each([
    ['LF', 'From: a@b.example\nSubject: c\n d\n\nbody'],
    ['CR LF', 'From: a@b.example\r\nSubject: c\r\n d\r\n\r\nbody'],
  ])('with lines that end in %s takes the short way', (_title, mail) => {
    const plain = plainHeader(Buffer.from(mail));
    expect(plain?.header.first('subject')).toBe('c d');
    expect(mail.slice(plain?.bodyStart)).toBe('body');
  });

  it.each([
    ['no empty line', 'From: a@b.example\r\n'],
    ['other characters than ASCII', 'Subject: é\r\n\r\n'],
    ['a line that is no field', 'From: a@b.example\r\nhello\r\n\r\n'],
    ['a folded line at its start', ' a\r\nFrom: b\r\n\r\n'],
    ['a carriage return within a line', 'From: a\rb: c\r\n\r\n'],
    ['a parameter on a line of its own', 'Content-Type: a/b;\r\nname="x:y"\r\n\r\n'],
  ])('with %s takes the long way', (_title, mail) => {
    expect(plainHeader(Buffer.from(mail))).toBeNull();
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorAddress, readableText, splitHeader } from './mail-header.js';
import { parameter } from './mime-parameters.js';
import { mimeParts, type MimePart } from './mime-parts.js';
import { partSource } from './part-source.js';

function leavesOf(lines: readonly string[], lineEnd = '\r\n'): readonly MimePart[] {
  const { header, body } = splitHeader(Buffer.from(lines.join(lineEnd)));
  return [...mimeParts(header, body)].flatMap((part) => part ?? []);
}

function partsOf(lines: readonly string[], lineEnd = '\r\n') {
  return leavesOf(lines, lineEnd).map((part) => {
    const source = partSource(part);
    return [part.name, part.type, source.read(0, source.atMost).toString('utf8')];
  });
}

const MIXED = ['Content-Type: multipart/mixed; boundary="b"', ''];

describe('the parts of a mail', () => {
  const cases: readonly (readonly [string, readonly string[], readonly (readonly string[])[]])[] = [
    ['no content type', ['From: a@b.example', '', 'hello'], [['', 'text/plain', 'hello']]],
    [
      'a boundary that is the one around it, two hyphens and more',
      [
        ...MIXED,
        '--b',
        'Content-Type: multipart/mixed; boundary="b--c"',
        '',
        '--b--c',
        '',
        'one',
        '--b--c--',
        '--b',
        '',
        'two',
        '--b--',
      ],
      [
        ['', 'text/plain', 'one'],
        ['', 'text/plain', 'two'],
      ],
    ],
    ['no body', ['From: a@b.example'], [['', 'text/plain', '']]],
    [
      'two parts, with words around them',
      [
        ...MIXED,
        'before',
        '--b',
        'Content-Type: text/html',
        '',
        'one',
        '',
        '--b',
        '',
        'two',
        '--b--',
        'after',
      ],
      [
        ['', 'text/html', 'one\r\n'],
        ['', 'text/plain', 'two'],
      ],
    ],
    ['no last delimiter', [...MIXED, '--b', '', 'one'], [['', 'text/plain', 'one']]],
    ['spaces behind a delimiter', [...MIXED, '--b \t', '', 'one', '--b--'], [['', 'text/plain', 'one']]],
    [
      'a longer boundary inside',
      [...MIXED, '--b', '', '--bc', 'x--b', '--b--'],
      [['', 'text/plain', '--bc\r\nx--b']],
    ],
    [
      'a digest, whose parts are mails',
      ['Content-Type: multipart/digest; boundary=b', '', '--b', '', 'Subject: x', '', 'hello', '--b--'],
      [['', 'message/rfc822', 'Subject: x\r\n\r\nhello']],
    ],
    [
      'a content type before the one that is true',
      ['Content-Type: text/plain', ...MIXED, '--b', 'Content-Type: a/b', '', 'x', '--b--'],
      [['', 'a/b', 'x']],
    ],
    [
      'a second content type of which no part is there',
      ['Content-Type: text/html', ...MIXED, 'x'],
      [['', 'text/html', 'x']],
    ],
    [
      'an empty part',
      [...MIXED, '--b', '--b', '', '--b--'],
      [
        ['', 'text/plain', ''],
        ['', 'text/plain', ''],
      ],
    ],
    [
      'a multipart without boundary',
      ['Content-Type: multipart/mixed', '', 'x'],
      [['', 'multipart/mixed', 'x']],
    ],
    [
      'a boundary that only the body names',
      ['Content-Type: multipart/mixed; boundary=other', '', '--b', 'Content-Type: a/b', '', 'x', '--b--'],
      [['', 'a/b', 'x']],
    ],
    [
      'parts and no content type',
      ['Subject: x', '', '--b', 'Content-Type: a/b', '', 'x', '--b--'],
      [['', 'a/b', 'x']],
    ],
    [
      'a signature and no content type',
      ['Subject: x', '', 'hello', '-- ', 'me'],
      [['', 'text/plain', 'hello\r\n-- \r\nme']],
    ],
    [
      'no empty line before the parts',
      ['Content-Type: multipart/mixed; boundary=b', '--b', 'Content-Type: a/b', '', 'x', '--b--'],
      [['', 'a/b', 'x']],
    ],
    [
      'no empty line before a text',
      ['Content-Type: a/b', 'hello you', '', 'there'],
      [['', 'a/b', 'hello you\r\n\r\nthere']],
    ],
    [
      'a line among the fields that is none',
      ['X-A: 1', 'no field', 'Content-Type: a/b', '', 'x'],
      [['', 'a/b', 'x']],
    ],
    [
      'a parameter without space before it',
      ['Content-Type: multipart/mixed;', 'boundary="b"', '', '--b', '', 'x', '--b--'],
      [['', 'text/plain', 'x']],
    ],
    [
      'base64 that is none',
      ['Content-Transfer-Encoding: base64', '', '<feedback/>'],
      [['', 'text/plain', '<feedback/>']],
    ],
    [
      'an encoding of no known name',
      ['Content-Transfer-Encoding: x-none', '', 'aGVsbG8='],
      [['', 'text/plain', 'aGVsbG8=']],
    ],
    ...['base64 (a comment)', '(a; \\) (b)) base64', 'base64 (never ends'].map(
      (encoding): readonly [string, readonly string[], readonly (readonly string[])[]] => [
        `the encoding ${encoding}`,
        [`Content-Transfer-Encoding: ${encoding}`, '', 'aGVsbG8='],
        [['', 'text/plain', 'hello']],
      ],
    ),
    [
      'comments in a content type',
      [
        'Content-Type: multipart/mixed (or; so); (here) boundary=b (it is)',
        '',
        '--b',
        'Content-Type: a/b; name="c (1).xml" (new)',
        '',
        'x',
        '--b--',
      ],
      [['c (1).xml', 'a/b', 'x']],
    ],
    [
      'a second content type whose boundary stands far behind',
      ['Content-Type: text/html', ...MIXED, 'x'.repeat(70_000), '--b', '', 'y', '--b--'],
      [['', 'text/html', `${'x'.repeat(70_000)}\r\n--b\r\n\r\ny\r\n--b--`]],
    ],
    ['a header name without hyphen', ['ContentType: text/xml', '', 'x'], [['', 'text/xml', 'x']]],
    [
      'base64',
      ['Content-Transfer-Encoding: BASE64 ', 'Content-Type: a/b; name=c.gz', '', 'aGVs', 'bG8='],
      [['c.gz', 'a/b', 'hello']],
    ],
    [
      'quoted-printable',
      ['Content-Transfer-Encoding: quoted-printable', '', 'f=C3=BCr=20 a=', 'b=3Dc =', 'd=zz'],
      [['', 'text/plain', 'für  ab=c d=zz']],
    ],
    [
      'multiparts in one another',
      [
        ...MIXED,
        '--b',
        'Content-Type: multipart/alternative;',
        '\tboundary=c',
        '',
        '--c',
        '',
        'one',
        '--c--',
        '--b',
        'Content-Disposition: attachment; filename="two.xml"',
        '',
        'two',
        '--b--',
      ],
      [
        ['', 'text/plain', 'one'],
        ['two.xml', 'text/plain', 'two'],
      ],
    ],
  ];

  it.each(cases)('with %s', (_title, lines, expected) => {
    expect(partsOf(lines)).toEqual(expected);
  });

  it('tell what kind of report they are part of', () => {
    const lines = [
      'Content-Type: multipart/report; report-type=TLSRPT; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      '--c--',
      '--b--',
    ];
    expect(leavesOf(lines).map(({ reportType }) => reportType)).toEqual(['tlsrpt']);
    expect(leavesOf([...MIXED, '--b', '', 'x']).map(({ reportType }) => reportType)).toEqual(['']);
  });

  it('may have bare line feeds', () => {
    expect(partsOf([...MIXED, '--b', '', 'one', '--b', '', 'two', '--b--'], '\n')).toEqual([
      ['', 'text/plain', 'one'],
      ['', 'text/plain', 'two'],
    ]);
  });

  it('never hold more than there was, whatever the bytes', () => {
    const lines = fc.array(
      fc.constantFrom(...MIXED, '--b', '--b--', '--', 'x', 'Content-Type: a/b', '\r', ' y: z'),
    );
    const outcomes = fc.property(lines, (found) => {
      const parts = partsOf(['From: a@b.example', ...found]);
      return parts.reduce((sum, [, , text = '']) => sum + text.length, 0) <= found.join('\r\n').length;
    });
    expect(() => fc.assert(outcomes, { numRuns: 500 })).not.toThrow();
  });
});

describe('a parameter', () => {
  it.each([
    ['a; name=b.xml', 'b.xml'],
    ['a; NAME = "b c.xml"; x=y', 'b c.xml'],
    ['a; name="b\\"c;d.xml"', 'b"c;d.xml'],
    ["a; name*=utf-8'en'b%C3%BC.xml", 'bü.xml'],
    ["a; name*=latin1''b%FC.xml", 'bü.xml'],
    ['a; name*1=cd; name*0="ab"; name*2=".xml"', 'abcd.xml'],
    ['a; name="=?utf-8?B?YsO8LnhtbA==?="', 'bü.xml'],
    ['a; (x) name=b.xml', 'b.xml'],
    ['a; filename=b.xml', ''],
    ['a; name="never ends', '"never'],
    ['', ''],
  ])('of %s', (field, expected) => {
    expect(parameter(field, 'name')).toBe(expected);
  });
});

describe('a header', () => {
  it.each([
    ['From: a@b.example', 'a@b.example'],
    ['From: "x, <c@d.example>" <a@b.example>', 'a@b.example'],
    ['From: A\r\n <a@b.example>', 'a@b.example'],
    ['From: a@b.example, c@d.example', null],
    ['From: a@b.example\r\nFrom: c@d.example', null],
    ['From: nobody', null],
    ['Subject: x', null],
  ])('%j has this one author', (text, expected) => {
    expect(authorAddress(splitHeader(Buffer.from(`${text}\r\n\r\n`)).header)).toBe(expected);
  });

  it('may follow the first line of a mailbox file', () => {
    const { header, body } = splitHeader(
      Buffer.from('From a@b Thu Jan  1 00:00:00 2026\nSubject: x\n\nhello'),
    );
    expect([header.first('subject'), body.toString()]).toEqual(['x', 'hello']);
  });

  it.each([
    ['=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=', 'テスト'],
    [' a\tb\u0007c ', 'a b c'],
    ['', null],
  ])('%j reads %j', (value, expected) => {
    expect(readableText(value)).toBe(expected);
  });
});

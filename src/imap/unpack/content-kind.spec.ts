import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contentKind, type ContentKind } from './content-kind.js';

describe('what bytes are', () => {
  const cases: readonly (readonly [ContentKind, string, Uint8Array | string])[] = [
    ['gzip', 'gzip', gzipSync('x')],
    ['zlib', 'zlib', deflateSync('x')],
    ['zlib', 'fast zlib', deflateSync('<feedback/>', { level: 3 })],
    ['other', 'a formula', 'x^2 + y^2 = z^2'],
    ['zip', 'an archive', 'PK\x03\x04'],
    ['zip', 'an empty archive', 'PK\x05\x06'],
    ['other', 'words with PK', 'PK is short for Phil Katz'],
    ['compound-file', 'a .msg or .doc file', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['xml', 'a declaration', '<?xml version="1.0"?>'],
    ['xml', 'an element behind spaces', '\r\n  <feedback>'],
    ['xml', 'a byte order mark', '\uFEFF<feedback>'],
    ['xml', 'UTF-16', Buffer.from('\uFEFF<feedback>', 'utf16le')],
    ['other', 'an arrow', '<- here'],
    ['json', 'an object', ' {"a": 1}'],
    ['mail', 'a mail', 'Received: from a\r\n by b\r\n'],
    [
      'mail',
      'a mail without a space behind the name of its first field',
      'From:Reports <a@b.example>\r\nTo:c@d\r\n',
    ],
    ['mail', 'a mail with unusual fields first', 'Foo: bar\nSubject: x\n'],
    ['mail', 'a mail with a long signature first', `Bar-Seal: ${'x'.repeat(3000)}\r\nSubject: x\r\n`],
    ['mail', 'a mail of a mailbox file', 'From a@b Thu Jan  1 00:00:00 2026\nX-A: b\n'],
    ['xml', 'UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c, 0, 0, 0, 0x61])],
    ['mail', 'a mail behind a line of junk', 'junk\nFrom: a\nX-A: b\n c\nSubject: x\nDate: y\n\nbody'],
    ['other', 'a letter that quotes fields', 'Dear owner,\nFrom: a\nSubject: x\n\nDate: y'],
    ['mail', 'a mail whose first field is folded', 'Received:\r\n from a'],
    ['other', 'words with a colon', 'Note: this is no mail.\nNor: is this'],
    ['other', 'words', 'Dear owner,'],
    ['other', 'nothing', ''],
  ];

  it.each(cases)('%s: %s', (kind, _title, bytes) => {
    expect(contentKind(Buffer.from(bytes))).toBe(kind);
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/imap/unpack/unpack-limits.js';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { UnpackError, type Find, type FoundDocument } from '../../src/ports/message-unpacker.js';
import { mailWith } from './report-mail.js';
import { turnsWhile } from './turns-while.js';
import { unpackAll } from './unpack-all.js';
import { zipFile } from './zip-file.js';

const MEBIBYTE = 1024 * 1024;
/** No piece of text is longer, whatever it comes from. */
const LONGEST_PIECE = 64 * 1024;

/** A report of some MiB that shrinks a little. */
const LARGE = Buffer.from(`<feedback>${randomBytes(1.5 * MEBIBYTE).toString('hex')}</feedback>`);
/** One that shrinks a lot. */
const EVEN = Buffer.from(`<feedback>${'<record><row>192.0.2.1</row></record>\n'.repeat(80_000)}</feedback>`);

function quotedPrintable(bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').replaceAll('=', '=3D').replaceAll(/.{70}/g, '$&=\r\n');
  const head =
    'From: a@b.example\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n';
  return Buffer.from(head + lines);
}

const PACKINGS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['as it is', (bytes) => bytes],
  ['in gzip', (bytes) => gzipSync(bytes)],
  ['in zlib', (bytes) => deflateSync(bytes)],
  ['in gzip in gzip', (bytes) => gzipSync(gzipSync(bytes, { level: 0 }))],
  ['in zip', (bytes) => zipFile([{ name: 'a.xml', bytes }])],
  ['stored in zip', (bytes) => zipFile([{ name: 'a.xml', bytes, store: true }])],
  ['in base64', (bytes) => mailWith([{ type: 'text/xml', bytes }])],
  ['in gzip in base64', (bytes) => mailWith([{ type: 'application/gzip', bytes: gzipSync(bytes) }])],
  ['in zip in base64', (bytes) => mailWith([{ type: 'a/b', bytes: zipFile([{ name: 'a.xml', bytes }]) }])],
  [
    'in base64 in base64',
    (bytes) => mailWith([{ type: 'message/rfc822', bytes: mailWith([{ type: 'text/xml', bytes }]) }]),
  ],
  ['in quoted-printable', quotedPrintable],
];

function findsIn(bytes: Uint8Array, limits: Partial<typeof DEFAULT_LIMITS> = {}): AsyncIterator<Find> {
  return new MimeUnpacker({ ...DEFAULT_LIMITS, ...limits }).unpack(bytes, 'x').finds[Symbol.asyncIterator]();
}

async function nextDocument(finds: AsyncIterator<Find>): Promise<FoundDocument> {
  const { value } = await finds.next();
  if (value?.kind !== 'document') throw new Error(`no document but ${JSON.stringify(value)}`);
  return value;
}

describe('a large document', () => {
  it.each(PACKINGS)('%s comes whole, in pieces', async (_title, pack) => {
    for (const plain of [LARGE, EVEN]) {
      const document = await nextDocument(findsIn(pack(plain)));
      const hash = createHash('sha256');
      let longest = 0;
      for await (const text of document.text) {
        longest = Math.max(longest, text.length);
        hash.update(text, 'latin1');
      }
      const expected = createHash('sha256').update(plain).digest('hex');
      expect(hash.digest('hex')).toBe(expected);
      expect(document.contentHash()).toBe(expected);
      expect(longest).toBeLessThanOrEqual(LONGEST_PIECE);
    }
  });

  it.each(PACKINGS)('%s that is over its limit is given up in the middle', async (_title, pack) => {
    const document = await nextDocument(findsIn(pack(EVEN), { documentBytes: 2 * MEBIBYTE }));
    let length = 0;
    const reading = (async () => {
      for await (const text of document.text) length += text.length;
    })();
    await expect(reading).rejects.toThrow(new UnpackError('it is larger than 2 MB'));
    expect(length).toBeGreaterThan(MEBIBYTE);
    expect(length).toBeLessThanOrEqual(2 * MEBIBYTE);
  });

  it('has the hash of what was read of it', async () => {
    const document = await nextDocument(findsIn(gzipSync(LARGE)));
    for await (const text of document.text) {
      expect(document.contentHash()).toBe(createHash('sha256').update(text).digest('hex'));
      break;
    }
  });
});

describe('documents', () => {
  const archive = zipFile([
    { name: '1.xml', bytes: LARGE },
    { name: '2.xml', bytes: EVEN },
    { name: '3.xml', bytes: '<feedback/>' },
  ]);

  it('need not be read', async () => {
    const names: string[] = [];
    for await (const { inner } of new MimeUnpacker().unpack(archive, 'x').finds) names.push(inner);
    expect(names).toEqual(['1.xml', '2.xml', '3.xml']);
  });

  it('need not be read to their end', async () => {
    const finds = findsIn(archive);
    for (let count = 0; count < 2; count += 1) {
      const { text } = await nextDocument(finds);
      await text[Symbol.asyncIterator]().next();
    }
    const last = await nextDocument(finds);
    expect(await last.text[Symbol.asyncIterator]().next()).toMatchObject({ value: '<feedback/>' });
  });

  it('of two mails may be read at the same time', async () => {
    const unpacker = new MimeUnpacker();
    const both = await Promise.all([unpackAll(unpacker, archive), unpackAll(unpacker, gzipSync(LARGE))]);
    expect(both.map(({ documents }) => documents.map(({ xml }) => xml.length))).toEqual([
      [LARGE.length, EVEN.length, 11],
      [LARGE.length],
    ]);
  });
});

describe('while it works', () => {
  const nearMisses = `From: a@b.example\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n${'--ab\r\n'.repeat(2_000_000)}`;
  const directories = zipFile(
    Array.from({ length: 60_000 }, (_, i) => ({ name: `${i}/`, bytes: '', store: true })),
  );

  it.each([
    ['a mail of near misses', Buffer.from(nearMisses), []],
    ['an archive of directories', directories, ['no aggregate report in it']],
    [
      'a thousand small reports',
      zipFile(Array.from({ length: 1000 }, (_, i) => ({ name: `${i}`, bytes: EVEN.subarray(0, 9000) }))),
      [],
    ],
  ])('others have their turn: %s', async (_title, bytes, reasons) => {
    const turns = await turnsWhile(async () => {
      const { refusals } = await unpackAll(new MimeUnpacker(), bytes);
      expect(refusals.map(({ reason }) => reason)).toEqual(reasons);
    });
    expect(turns).toBeGreaterThan(2);
  });
});

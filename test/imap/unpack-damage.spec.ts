import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { mailWith } from './report-mail.js';
import { unpackAll } from './unpack-all.js';
import { zipFile } from './zip-file.js';

const XML = '<?xml version="1.0"?>\n<feedback><report_metadata/></feedback>';

function unpack(bytes: Uint8Array | string) {
  return unpackAll(new MimeUnpacker(), Buffer.from(bytes));
}

/** With one bit another. */
function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

describe('damage', () => {
  const WRONG = 'its checksum is wrong';
  const CUT = 'the archive is cut off';
  const LENGTH = 'its length is not what the archive says';
  const SMALL = XML;
  // What is inflated on another thread.
  const LARGE = `<feedback>${randomBytes(60_000).toString('hex')}</feedback>`;

  describe.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('of a %s report', (_size, xml) => {
    const gz = gzipSync(xml);
    const zlib = deflateSync(xml);
    const zip = zipFile([{ name: 'a.xml', bytes: xml }]);
    const stored = zipFile([{ name: 'a.xml', bytes: xml, store: true }]);
    const streamed = zipFile([{ name: 'a.xml', bytes: xml, descriptor: true }]);
    const withoutDirectory = streamed.subarray(0, streamed.indexOf('PK\x01\x02'));
    const crcAt = zip.lastIndexOf('PK\x01\x02') + 16;
    const cases: readonly (readonly [string, Buffer, string | null])[] = [
      ['gzip without fault', gz, null],
      ['gzip with garbage behind it', Buffer.concat([gz, Buffer.from('garbage')]), null],
      ['gzip with zeros behind it', Buffer.concat([gz, Buffer.alloc(99)]), null],
      ['gzip with a wrong CRC-32', flipped(gz, -8), WRONG],
      ['gzip with a wrong length', flipped(gz, -1), LENGTH],
      ['gzip without the last byte', gz.subarray(0, -1), CUT],
      ['gzip without trailer', gz.subarray(0, -8), CUT],
      ['gzip whose first member is wrong', Buffer.concat([flipped(gz, -8), gzipSync(' ')]), WRONG],
      ['gzip whose second member is wrong', Buffer.concat([gz, flipped(gzipSync(' '), -8)]), WRONG],
      ['gzip whose second member is cut off', Buffer.concat([gz, gzipSync(' ').subarray(0, 10)]), CUT],
      ['gzip in wrong gzip', flipped(gzipSync(gz), -8), WRONG],
      ['wrong gzip in gzip', gzipSync(flipped(gz, -8)), WRONG],
      ['gzip in wrong zlib', flipped(deflateSync(gz), -1), WRONG],
      ['zlib without fault', zlib, null],
      ['zlib with a wrong Adler-32', flipped(zlib, -1), WRONG],
      ['zlib without the last byte', zlib.subarray(0, -1), CUT],
      ['zlib without trailer', zlib.subarray(0, -4), CUT],
      ['zip without fault', zip, null],
      ['zip with a wrong CRC-32', flipped(zip, crcAt), WRONG],
      ['zip with a wrong size', flipped(zip, crcAt + 8), LENGTH],
      ['zip that stores, without fault', stored, null],
      ['zip that stores other bytes', flipped(stored, 50), WRONG],
      ['zip written as a stream', streamed, null],
      ['zip without directory, with sizes behind the data', withoutDirectory, null],
      ['the same with a wrong CRC-32', flipped(withoutDirectory, -12), WRONG],
      ['the same cut off', withoutDirectory.subarray(0, -9), CUT],
      ['zip in wrong gzip', flipped(gzipSync(zip), -8), WRONG],
      ['gzip in a wrong zip', zipFile([{ name: 'a', bytes: gz, claimedSize: 1 }]), LENGTH],
      ['a mail in wrong gzip', flipped(gzipSync(mailWith([{ type: 'a/b', bytes: gz }])), -8), WRONG],
      ['wrong gzip in a mail', mailWith([{ type: 'a/b', bytes: flipped(gz, -8) }]), WRONG],
      ['a report in the text of wrong gzip', flipped(gzipSync(`words ${xml}`), -8), WRONG],
    ];

    it.each(cases)('%s', async (_title, bytes, damage) => {
      const { documents, damages } = await unpack(bytes);
      expect(damages).toEqual([damage]);
      expect(documents[0]?.xml.length).toBeGreaterThanOrEqual(xml.length);
    });
  });

  it('of data that are cut off in the middle', async () => {
    const { damages } = await unpack(gzipSync(LARGE).subarray(0, -50));
    expect(damages).toEqual([CUT]);
  });

  it('of one entry is not that of its neighbours', async () => {
    const zip = zipFile([
      { name: 'a.xml', bytes: XML },
      { name: 'b.xml', bytes: XML, claimedSize: 7 },
      { name: 'c.xml', bytes: XML },
    ]);
    expect((await unpack(zip)).damages).toEqual([null, LENGTH, null]);
  });

  it.each([
    ['gzip', gzipSync(XML)],
    ['zlib', deflateSync(XML)],
    ['zip', zipFile([{ name: 'a.xml', bytes: XML }])],
    ['zip that stores', zipFile([{ name: 'a.xml', bytes: XML, store: true }])],
  ])('is never silent where one bit of %s changes the text', async (_title, packed) => {
    const silent: number[] = [];
    for (let bit = 0; bit < packed.length * 8; bit += 1) {
      const bytes = Buffer.from(packed);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { documents, damages, refusals } = await unpack(bytes);
      const isTold = refusals.length > 0 || damages.some((damage) => damage !== null);
      // What is no archive any more may still be read as text.
      const isSame = documents.length === 1 && documents[0]?.xml.includes(XML) === true;
      if (!isTold && !isSame) silent.push(bit);
    }
    expect(silent).toEqual([]);
  });
});

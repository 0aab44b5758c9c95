import { describe, expect, it } from 'vitest';
import { mailWith } from '../../../test/imap/report-mail.js';
import { unpackAll } from '../../../test/imap/unpack-all.js';
import { zipFile } from '../../../test/imap/zip-file.js';
import { DEFAULT_LIMITS } from './unpack-limits.js';
import { MimeUnpacker } from './unpack-message.js';

const XML = '<feedback/>';

describe('an attachment at its limit', () => {
  const limits = { ...DEFAULT_LIMITS, attachmentBytes: 50_000 };
  // Stored, so that it is as long as it says.
  const archiveOf = (length: number): Buffer => {
    const empty = zipFile([{ name: 'a.xml', bytes: '', store: true }]).length;
    return zipFile([{ name: 'a.xml', bytes: XML.padEnd(length - empty), store: true }]);
  };
  const asBase64 = (bytes: Buffer): Buffer => mailWith([{ type: 'application/zip', bytes, name: 'a.zip' }]);
  const asQuotedPrintable = (bytes: Buffer): Buffer => {
    const head =
      'From: a@b.example\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n';
    const lines = [...bytes].map((byte, at) => {
      const hex = byte.toString(16).toUpperCase().padStart(2, '0');
      return `=${hex}${at % 20 === 19 ? '=\r\n' : ''}`;
    });
    return Buffer.from(head + lines.join(''));
  };

  it.each([
    ['base64', asBase64],
    ['quoted-printable', asQuotedPrintable],
  ])('counts as it is without its %s', async (_encoding, mailOf) => {
    const fits = await unpackAll(new MimeUnpacker(limits), mailOf(archiveOf(50_000)));
    expect(fits.documents).toHaveLength(1);
    const isTooLong = await unpackAll(new MimeUnpacker(limits), mailOf(archiveOf(50_001)));
    expect(isTooLong.documents).toEqual([]);
    expect(isTooLong.refusals).toMatchObject([{ reason: 'it is larger than 50000 bytes' }]);
  });

  it('counts the same when it is short', async () => {
    const few = new MimeUnpacker({ ...DEFAULT_LIMITS, attachmentBytes: 10_000 });
    expect((await unpackAll(few, asBase64(archiveOf(10_000)))).documents).toHaveLength(1);
    expect((await unpackAll(few, asBase64(archiveOf(10_001)))).documents).toEqual([]);
  });
});

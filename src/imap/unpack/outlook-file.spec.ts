import { describe, expect, it } from 'vitest';
import { turnsWhile } from '../../../test/imap/turns-while.js';
import { unpackAll } from '../../../test/imap/unpack-all.js';
import { MimeUnpacker } from './unpack-message.js';

describe('a directory far inside a compound file', () => {
  const file = Buffer.alloc(512, '=3D');
  Buffer.from('D0CF11E0A1B11AE1', 'hex').copy(file);
  file.writeUInt16LE(9, 30);
  file.writeUInt32LE(16_000, 48);

  it.each([
    ['base64', file.toString('base64').replaceAll('=', '') + 'AAA='.repeat(5_000_000)],
    ['quoted-printable', file.toString('latin1') + '=3D'.repeat(8_000_000)],
  ])('is looked for in turns with others: %s', async (encoding, body) => {
    const head = `From: a@b.example\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
    const bytes = Buffer.from(head + body, 'latin1');
    expect(await turnsWhile(() => unpackAll(new MimeUnpacker(), bytes))).toBeGreaterThan(3);
  });
});

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { DEFAULT_LIMITS } from '../../src/imap/unpack/unpack-limits.js';
import { mailWith } from './report-mail.js';
import { unpackAll } from './unpack-all.js';
import { zipFile } from './zip-file.js';

const XML = '<?xml version="1.0"?>\n<feedback><report_metadata/></feedback>';
const NAME = 'reporter.example!example.org!1767225600!1767311999.xml';

function unpack(bytes: Uint8Array | string) {
  return unpackAll(new MimeUnpacker(), Buffer.from(bytes));
}

describe('a file of several mails', () => {
  const FROM = 'From reporter@b.example Thu Jan  1 00:00:00 2026';
  const mail = mailWith([{ type: 'application/gzip', bytes: gzipSync(XML), name: `${NAME}.gz` }]).toString();
  const mbox = Buffer.from(`${FROM}\r\n${mail}\r\n`.repeat(3));

  it.each([
    ['bare', mbox],
    ['with bare line ends', Buffer.from(mbox.toString().replaceAll('\r\n', '\n'))],
    ['in gzip', gzipSync(mbox)],
    ['in zip', zipFile([{ name: 'all.mbox', bytes: mbox }])],
    ['attached', mailWith([{ type: 'application/mbox', bytes: mbox }])],
  ])('gives the reports of all: %s', async (_title, bytes) => {
    const { documents, refusals } = await unpack(bytes);
    expect(documents).toEqual(Array.from({ length: 3 }, () => ({ inner: NAME, xml: XML })));
    expect(refusals).toEqual([]);
  });

  it('may not hold mails without end', async () => {
    const { documents, refusals } = await unpackAll(
      new MimeUnpacker({ ...DEFAULT_LIMITS, entries: 5 }),
      Buffer.from(`${FROM}\nFrom: a\n\nhello\n\n`.repeat(9)),
    );
    expect(documents).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(['more than 5 attachments and archive entries']);
  });

  it('gives those after one that can not be read', async () => {
    const endless = `${FROM}\n${`X-A: ${'b'.repeat(60)}\n`.repeat(9000)}\n\n`;
    const { documents, refusals } = await unpack(`${FROM}\n${mail}\n${endless}${FROM}\n${mail}`);
    expect(documents).toHaveLength(2);
    expect(refusals).toMatchObject([{ reason: 'its header is larger than any mail needs' }]);
  });
});

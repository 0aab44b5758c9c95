import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mailWith, type MailPart } from '../../../test/imap/report-mail.js';
import { unpackAll } from '../../../test/imap/unpack-all.js';
import { MimeUnpacker } from './unpack-message.js';

const NAME = 'reporter.example!example.org!1767225600!1767311999.xml.gz';
const TNEF = Buffer.from('789f3e220100069008000400000000000100', 'hex');
const UUENCODED = `See below.\r\n\r\nbegin 644 ${NAME}\r\nM'XL(\`\`\`\`\r\n\`\r\nend\r\n`;
const WINMAIL: MailPart = { type: 'application/ms-tnef', bytes: TNEF, name: 'winmail.dat' };
const SMIME: MailPart = {
  type: 'application/pkcs7-mime; smime-type=signed-data',
  bytes: '0',
  name: 'smime.p7m',
};

async function refusalsOf(mail: Buffer): Promise<readonly (readonly [string, string])[]> {
  const { refusals } = await unpackAll(new MimeUnpacker(), mail);
  return refusals.map(({ inner, reason }) => [inner, reason]);
}

describe('a report that is packed into what is not opened', () => {
  it.each([
    ['TNEF', mailWith([WINMAIL]), 'winmail.dat', /winmail\.dat \(TNEF\), which is not opened/],
    [
      'TNEF by another type',
      mailWith([{ ...WINMAIL, type: 'application/octet-stream' }]),
      'winmail.dat',
      /TNEF/,
    ],
    ['TNEF by another name', mailWith([{ ...WINMAIL, type: 'a/b', name: 'ATT1.dat' }]), 'ATT1.dat', /TNEF/],
    ['S/MIME', mailWith([SMIME]), 'smime.p7m', /S\/MIME message \(\.p7m\), which is not opened/],
    ['S/MIME by another type', mailWith([{ ...SMIME, type: 'a/b' }]), 'smime.p7m', /S\/MIME/],
    ['S/MIME by the name of a report', mailWith([{ ...SMIME, name: 'dmarc.p7m' }]), 'dmarc.p7m', /S\/MIME/],
    [
      'an attachment that is uuencoded',
      mailWith([
        { type: 'application/gzip', bytes: UUENCODED.slice(UUENCODED.indexOf('begin')), name: NAME },
      ]),
      NAME,
      /uuencoded text/,
    ],
    ['uuencode', mailWith([], { text: UUENCODED }), NAME, /uuencoded text, which is not opened/],
    ['uuencode, by its name', mailWith([], { text: UUENCODED, subject: 'Hello' }), NAME, /uuencoded text/],
    [
      'a forwarded mail',
      mailWith([{ type: 'message/rfc822', bytes: mailWith([WINMAIL]) }], { subject: 'Fwd: look' }),
      'winmail.dat',
      /TNEF/,
    ],
  ])('is refused with the reason: %s', async (_title, mail, inner, reason) => {
    expect(await refusalsOf(mail)).toEqual([[inner, expect.stringMatching(reason)]]);
  });

  it.each([11, 14])(
    'a gzip attachment that is cut off after %i bytes is not called empty',
    async (length) => {
      const bytes = gzipSync(`<feedback>${'x y z '.repeat(99)}</feedback>`).subarray(0, length);
      const [[, reason] = []] = await refusalsOf(mailWith([{ type: 'application/gzip', bytes, name: NAME }]));
      expect(reason).toMatch(/cut off|damaged|can be inflated|truncated/);
    },
  );

  it('is refused when the whole mail is that', async () => {
    const head =
      'From: a@b.example\r\nSubject: Report Domain: b.example\r\nContent-Type: application/pkcs7-mime';
    expect(await refusalsOf(Buffer.from(`${head}\r\n\r\n0`))).toEqual([
      ['', expect.stringMatching(/S\/MIME/)],
    ]);
  });

  it.each([
    ['nothing says that it is a report', mailWith([WINMAIL, SMIME], { subject: 'Minutes of the meeting' })],
    ['the text holds some other file', mailWith([], { text: UUENCODED.replace(NAME, 'photo.jpg') })],
    ['there is nothing of the kind', mailWith([{ type: 'image/png', bytes: '\x89PNG', name: 'logo.png' }])],
    [
      'it is in a mail that could not be delivered',
      Buffer.from(
        mailWith([{ type: 'message/delivery-status', bytes: 'x' }, WINMAIL])
          .toString('latin1')
          .replace('multipart/mixed', 'multipart/report; report-type=delivery-status'),
        'latin1',
      ),
    ],
  ])('is passed over when %s', async (_title, mail) => {
    expect(await refusalsOf(mail)).toEqual([]);
  });

  it('says nothing where a report is found beside it', async () => {
    const xml: MailPart = { type: 'text/xml', bytes: '<feedback/>', name: 'a.xml' };
    const { documents, refusals } = await unpackAll(new MimeUnpacker(), mailWith([WINMAIL, xml]));
    expect(documents).toHaveLength(1);
    expect(refusals).toEqual([]);
  });

  it('says nothing of a TLS report', async () => {
    const mail = mailWith([WINMAIL]).toString('latin1');
    const { others, refusals } = await unpackAll(
      new MimeUnpacker(),
      Buffer.from(mail.replace('multipart/mixed', 'multipart/report; report-type=tlsrpt'), 'latin1'),
    );
    expect(others).toMatchObject([{ kind: 'tls-report' }]);
    expect(refusals).toEqual([]);
  });
});

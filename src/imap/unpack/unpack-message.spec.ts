import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailWith } from '../../../test/imap/report-mail.js';
import { unpackAll } from '../../../test/imap/unpack-all.js';
import { zipFile } from '../../../test/imap/zip-file.js';
import { MimeUnpacker } from './unpack-message.js';
import { DEFAULT_LIMITS } from './unpack-limits.js';

const XML = '<?xml version="1.0"?>\n<feedback><report_metadata/></feedback>';
const NAME = 'reporter.example!example.org!1767225600!1767311999.xml';

const small = new MimeUnpacker({
  messageBytes: 20_000,
  attachmentBytes: 10_000,
  documentBytes: 5000,
  inflatedBytes: 12_000,
  ratio: 500,
  entries: 5,
  nesting: 3,
});

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../test/fixtures/reports/${name}`, import.meta.url));
}

function unpack(bytes: Uint8Array | string, name = 'report') {
  return unpackAll(new MimeUnpacker(), Buffer.from(bytes), name);
}

describe('hostile input', () => {
  const nested = Array.from({ length: 12 }).reduce<Buffer>((inside) => gzipSync(inside), Buffer.from(XML));
  const bomb = gzipSync(Buffer.alloc(3_000_000, 'a'));
  const many = Array.from({ length: 6 }, (_, i) => ({ name: `${i}.xml`, bytes: XML }));
  const each5k = Array.from({ length: 4 }, (_, i) => ({ name: `${i}.xml`, bytes: XML.padEnd(4900) }));
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['a message over the limit', Buffer.alloc(20_001, 'a'), /larger than/],
    ['a document over the limit', Buffer.from(XML.padEnd(6000)), /larger than/],
    ['a gzip bomb', bomb, /inflates to more than/],
    [
      'a zip bomb',
      zipFile([{ name: 'a.xml', bytes: Buffer.alloc(3_000_000, 'a') }]),
      /inflates to more than/,
    ],
    [
      'a zip that claims to be small',
      zipFile([{ name: 'a.xml', bytes: Buffer.alloc(3_000_000, 'a'), claimedSize: 10 }]),
      /inflates to more than/,
    ],
    ['many documents that are small one by one', zipFile(each5k), /inflates to more than/],
    ['too many entries', zipFile(many), /more than 5 attachments and archive entries/],
    ['archives in archives', nested, /more than 3 layers/],
    ['a broken zip', zipFile([{ name: 'a.xml', bytes: XML }]).subarray(0, 60), /damaged/],
    ['a broken gzip', Buffer.concat([gzipSync(XML).subarray(0, 10), Buffer.alloc(40, 0xff)]), /damaged/],
    ['an encrypted zip', zipFile([{ name: 'a.xml', bytes: XML, encrypted: true }]), /encrypted/],
    ['an empty file', Buffer.alloc(0), /empty/],
    ['an empty zip', zipFile([]), /no aggregate report/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /neither XML nor an archive/],
    ['JSON', Buffer.from('{}'), /JSON, not a DMARC aggregate report/],
    ['what Yahoo put into its archives', gzipSync('unused'), /no aggregate report/],
  ];

  it.each(cases)('%s is refused with a reason', async (_title, bytes, reason) => {
    const { refusals } = await unpackAll(small, bytes, 'hostile');
    expect(refusals.map((refusal) => refusal.reason).join('\n')).toMatch(reason);
  });

  it('a mail nested without end is refused', async () => {
    const deep = Array.from({ length: 10 }).reduce<Buffer>(
      (inside) => mailWith([{ type: 'message/rfc822', bytes: inside, disposition: 'attachment' }]),
      mailWith([]),
    );
    const { documents, refusals } = await unpack(deep);
    expect(documents).toEqual([]);
    expect(refusals).toMatchObject([{ reason: 'packed into more than 6 layers' }]);
  });

  it('what was found before the trouble is kept', async () => {
    const archive = zipFile([
      { name: 'good.xml', bytes: XML },
      { name: 'bomb.xml', bytes: XML.padEnd(3_000_000) },
      { name: 'also-good.xml', bytes: XML },
    ]);
    const unpacker = new MimeUnpacker({ ...DEFAULT_LIMITS, documentBytes: 1_000_000 });
    const { documents, refusals } = await unpackAll(unpacker, archive, 'a.zip');
    expect(documents.map(({ inner }) => inner)).toEqual(['good.xml', 'also-good.xml']);
    expect(refusals).toEqual([{ inner: 'bomb.xml', reason: 'it is larger than 1 MB' }]);
  });

  it('no bytes make it throw, and a bare file always gets a word', async () => {
    const starts = [
      [],
      [0x1f, 0x8b, 8],
      [0x50, 0x4b, 3, 4],
      [0x78, 0x9c],
      [0x3c],
      [...Buffer.from('From: a\r\n')],
    ];
    const bytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }));
    const outcomes = fc.asyncProperty(bytes, async ([start, rest]) => {
      const { mail, documents, refusals } = await unpackAll(small, Uint8Array.from([...start, ...rest]), 'x');
      return mail !== null || documents.length + refusals.length > 0;
    });
    await expect(fc.assert(outcomes, { numRuns: 300 })).resolves.toBeUndefined();
  });

  it('a name is cut and shown without control characters', async () => {
    const { documents } = await unpack(
      zipFile([{ name: `../\u001B[31m${'a'.repeat(400)}.xml`, bytes: XML }]),
    );
    expect(documents[0]?.inner).toMatch(/^\.\.\/ \[31ma+$/);
    expect(documents[0]?.inner).toHaveLength(255);
  });
});

describe('a bare file', () => {
  const packed: readonly (readonly [string, Uint8Array, string])[] = [
    ['XML', Buffer.from(XML), ''],
    ['gzip', gzipSync(XML), NAME],
    ['gzip in gzip', gzipSync(gzipSync(XML)), NAME],
    ['gzip with garbage behind it', Buffer.concat([gzipSync(XML), Buffer.from('garbage')]), NAME],
    ['gzip of several members', Buffer.concat([gzipSync(XML.slice(0, 20)), gzipSync(XML.slice(20))]), NAME],
    ['zlib', deflateSync(XML), NAME],
    ['zip', zipFile([{ name: 'inside.xml', bytes: XML }]), 'inside.xml'],
    ['a stored zip', zipFile([{ name: 'inside.xml', bytes: XML, store: true }]), 'inside.xml'],
    ['gzip in zip', zipFile([{ name: 'inside.xml.gz', bytes: gzipSync(XML) }]), 'inside.xml'],
    ['zip in gzip', gzipSync(zipFile([{ name: 'inside.xml', bytes: XML }])), 'inside.xml'],
  ];

  it.each(packed)('%s gives its report', async (_title, bytes, inner) => {
    expect(await unpack(bytes, `${NAME}.gz`)).toEqual({
      mail: null,
      documents: [{ inner, xml: XML }],
      hashes: [createHash('sha256').update(XML).digest('hex')],
      damages: [null],
      others: [],
      refusals: [],
    });
  });

  it('gzip cut short gives what there is', async () => {
    const long = `${XML.slice(0, -11)}${'<record/>'.repeat(20_000)}`;
    const whole = gzipSync(long);
    const { documents } = await unpack(whole.subarray(0, whole.length - 30));
    expect(documents[0]?.xml.startsWith(XML.slice(0, -11))).toBe(true);
  });

  it('a zip gives all its reports, and neither directories nor what macOS adds', async () => {
    const archive = zipFile([
      { name: 'reports/', bytes: '' },
      { name: 'reports/one.xml', bytes: XML },
      { name: '__MACOSX/reports/._one.xml', bytes: '\0\x05\x16\x07feedback' },
      { name: 'reports/.DS_Store', bytes: 'Bud1' },
      { name: 'reports/readme.txt', bytes: 'hello' },
      { name: '', bytes: XML },
    ]);
    const { documents, refusals } = await unpack(archive);
    expect(documents.map(({ inner }) => inner)).toEqual(['reports/one.xml', '']);
    expect(refusals).toEqual([]);
  });

  it('XML of another kind is left to its reader', async () => {
    expect(await unpack('<svg/>')).toMatchObject({ documents: [{ inner: '', xml: '<svg/>' }] });
  });
});

describe('a page of the web', () => {
  it.each([
    '<!DOCTYPE html>\n<html><body/></html>',
    '<html>',
    '<?xml version="1.0"?>\n<!doctype HTML PUBLIC "x">',
  ])('is no report: %s', async (html) => {
    expect((await unpack(html)).refusals).toEqual([{ inner: '', reason: 'it is an HTML page, no report' }]);
  });
});

describe('many', () => {
  it('reports of one archive are all given', async () => {
    const entries = Array.from({ length: 3000 }, (_, i) => ({ name: `${i}.xml`, bytes: XML }));
    expect((await unpack(zipFile(entries))).documents).toHaveLength(3000);
  });
});

describe('encodings', () => {
  it.each(['windows-1252.xml', 'latin1-called-utf8.xml', 'utf16.xml'])('%s', async (name) => {
    const { documents } = await unpack(fixture(name));
    expect(documents[0]?.xml).toContain('<org_name>Büro für Post</org_name>');
  });

  it.each([
    [
      'UTF-8 under a declaration of UTF-16',
      Buffer.from('<?xml version="1.0" encoding="utf-16"?><feedback>ü</feedback>'),
    ],
    ['an unknown encoding', Buffer.from('<?xml version="1.0" encoding="klingon"?><feedback>ü</feedback>')],
    ['UTF-16 without a mark', Buffer.from('<feedback>ü</feedback>', 'utf16le')],
    ['a byte order mark', Buffer.from('\uFEFF<feedback>ü</feedback>')],
  ])('%s', async (_title, bytes) => {
    const { documents } = await unpack(bytes);
    expect(documents[0]?.xml).toMatch(/<feedback>ü<\/feedback>$/);
  });
});

describe('a mail', () => {
  const gz = gzipSync(XML);
  const zip = zipFile([{ name: NAME, bytes: XML }]);

  it('tells its headers', async () => {
    const { mail } = await unpack(mailWith([{ type: 'application/gzip', bytes: gz, name: `${NAME}.gz` }]));
    expect(mail).toEqual({
      messageId: '<r-1@reporter.example>',
      from: 'noreply@reporter.example',
      subject: 'Report Domain: example.org Submitter: reporter.example Report-ID: r-1',
      date: Date.UTC(2026, 0, 2, 0, 10),
    });
  });

  it.each(['0000-01-01', '-004713-11-24', 'yesterday'])('has no date when it says %s', async (date) => {
    const { mail } = await unpack(`Date: ${date}\r\nFrom: a@b.example\r\nSubject: x\r\n\r\nx`);
    expect(mail?.date).toBeNull();
  });

  const parts: readonly (readonly [string, string, Uint8Array, string])[] = [
    ['gzip', 'application/gzip', gz, `${NAME}.gz`],
    ['x-gzip', 'application/x-gzip', gz, `${NAME}.gz`],
    ['zip', 'application/zip', zip, `${NAME}.zip`],
    ['gzip called zip (GMX)', 'application/zip', gz, `${NAME}.zip`],
    ['zip called gzip', 'application/gzip', zip, `${NAME}.gz`],
    ['gzip as octet-stream (Amazon SES)', 'application/octet-stream', gz, `${NAME}.gz`],
    ['gzip called text/plain', 'text/plain', gz, `${NAME}.gz`],
    ['uncompressed XML', 'text/xml', Buffer.from(XML), NAME],
    ['XML called text/plain', 'text/plain', Buffer.from(XML), NAME],
  ];

  it.each(parts)('gives its report: %s', async (_title, type, bytes, name) => {
    const { documents, refusals } = await unpack(mailWith([{ type, bytes, name }]));
    expect(documents).toEqual([{ inner: NAME, xml: XML }]);
    expect(refusals).toEqual([]);
  });

  it.each(['inline', 'attachment'])('gives the report of a forwarded mail, %s', async (disposition) => {
    const inside = mailWith([{ type: 'application/gzip', bytes: gz, name: `${NAME}.gz` }]);
    const { mail, documents } = await unpack(
      mailWith([{ type: 'message/rfc822', bytes: inside, disposition }], { subject: 'Fwd' }),
    );
    expect(mail?.subject).toBe('Fwd');
    expect(documents).toEqual([{ inner: NAME, xml: XML }]);
  });

  it('gives the report that stands in its text', async () => {
    const { documents } = await unpack(mailWith([], { text: `Dear owner,\r\n\r\n${XML}\r\n` }));
    expect(documents).toHaveLength(1);
    expect(documents[0]?.xml).toContain('<feedback>');
  });

  it('of one part is itself the report', async () => {
    const head =
      'From: a@b.example\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n';
    const { documents } = await unpack(head + gz.toString('base64'));
    expect(documents).toEqual([{ inner: '', xml: XML }]);
  });

  it('gives all reports of all attachments', async () => {
    const attachments = [gz, zip, gz].map((bytes) => ({ type: 'application/x', bytes, name: 'x' }));
    expect((await unpack(mailWith(attachments))).documents).toHaveLength(3);
  });

  const office = zipFile([
    { name: '[Content_Types].xml', bytes: '<?xml version="1.0"?><Types/>' },
    { name: 'word/document.xml', bytes: '<?xml version="1.0"?><document/>' },
  ]);
  const ordinary: readonly (readonly [string, string, Uint8Array])[] = [
    ['documents.zip', 'application/zip', zipFile([{ name: 'invoice.pdf', bytes: '%PDF-1.7' }])],
    ['letter.docx', 'application/vnd.openxmlformats', office],
    ['logo.svg', 'image/svg+xml', Buffer.from('<svg/>')],
    ['photo.jpg', 'image/jpeg', Buffer.from([0xff, 0xd8, 0xff])],
    ['data.json', 'application/json', Buffer.from('{}')],
    ['empty', 'application/octet-stream', Buffer.alloc(0)],
  ];

  it.each(ordinary)('without a report is passed over: %s', async (name, type, bytes) => {
    const { mail, documents, refusals } = await unpack(
      mailWith([{ name, type, bytes }], { subject: 'Hello' }),
    );
    expect(mail?.subject).toBe('Hello');
    expect({ documents, refusals }).toEqual({ documents: [], refusals: [] });
  });

  it.each([
    ['no XML', Buffer.from('unused'), /neither XML/],
    ['no report', Buffer.from('<svg/>'), /no aggregate report/],
    ['a page', Buffer.from('<html/>'), /HTML page, no report/],
    ['nothing', Buffer.alloc(0), /neither XML|empty/],
  ])('with an attachment named like a report that holds %s is refused', async (_title, inside, reason) => {
    const bytes = gzipSync(inside);
    const { refusals } = await unpack(mailWith([{ type: 'application/gzip', bytes, name: `${NAME}.gz` }]));
    expect(refusals).toEqual([{ inner: NAME, reason: expect.stringMatching(reason) }]);
  });

  it.each([
    ['a text of a million lines', `From: a@b.example\r\n\r\n${'a\r\n'.repeat(1_000_000)}`, []],
    [
      'parts without end',
      `From: a@b.example\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n${'--a\r\n\r\n'.repeat(300_000)}`,
      ['more than 10000 attachments and archive entries'],
    ],
    [
      'multiparts without end',
      'From: a@b.example\r\n' +
        Array.from(
          { length: 20 },
          (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
        ).join(''),
      ['its parts are nested too deep'],
    ],
  ])('of %s is done with soon', async (_title, raw, reasons) => {
    const { documents, refusals } = await unpack(raw);
    expect(documents).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(reasons);
  });

  const boundary = `x${'-'.repeat(1900)}`;
  const nearMiss = `From: a@b.example\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`;
  it('with a boundary without end is done with soon', async () => {
    const { documents } = await unpack(nearMiss + '-'.repeat(20_000_000));
    expect(documents).toEqual([]);
  });

  it('with headers without end is refused', async () => {
    const headers = Array.from({ length: 20_000 }, (_, i) => `X-${i}: ${'x'.repeat(60)}`);
    const { refusals } = await unpack(mailWith([], { headers }));
    expect(refusals).toMatchObject([{ inner: '', reason: 'its header is larger than any mail needs' }]);
  });

  it('within the default limits may be as large as mail servers allow', () => {
    expect(DEFAULT_LIMITS.messageBytes).toBe(25 * 1024 * 1024);
  });
});

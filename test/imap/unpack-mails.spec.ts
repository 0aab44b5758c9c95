import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { unpackAll } from './unpack-all.js';

const MAILS = new URL('../fixtures/mails/', import.meta.url);
const STEM = 'reporter.example!example.org!1767225600!1767311999';
const XML = `${STEM}.xml`;

/** What comes of a mail: of each document its name and report_id. */
interface Found {
  readonly documents?: readonly (readonly [inner: string, reportId: string])[];
  readonly others?: readonly (readonly [kind: string, inner: string])[];
  readonly refusals?: readonly (readonly [inner: string, reason: string])[];
}

const FOUND: Readonly<Record<string, Found>> = {
  'amazon-ses-octet-stream.eml': { documents: [[XML, 'amazon-ses']] },
  'base64-footer.eml': { documents: [[XML, 'base64-footer']] },
  'base64-unsaid.eml': { documents: [[XML, 'base64-unsaid']] },
  'base64-untrue.eml': { documents: [[XML, 'base64-untrue']] },
  'bomb.eml': { refusals: [[XML, 'it inflates to more than 500 times its size']] },
  'boundary-missing.eml': { documents: [[XML, 'boundary-missing']] },
  'boundary-unfolded.eml': { documents: [[XML, 'boundary-unfolded']] },
  'boundary-wrong.eml': { documents: [[XML, 'boundary-wrong']] },
  'content-type-twice.eml': { documents: [[XML, 'content-type-twice']] },
  'digest.eml': { documents: [['', 'digest']] },
  'eight-bit-junk.eml': { documents: [[XML, 'eight-bit']] },
  'eml-attachment.eml': { documents: [[XML, 'eml-attachment']] },
  'encoded-file-name.eml': { documents: [[XML, 'encoded-file-name']] },
  'encrypted-report.eml': { refusals: [[XML, 'it is encrypted']] },
  'failure-report-in-mixed.eml': { others: [['failure-report', '']] },
  'forward-of-forward.eml': { documents: [[XML, 'forward-of-forward']] },
  'gmx-gzip-called-zip.eml': { documents: [[STEM, 'gmx']] },
  'google-tls-report.eml': { others: [['tls-report', `${STEM}!001.json`]] },
  'google-zip.eml': { documents: [[XML, 'google-zip']] },
  'gzip-twice.eml': { documents: [[XML, 'gzip-twice']] },
  'header-junk.eml': { documents: [[XML, 'header-junk']] },
  'inline.eml': { documents: [[XML, 'inline']] },
  'iso-2022-jp-subject.eml': { documents: [[XML, 'iso-2022-jp']] },
  'last-delimiter-missing.eml': { documents: [[XML, 'last-delimiter']] },
  'macos-zip.eml': {
    documents: [
      ['reports/one.xml', 'macos-one'],
      ['reports/two.xml', 'macos-two'],
    ],
  },
  'mbox-from-line.eml': { documents: [[XML, 'mbox']] },
  'microsoft-tls-report.eml': { others: [['tls-report', `${STEM}!001.json`]] },
  'mimecast-gzip-with-garbage.eml': { documents: [[XML, 'mimecast']] },
  'nested-mail-in-base64.eml': { documents: [[XML, 'nested-base64']] },
  'no-blank-line-before-parts.eml': { documents: [[XML, 'no-blank-before']] },
  'no-blank-line.eml': { documents: [['', 'no-blank-line']] },
  'no-content-type.eml': { documents: [[XML, 'no-content-type']] },
  'no-file-name.eml': { documents: [['', 'no-file-name']] },
  'office365-nested-mail.eml': { documents: [[XML, 'office365']] },
  'opendmarc-failure-report.eml': { others: [['failure-report', '']] },
  'ordinary-documents-zip.eml': {},
  'ordinary-encrypted-zip.eml': {},
  'ordinary-text.eml': {},
  'ordinary-word-docx.eml': {},
  'outlook-msg.eml': {
    refusals: [
      [
        'Report Domain.msg',
        'it is an Outlook .msg file: save it as .eml, or forward the original message as an attachment',
      ],
    ],
  },
  'outlook-related.eml': { documents: [[XML, 'related']] },
  'plain-gzip.eml': { documents: [[XML, 'plain-gzip']] },
  'postfix-returned-report.eml': {},
  'raw-deflate-called-gzip.eml': { documents: [[XML, 'raw-deflate']] },
  'read-receipt.eml': {},
  'report-in-text.eml': { documents: [['', 'report-in-text']] },
  'returned-report-without-type.eml': {},
  'several-attachments.eml': {
    documents: [
      [XML, 'several-0'],
      ['reporter.example!example.org!1767312000!1767398399.xml', 'several-1'],
      ['reporter.example!example.org!1767398400!1767484799.xml', 'several-2'],
    ],
  },
  'single-part-zip.eml': { documents: [[XML, 'single-part']] },
  'split-file-name.eml': { documents: [[XML, 'split-file-name']] },
  'tls-report-in-mixed.eml': { others: [['tls-report', 'report.json']] },
  'tls-report-unreadable.eml': { others: [['tls-report', '']] },
  'truncated-gzip.eml': { documents: [[XML, 'truncated-gzip']] },
  'truncated-zip.eml': {
    documents: [[XML, 'truncated-zip']],
    refusals: [[`${STEM}.zip`, 'it is damaged: its end is missing']],
  },
  'trustwave-contenttype.eml': { documents: [[XML, 'trustwave']] },
  'word-document.eml': {},
  'x-zip-compressed.eml': { documents: [[XML, 'x-zip']] },
  'xsalto-uncompressed.eml': { documents: [[XML, 'xsalto-uncompressed']] },
  'yahoo-abuse-report.eml': { others: [['failure-report', '']] },
  'yahoo-unused.eml': { refusals: [[XML, 'it is neither XML nor an archive']] },
  'yahoo-x-gzip.eml': { documents: [[XML, 'yahoo-x-gzip']] },
  'zip-called-gzip.eml': { documents: [[XML, 'zip-called-gzip']] },
  'zip-in-zip.eml': { documents: [[XML, 'zip-in-zip']] },
  'zlib.eml': { documents: [[XML, 'zlib']] },
};

function read(file: string): Buffer {
  return readFileSync(new URL(file, MAILS));
}

/** As it goes over the wire. */
function withCarriageReturns(mail: Buffer): Buffer {
  return Buffer.from(mail.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}

async function find(mail: Buffer): Promise<Required<Found>> {
  const { documents, others, refusals } = await unpackAll(new MimeUnpacker(), mail);
  return {
    documents: documents.map(({ inner, xml }) => [inner, /<report_id>(.*?)</.exec(xml)?.[1] ?? 'none']),
    others: others.map(({ kind, inner }) => [kind, inner]),
    refusals: refusals.map(({ inner, reason }) => [inner, reason]),
  };
}

describe('mails of real reporters and programs', () => {
  const cases = Object.entries(FOUND);

  it('are all in the table', () => {
    expect(readdirSync(MAILS).toSorted()).toEqual(cases.map(([file]) => file).toSorted());
  });

  it.each(cases)('%s', async (file, found) => {
    const expected = { documents: [], others: [], refusals: [], ...found };
    expect(await find(read(file))).toEqual(expected);
    expect(await find(withCarriageReturns(read(file)))).toEqual(expected);
  });

  it.each(cases)('%s, forwarded as an attachment', async (file, found) => {
    const mail = Buffer.concat([
      Buffer.from('From: a@b.example\nContent-Type: message/rfc822\n\n'),
      read(file),
    ]);
    expect(await find(mail)).toEqual({ documents: [], others: [], refusals: [], ...found });
  });

  it.each([
    ['iso-2022-jp-subject.eml', 'テスト example.org'],
    [
      'eight-bit-junk.eml',
      'Report Domain: example.org Submitter: reporter.example Report-ID: <r-1@reporter.example>',
    ],
    [
      'mbox-from-line.eml',
      'Report Domain: example.org Submitter: reporter.example Report-ID: <r-1@reporter.example>',
    ],
  ])('%s tells its header', (file, subject) => {
    expect(new MimeUnpacker().unpack(read(file), file).mail).toEqual({
      messageId: '<r-1@reporter.example>',
      from: 'noreply@reporter.example',
      subject,
      date: Date.UTC(2026, 0, 2, 0, 10),
    });
  });
});

import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { receive } from './receivers.js';
import { reportMail } from './report-mail.js';
import { reportXml } from './report-xml.js';
import type { SentReport } from './sent-report.js';
import { situation } from './situations.js';

const TO = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
const RECORD = 'v=DMARC1; p=none; rua=mailto:dmarc@rua.example';

function reports(): readonly SentReport[] {
  return receive(situation('forged-bad', 11), 2, () => RECORD).reports;
}

async function unzip(bytes: Buffer): Promise<{ readonly name: string; readonly content: Buffer }> {
  const zip = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(bytes, {
    lazyEntries: true,
  });
  const entry = await new Promise<yauzl.Entry>((resolve) => {
    zip.once('entry', resolve);
    zip.readEntry();
  });
  const chunks: Buffer[] = [];
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  expect(zip.entryCount).toBe(1);
  return { name: entry.fileName, content: Buffer.concat(chunks) };
}

describe('a report mail', () => {
  it.each(reports().map((sent) => [sent.reporter.domain, sent.forged ? 'forged' : 'real', sent] as const))(
    'from %s (%s) can be taken apart again',
    async (_, __, sent) => {
      const raw = reportMail(sent, TO);
      expect(raw.toString('latin1')).not.toMatch(/[^\r]\n/);
      const mail = await PostalMime.parse(raw);
      const { report, reporter } = sent;
      expect(mail.from?.address).toBe(`dmarc-reports@${reporter.domain}`);
      expect(mail.subject).toBe(
        `Report Domain: ${report.policy.domain} Submitter: ${reporter.domain} Report-ID: <${report.reportId}>`,
      );
      expect(Date.parse(mail.date ?? '')).toBe(Math.floor(sent.arrivesAt / 1000) * 1000);
      const stem = [reporter.domain, report.policy.domain, report.begin, report.end].join('!');
      const [attachment] = mail.attachments;
      expect(attachment?.filename).toBe(stem + (reporter.packing === 'zip' ? '.zip' : '.xml.gz'));
      const bytes = Buffer.from(attachment?.content as ArrayBuffer);
      const xml = reporter.packing === 'zip' ? (await unzip(bytes)).content : gunzipSync(bytes);
      expect(xml.toString()).toBe(reportXml(report));
      expect(XMLValidator.validate(xml.toString())).toBe(true);
    },
  );

  it('carries the finding of the addressee’s own MX on top', () => {
    const [real, forged] = [false, true].map((kind) => reports().find((sent) => sent.forged === kind));
    const top = (sent: SentReport | undefined): string =>
      sent === undefined ? '' : reportMail(sent, TO).toString().split('\r\nReceived:')[0]!;
    expect(top(real)).toMatch(
      /^Authentication-Results: mx\.rua\.example;\r\n\tdkim=pass [^]*dmarc=pass .*header\.from=/,
    );
    expect(top(forged)).toMatch(
      /^Authentication-Results: mx\.rua\.example;\r\n\tdkim=none;[^]*dmarc=fail .*header\.from=/,
    );
  });

  it('is the same byte for byte each time', () => {
    expect(reports().map((sent) => reportMail(sent, TO))).toEqual(
      reports().map((sent) => reportMail(sent, TO)),
    );
  });
});

describe('the report in it', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    isArray: (name) => name === 'record',
  });

  it('follows RFC 7489 or RFC 9990, by its reporter', () => {
    for (const { report } of reports()) {
      const { feedback } = parser.parse(reportXml(report));
      const isNew = report.schema === 'rfc9990';
      expect(feedback['@_xmlns']).toBe(isNew ? 'urn:ietf:params:xml:ns:dmarc-2.0' : undefined);
      expect('pct' in feedback.policy_published).toBe(!isNew);
      expect(feedback.policy_published.testing).toBe(isNew ? 'n' : undefined);
      expect(feedback.record).toHaveLength(report.records.length);
    }
  });

  it('no text breaks the XML', () => {
    const [sent] = reports();
    const orgName = 'A & B <"C"> ]]> Ltd';
    const xml = reportXml({ ...sent!.report, orgName });
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(parser.parse(xml).feedback.report_metadata.org_name).toBe(orgName);
  });
});

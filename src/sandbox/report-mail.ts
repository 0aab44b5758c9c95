import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { reportXml } from './report-xml.js';
import type { SentReport } from './sent-report.js';
import { zipFile } from './zip-file.js';

/** The mailbox that the reports are for: its address, and the name its own MX signs its findings with. */
export interface ReportAddressee {
  readonly address: string;
  /** The authserv-id (RFC 8601 2.5). */
  readonly authservId: string;
}

/** The report mail (RFC 5322, CRLF) as it lies in the mailbox, with the finding of the addressee's MX on top. */
export function reportMail(sent: SentReport, to: ReportAddressee): Buffer {
  const { report, reporter } = sent;
  // RFC 9990 3.5.1: receiver!policy-domain!begin!end.extension
  const stem = [reporter.domain, report.policy.domain, report.begin, report.end].join('!');
  const xml = Buffer.from(reportXml(report));
  const isZip = reporter.packing === 'zip';
  const fileName = isZip ? `${stem}.zip` : `${stem}.xml.gz`;
  const attachment = isZip ? zipFile(`${stem}.xml`, xml) : gzipSync(xml);
  const date = new Date(sent.arrivesAt).toUTCString().replace('GMT', '+0000');
  const id = createHash('sha256').update(fileName).update(report.reportId).update(date).digest('hex');
  const from = `dmarc-reports@${reporter.domain}`;
  const boundary = `=_${id.slice(0, 24)}`;
  const lines = [
    `Authentication-Results: ${to.authservId};`,
    ...findings(sent).map((finding) => `\t${finding}`),
    `Received: from mx.${sent.forged ? 'elsewhere.invalid' : reporter.domain} by ${to.authservId}; ${date}`,
    `Date: ${date}`,
    `From: ${from}`,
    `To: ${to.address}`,
    `Subject: Report Domain: ${report.policy.domain} Submitter: ${reporter.domain}`,
    ` Report-ID: <${report.reportId}>`,
    `Message-ID: <${id.slice(0, 32)}@${reporter.domain}>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    `This is a DMARC aggregate report about ${report.policy.domain}.`,
    '',
    `--${boundary}`,
    `Content-Type: application/${isZip ? 'zip' : 'gzip'}; name="${fileName}"`,
    `Content-Disposition: attachment; filename="${fileName}"`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(attachment.toString('base64').match(/.{1,76}/g) ?? []),
    '',
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

/** The results (RFC 8601 2.2): a forged mail comes from a host of its own and is not signed by the reporter. */
function findings({ forged, reporter }: SentReport): string[] {
  const from = reporter.domain;
  if (forged) {
    return [
      'dkim=none;',
      `spf=fail smtp.mailfrom=dmarc-reports@${from};`,
      `dmarc=fail (p=NONE) header.from=${from}`,
    ];
  }
  return [
    `dkim=pass header.d=${from} header.s=report;`,
    `spf=pass smtp.mailfrom=dmarc-reports@${from};`,
    `dmarc=pass (p=REJECT) header.from=${from}`,
  ];
}

// Report mails as receivers send them, out of a seed: small ones of many reporters, or one large one.
import { gzipSync } from 'node:zlib';
import { randomOf } from '../../dist/src/sandbox/random.js';
import { zipFile } from '../../dist/src/sandbox/zip-file.js';

export const AUTHSERV_ID = 'mx.bench.example';
const DAY = 86_400;
const FIRST_DAY = Math.floor(Date.now() / 1000 / DAY) - 200;

const REPORTERS = [
  { org: 'google.com', weight: 30, packed: 'zip' },
  { org: 'Yahoo', domain: 'yahooinc.com', weight: 20, packed: 'gzip' },
  { org: 'Enterprise Outlook', domain: 'microsoft.com', weight: 15, packed: 'gzip' },
  { org: 'Mimecast', domain: 'mimecastreport.com', weight: 8, packed: 'gzip' },
  { org: 'emailsrvr.com', weight: 6, packed: 'gzip' },
  { org: 'mail.ru', domain: 'corp.mail.ru', weight: 6, packed: 'gzip' },
  { org: 'GMX', domain: 'gmx.net', weight: 5, packed: 'gzip' },
  { org: 'fastmail.com', weight: 5, packed: 'zip' },
  { org: 'comcast.net', weight: 3, packed: 'gzip' },
  { org: 'small-isp.example', weight: 2, packed: 'plain' },
].map((it) => ({ domain: it.org, ...it }));

/** Gives `{ mail, rows }` one after the other: mails with 1 to some hundred rows, six on average. */
export function* smallMails(count, seed) {
  for (let index = 0; index < count; index += 1) {
    const random = randomOf(seed, 'mail', index);
    const reporter = weighted(REPORTERS, random);
    const rows = random.chance(0.02)
      ? random.between(40, 180)
      : random.between(1, random.chance(0.5) ? 3 : 9);
    yield { mail: mailOf(reporter, index, rows, random), rows };
  }
}

/** One mail with so many rows, no two from one address. */
export function largeMail(rows, seed) {
  return { mail: mailOf(REPORTERS[0], 0, rows, randomOf(seed, 'large')), rows };
}

function weighted(of, random) {
  let place = random.fraction() * of.reduce((sum, { weight }) => sum + weight, 0);
  return of.find(({ weight }) => (place -= weight) < 0) ?? of[0];
}

function mailOf(reporter, index, rows, random) {
  const domain = `shop${random.between(1, 20)}.example`;
  const begin = (FIRST_DAY + (index % 190)) * DAY;
  const name = `${reporter.domain}!${domain}!${begin}!${begin + DAY - 1}`;
  const xml = Buffer.from(documentOf({ reporter, domain, begin, index, rows }, random));
  const { bytes, type, suffix } = pack(xml, `${name}.xml`, reporter.packed);
  const boundary = `b-${index}-${begin}`;
  return Buffer.from(
    [
      `Received: from out.${reporter.domain} (out.${reporter.domain} [192.0.2.${random.between(1, 250)}])`,
      `\tby ${AUTHSERV_ID} with ESMTPS id ${index}; ${new Date((begin + DAY) * 1000).toUTCString()}`,
      `Authentication-Results: ${AUTHSERV_ID}; dkim=pass header.d=${reporter.domain}; dmarc=pass header.from=${reporter.domain}`,
      `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${reporter.domain}; s=s1; h=from:to:subject;`,
      `\tbh=${'A'.repeat(43)}=; b=${'B'.repeat(76)}`,
      `\t${'C'.repeat(76)}${'D'.repeat(76)}`,
      `From: noreply-dmarc@${reporter.domain}`,
      `To: rua@${domain}`,
      `Subject: Report domain: ${domain} Submitter: ${reporter.org} Report-ID: <${index}.${begin}>`,
      `Message-ID: <${index}.${begin}@${reporter.domain}>`,
      `Date: ${new Date((begin + DAY + random.between(0, 20_000)) * 1000).toUTCString()}`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: text/plain; charset=us-ascii',
      '',
      `This is an aggregate report from ${reporter.org}.`,
      '',
      `--${boundary}`,
      `Content-Type: ${type}; name="${name}${suffix}"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}${suffix}"`,
      '',
      bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n'),
      '',
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

function documentOf({ reporter, domain, begin, index, rows }, random) {
  const records = Array.from({ length: rows }, (_, row) => recordOf({ domain, row, rows }, random));
  return `<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>${reporter.org}</org_name>
    <email>noreply-dmarc@${reporter.domain}</email>
    <report_id>${index}.${begin}</report_id>
    <date_range>
      <begin>${begin}</begin>
      <end>${begin + DAY - 1}</end>
    </date_range>
  </report_metadata>
  <policy_published>
    <domain>${domain}</domain>
    <adkim>r</adkim>
    <aspf>r</aspf>
    <p>none</p>
    <sp>none</sp>
    <pct>100</pct>
  </policy_published>
${records.join('')}</feedback>
`;
}

function recordOf({ domain, row, rows }, random) {
  const isOwn = random.chance(0.7);
  const dkim = isOwn && random.chance(0.97) ? 'pass' : 'fail';
  const spf = isOwn && random.chance(0.9) ? 'pass' : 'fail';
  // A small report sees a few hosts again and again; in a large one no address comes twice.
  const host = rows > 10_000 ? row : random.between(1, isOwn ? 12 : 50_000);
  const ip =
    isOwn && rows <= 10_000
      ? `198.51.100.${host}`
      : `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
  const other = isOwn ? domain : `sender${random.between(1, 400)}.example`;
  return `  <record>
    <row>
      <source_ip>${ip}</source_ip>
      <count>${random.between(1, 40)}</count>
      <policy_evaluated>
        <disposition>none</disposition>
        <dkim>${dkim}</dkim>
        <spf>${spf}</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <header_from>${domain}</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>${other}</domain>
        <selector>s1</selector>
        <result>${dkim}</result>
      </dkim>
      <spf>
        <domain>${other}</domain>
        <result>${spf}</result>
      </spf>
    </auth_results>
  </record>
`;
}

function pack(xml, name, how) {
  if (how === 'plain') return { bytes: xml, type: 'text/xml', suffix: '.xml' };
  if (how === 'gzip') return { bytes: gzipSync(xml), type: 'application/gzip', suffix: '.xml.gz' };
  return { bytes: zipFile(name, xml), type: 'application/zip', suffix: '.zip' };
}

// The mailbox of 18 domains over 170 days: the sandbox's situations at seven receivers, abused from so many networks
// that their reports have the size of a busy domain's.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { receive } from '../../dist/src/sandbox/receivers.js';
import { REPORTERS } from '../../dist/src/sandbox/reporters.js';
import { reportMail } from '../../dist/src/sandbox/report-mail.js';
import { situation, SITUATIONS } from '../../dist/src/sandbox/situations.js';

export const AUTHSERV_ID = 'mx.rua.example';
const DOMAINS = 18;
const DAYS = 170;
/** New ones a day; each lives up to three days. */
const NETWORKS = 31;
const ABUSE_A_DAY = 7_000;

/** Shares are of all mail, so the two more receivers take theirs from the largest. */
const RECEIVERS = [
  ...REPORTERS.map((one, index) => (index === 0 ? { ...one, share: one.share - 0.2 } : one)),
  { ...REPORTERS[3], domain: 'ispmail.example', orgName: 'ISP Mail', share: 0.1, schema: 'rfc7489' },
  { ...REPORTERS[2], domain: 'corpmail.example', orgName: 'Corp Mail', share: 0.1 },
];

/** Writes one file a report mail into a folder; answers how many, and their bytes. */
export function writeMails(folder) {
  mkdirSync(folder, { recursive: true });
  let mails = 0;
  let bytes = 0;
  for (let index = 0; index < DOMAINS; index += 1) {
    const name = SITUATIONS[index % SITUATIONS.length];
    const seed = 7 + Math.floor(index / SITUATIONS.length);
    const domain = `${name}-${seed}.example`;
    const usual = situation('heavy-spoofing', seed, { domain }).spoofing;
    const spoofing = { ...usual, perDay: ABUSE_A_DAY, networksPerDay: NETWORKS };
    const world = { ...situation(name, seed, { domain }), reporters: RECEIVERS, spoofing };
    for (const sent of reportsAbout(world)) {
      const mail = withTravelHeaders(
        reportMail(sent, { address: 'dmarc@rua.example', authservId: AUTHSERV_ID }),
      );
      writeFileSync(path.join(folder, `${String(mails).padStart(6, '0')}.eml`), mail);
      mails += 1;
      bytes += mail.length;
    }
  }
  return { mails, bytes };
}

/** What hosts on the way add to a mail: signatures, seals and traces make up half of a real report mail. */
function withTravelHeaders(mail) {
  const signature = () =>
    randomBytes(256)
      .toString('base64')
      .match(/.{1,72}/g)
      .join('\r\n\t');
  const fields = [
    ...['arc-seal', 'arc-message-signature', 'dkim-signature', 'x-google-dkim-signature'].map(
      (name) => `${name}: i=1; a=rsa-sha256; d=hop.example; s=s1; t=1767225600;\r\n\tb=${signature()}`,
    ),
    ...Array.from({ length: 6 }, (_, hop) => `Received: from hop${hop}.example by hop${hop + 1}.example`),
    `X-Gm-Message-State: ${signature()}`,
    `X-Antispam: ${signature()}`,
  ];
  return Buffer.concat([
    mail.subarray(0, endOfFindings(mail)),
    Buffer.from(`${fields.join('\r\n')}\r\n`),
    mail.subarray(endOfFindings(mail)),
  ]);
}

/** The trusted findings stay on top. */
function endOfFindings(mail) {
  return mail.indexOf('Received: ');
}

function* reportsAbout(world) {
  const record = () => 'v=DMARC1; p=none; rua=mailto:dmarc@rua.example';
  for (let day = 0; day < DAYS; day += 1) yield* receive(world, day, record).reports;
}

import { gzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { mailWith } from '../imap/report-mail.js';

export const AUTHSERV_ID = 'mx.rua.example';
const DAY = 86_400;
const FIRST_DAY = Math.floor(Date.now() / 1000 / DAY) - 100;
const REPORTERS = ['google.com', 'yahooinc.com', 'gmx.net', 'fastmail.com', 'comcast.net'] as const;

/** Mails of a mailbox that was forgotten: every fifth is a report that came before, every tenth no report at all. */
export function backfillMails(mails: number): readonly Buffer[] {
  return Array.from({ length: mails }, (_, index) => mailNumber(index));
}

function mailNumber(index: number): Buffer {
  if (index % 10 === 9) return mailWith([], { text: `Nothing to read here, for the ${index}th time` });
  const number = index % 5 === 4 ? index - 1 : index;
  const reporter = REPORTERS[number % 4] ?? REPORTERS[0];
  const begin = (FIRST_DAY + (number % 90)) * DAY;
  const xml = `<feedback><report_metadata><org_name>${reporter}</org_name><email>d@${reporter}</email>
<report_id>r-${number}</report_id><date_range><begin>${begin}</begin><end>${begin + DAY - 1}</end></date_range>
</report_metadata><policy_published><domain>shop.example</domain><p>none</p></policy_published>
${rowOf(number, '192.0.2.1', 'pass')}${rowOf(number + 1, '198.51.100.7', 'fail')}</feedback>`;
  return mailWith([{ type: 'application/gzip', bytes: gzipSync(xml), name: 'report.xml.gz' }], {
    from: `noreply@${reporter}`,
    subject: `Report domain: shop.example, mail ${index}`,
    headers: [`Authentication-Results: ${AUTHSERV_ID}; dmarc=pass header.from=${reporter}`],
  });
}

function rowOf(count: number, ip: string, result: string): string {
  return `<record><row><source_ip>${ip}</source_ip><count>${count + 1}</count><policy_evaluated>
<disposition>none</disposition><dkim>${result}</dkim><spf>${result}</spf></policy_evaluated></row>
<identifiers><header_from>shop.example</header_from></identifiers></record>`;
}

/** What the store holds of such mails. */
export interface BackfillNumbers {
  readonly mails: number;
  readonly reports: number;
  readonly rows: number;
  readonly rowMessages: number;
  readonly dailyMessages: number;
}

/** Each report counted once. `mails` is a multiple of ten. */
export function trueNumbers(mails: number): BackfillNumbers {
  let messages = 0;
  for (let index = 0; index < mails; index += 1) if (index % 5 !== 4) messages += index + 1 + index + 2;
  return {
    mails,
    reports: (mails * 4) / 5,
    rows: (mails * 8) / 5,
    rowMessages: messages,
    dailyMessages: messages,
  };
}

export async function storedNumbers(client: Client): Promise<BackfillNumbers> {
  return {
    mails: await one(client, 'select count(*) as value from mail'),
    reports: await one(client, 'select count(*) as value from report'),
    rows: await one(client, 'select count(*) as value from report_row'),
    rowMessages: await one(client, 'select sum(messages) as value from report_row'),
    dailyMessages: await one(client, 'select sum(messages) as value from daily_rollup'),
  };
}

export function storedMails(client: Client): Promise<number> {
  return one(client, 'select count(*) as value from mail');
}

async function one(client: Client, sql: string): Promise<number> {
  try {
    const { rows } = await client.query<{ value: string | null }>(sql);
    return Number(rows[0]?.value ?? 0);
  } catch {
    return 0; // the tables are not made yet
  }
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { mailWith } from '../../test/imap/report-mail.js';
import { DAY_MS } from '../core/instant.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import type { StoredReport } from '../ports/evidence-store.js';
import { IngestMessage, type Ingested } from './ingest-message.js';
import type { Arrival } from './read-arrival.js';

const BEGIN = Date.UTC(2026, 1, 3) / 1000;
const NOW = Date.UTC(2026, 1, 4, 6);

let database: MigratedDatabase;
let evidence: EvidenceRepository;
let ingest: IngestMessage;
let count = 0;
let domain = '';

beforeAll(async () => {
  database = await openMigratedDatabase();
  evidence = new EvidenceRepository(database.dataSource);
  const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
  const authenticator = new MailAuthenticator({ authservId: 'mx.shop.example', resolveTxt });
  ingest = new IngestMessage(new MimeUnpacker(), authenticator, evidence, DEFAULT_REPORT_LIMITS);
});

afterAll(() => database.close());

beforeEach(() => {
  count += 1;
  domain = `shop${count}.example`;
});

interface Names {
  readonly orgName: string;
  readonly email: string;
  readonly reportId?: string;
}

function reportXml({ orgName, email, reportId = 'r-1' }: Names): string {
  return `<?xml version="1.0"?><feedback><report_metadata><org_name>${orgName}</org_name><email>${email}</email>
<report_id>${reportId}</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + 86_399}</end></date_range>
</report_metadata><policy_published><domain>${domain}</domain><p>none</p></policy_published><record><row>
<source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>${domain}</header_from></identifiers>
<auth_results><dkim><domain>${domain}</domain><result>pass</result></dkim></auth_results></record></feedback>`;
}

/** The mail of one report from an address at `from`, which our own server found to pass DMARC. */
function mailFrom(from: string, xml: string): Buffer {
  const results = `Authentication-Results: mx.shop.example; dmarc=pass header.from=${from}`;
  const part = { type: 'text/xml', bytes: xml, name: 'report.xml' };
  return mailWith([part], { from: `reports@${from}`, headers: [results] });
}

function tlsReport(): Buffer {
  const json = '{"organization-name":"mx.example","report-id":"1","policies":[]}';
  return mailWith([{ type: 'application/tlsrpt+json', bytes: json, name: 'mx.example!shop!1!2.json' }], {});
}

function arrival(bytes: Uint8Array, patch: Partial<Arrival> = {}): Arrival {
  return {
    origin: 'rua',
    folder: 'INBOX',
    mailId: null,
    name: 'mail',
    position: { uidValidity: '1', uid: count * 10 },
    receivedAt: NOW,
    bytes,
    vouchedBy: null,
    ...patch,
  };
}

function stored(): Promise<readonly StoredReport[]> {
  return evidence.reports({ domain, limit: 10 });
}

async function countedMessages(): Promise<number> {
  const cells = await evidence.cells(domain, '2026-01-01');
  return cells.reduce((sum, cell) => sum + cell.messages, 0);
}

describe('a report by mail', () => {
  it('counts under the domain that it authenticated as', async () => {
    const xml = reportXml({ orgName: 'Mail.Ru', email: 'dmarc_support@corp.mail.ru' });
    const taken = await ingest.run(arrival(mailFrom('corp.mail.ru', xml)));
    expect(taken.reports).toMatchObject([{ storedAs: 'new', domain, reason: null }]);
    expect(await stored()).toMatchObject([
      { reporter: 'mail.ru', counted: true, authenticity: { authenticated: true, domain: 'mail.ru' } },
    ]);
    expect(await countedMessages()).toBe(7);
  });

  it('that claims to be a known reporter’s is stored and shown under its sender, and does not count', async () => {
    const xml = reportXml({ orgName: 'google.com', email: 'noreply-dmarc-support@google.com' });
    const reason = 'it claims to come from Google, but its mail is from mx.evil.example';
    const taken = await ingest.run(arrival(mailFrom('mx.evil.example', xml)));
    expect(taken).toMatchObject({ outcome: 'report', reports: [{ storedAs: 'new', reason }] });
    expect(await stored()).toEqual([
      expect.objectContaining({
        orgName: 'google.com',
        reporter: 'evil.example',
        counted: false,
        authenticity: { authenticated: false, domain: null, method: 'authentication-results', reason },
      }),
    ]);
    expect(await countedMessages()).toBe(0);
  });

  it('counts all the same when a false one with its content came first', async () => {
    const xml = reportXml({ orgName: 'google.com', email: 'noreply-dmarc-support@google.com' });
    await ingest.run(arrival(mailFrom('evil.example', xml)));
    const position = { uidValidity: '1', uid: count * 10 + 1 };
    const taken = await ingest.run(arrival(mailFrom('google.com', xml), { position }));
    expect(taken.reports).toMatchObject([{ storedAs: 'new', reason: null }]);
    expect(await countedMessages()).toBe(7);
  });

  it('taken twice counts once', async () => {
    const mail = mailFrom('yahooinc.com', reportXml({ orgName: 'Yahoo', email: 'dmarchelp@yahooinc.com' }));
    await ingest.run(arrival(mail));
    expect((await ingest.run(arrival(mail))).reports).toMatchObject([{ storedAs: 'duplicate' }]);
    expect(await countedMessages()).toBe(7);
  });
});

it('each report of a document counts, once, whichever comes again', async () => {
  const names = { orgName: 'Yahoo', email: 'dmarchelp@yahooinc.com' };
  const [one, two] = [reportXml(names), reportXml({ ...names, reportId: 'r-2' })];
  const both = arrival(mailFrom('yahooinc.com', one + two));
  expect((await ingest.run(both)).reports).toMatchObject([
    { inner: 'report.xml', storedAs: 'new', reason: null },
    { inner: 'report.xml#2', storedAs: 'new', reason: null },
  ]);
  expect(await countedMessages()).toBe(14);
  expect((await ingest.run(both)).reports.map(({ storedAs }) => storedAs)).toEqual([
    'duplicate',
    'duplicate',
  ]);
  const position = { uidValidity: '1', uid: count * 10 + 1 };
  await ingest.run(arrival(mailFrom('yahooinc.com', two), { position }));
  expect(await countedMessages()).toBe(14);
});

describe('a file that a person vouches for', () => {
  const byHand = { origin: 'upload', folder: null, position: null, vouchedBy: 'the operator' } as const;

  it('counts under the name it bears: there is no mail that could belie it', async () => {
    const xml = reportXml({ orgName: 'Enterprise Outlook', email: 'dmarcreport@microsoft.com' });
    await ingest.run(arrival(Buffer.from(xml), byHand));
    expect(await stored()).toMatchObject([{ reporter: 'microsoft.com', counted: true }]);
  });

  it('counts also as the mail it once came in, whoever sent that on', async () => {
    const xml = reportXml({ orgName: 'google.com', email: 'noreply-dmarc-support@google.com' });
    await ingest.run(arrival(mailFrom('colleague.example', xml), byHand));
    expect(await stored()).toMatchObject([
      { reporter: 'google.com', counted: true, authenticity: { method: 'upload' } },
    ]);
  });
});

describe('what is no report', () => {
  it.each<[string, Ingested['outcome'], () => Uint8Array | null, RegExp]>([
    ['a mail over the limit', 'unreadable', () => null, /larger than/],
    ['an empty file', 'unreadable', () => Buffer.alloc(0), /./],
    ['an ordinary mail', 'not-a-report', () => mailWith([], { text: 'Hello' }), /^no report in it$/],
    ['broken XML', 'unreadable', () => mailFrom('google.com', '<feedback><report_metadata>'), /./],
    ['a TLS report', 'tls-report', () => tlsReport(), /TLS/],
    [
      'a report about the future',
      'not-a-report',
      () =>
        mailFrom(
          'google.com',
          reportXml({ orgName: 'google.com', email: 'a@google.com' }).replaceAll(
            /\b\d{10}\b/g,
            String(BEGIN + (5 * DAY_MS) / 1000),
          ),
        ),
      /future/,
    ],
  ])('%s is stored with its reason', async (_title, outcome, bytes, reason) => {
    const taken = await ingest.run({ ...arrival(Buffer.alloc(0)), bytes: bytes() });
    expect(taken.outcome).toBe(outcome);
    expect(taken.reason).toMatch(reason);
    expect(await countedMessages()).toBe(0);
  });
});

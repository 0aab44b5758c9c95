import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { MemoryMailbox, OneMailbox } from '../../test/imap/memory-mailbox.js';
import { mailWith } from '../../test/imap/report-mail.js';
import { DAY_MS, HOUR_MS } from '../core/instant.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { IngestMessage } from './ingest-message.js';
import { PollMailbox } from './poll-mailbox.js';
import { TidyStore } from './tidy-store.js';

const DOMAIN = 'shop.example';
const BEGIN = Date.UTC(2026, 1, 3);
const END = BEGIN + DAY_MS - 1000;
const NOW = Date.UTC(2026, 1, 6, 6);

/** Written long before what it tells of: its Date is as wrong as the server's, unless another is given. */
function reportMail(begin = BEGIN, writtenAt: number | null = null): Buffer {
  const xml = `<feedback><report_metadata><org_name>google.com</org_name><email>d@google.com</email>
<report_id>r-1</report_id><date_range><begin>${begin / 1000}</begin><end>${(begin + DAY_MS) / 1000 - 1}</end></date_range>
</report_metadata><policy_published><domain>${DOMAIN}</domain><p>none</p></policy_published><record><row>
<source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>${DOMAIN}</header_from></identifiers></record></feedback>`;
  const results = 'Authentication-Results: mx.shop.example; dmarc=pass header.from=google.com';
  const part = { type: 'text/xml', bytes: xml, name: 'report.xml' };
  return mailWith([part], { from: 'noreply@google.com', headers: [results, ...dated(writtenAt)] });
}

function otherMail(writtenAt: number): Buffer {
  return mailWith([], { text: 'Hello', headers: dated(writtenAt) });
}

function unreadableMail(writtenAt: number): Buffer {
  const part = { type: 'text/xml', bytes: '<feedback><report_metadata>', name: 'report.xml' };
  return mailWith([part], { headers: dated(writtenAt) });
}

/** The first Date of a mail is the one that counts. */
function dated(at: number | null): readonly string[] {
  return at === null ? [] : [`Date: ${new Date(at).toUTCString()}`];
}

describe('when mail came, as its server says', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  let mailbox: MemoryMailbox;
  let poll: PollMailbox;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
    const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
    const authenticator = new MailAuthenticator({ authservId: 'mx.shop.example', resolveTxt });
    const ingest = new IngestMessage(new MimeUnpacker(), authenticator, evidence, DEFAULT_REPORT_LIMITS);
    mailbox = new MemoryMailbox();
    poll = new PollMailbox(new OneMailbox(mailbox), ingest, evidence, { now: () => NOW });
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await database.forgetMail();
    mailbox.settled.length = 0;
  });

  /** By mails and reports, days that close, and what forgets originals. */
  async function times(): Promise<unknown> {
    const rows = await database.dataSource.query<{ at: Date }[]>(
      `select distinct at from (select received_at from mail union all select received_at from report
         union all select first_at from reporter_day union all select newest_at from mail_bundle) known (at)`,
    );
    return rows.map(({ at }) => at.toISOString());
  }

  const impossible = [
    ['1970', 0],
    ['2011', Date.UTC(2011, 11, 31)],
    ['the year before', NOW - 365 * DAY_MS],
    ['the year 10000', Date.UTC(10_000, 0, 1)],
    ['the year after', NOW + 365 * DAY_MS],
  ] as const;

  it.each(impossible)('is when it was read where that was in %s', async (_title, said) => {
    mailbox.deliver(reportMail(), said);
    mailbox.deliver(reportMail(BEGIN, NOW + HOUR_MS), said);
    expect(await poll.run('rua')).toMatchObject({ mails: 2, reports: 2, domains: [DOMAIN] });
    const [cell] = await evidence.cells(DOMAIN, '2026-01-01');
    expect(cell?.messages).toBe(7);
    expect(await times()).toEqual([new Date(NOW).toISOString()]);
  });

  it.each(impossible)(
    'is when it was written where that was in %s: no sign of life',
    async (_title, said) => {
      mailbox.deliver(reportMail(BEGIN, END + HOUR_MS), said);
      mailbox.deliver(otherMail(END + HOUR_MS), said);
      mailbox.deliver(unreadableMail(END + HOUR_MS), said);
      await poll.run('rua');
      expect(await times()).toEqual([new Date(END + HOUR_MS).toISOString()]);
      expect(await evidence.lastReportAt(DOMAIN)).toBe(END + HOUR_MS);
    },
  );

  it.each([0, Date.UTC(2011, 11, 31), NOW + DAY_MS])(
    'is never before the first reports, nor to come, where nothing could be read in it (Date: %d)',
    async (writtenAt) => {
      mailbox.deliver(unreadableMail(writtenAt), 0);
      const size = 30_000_000;
      mailbox.inbox.push({ position: { uidValidity: '7', uid: 99 }, receivedAt: 0, raw: null, size });
      await poll.run('rua');
      expect(await times()).toEqual([new Date(NOW).toISOString()]);
      const retention = { originals: 90, rows: 400, evidence: 800 };
      const tidied = await new TidyStore(evidence, { now: () => NOW }, retention).run();
      expect(tidied).toMatchObject({ originals: 0, mails: 0 });
      expect(await evidence.unfetched(null, 9)).toHaveLength(1);
    },
  );

  it('is true where only the Date of the mail lies in the future', async () => {
    mailbox.deliver(otherMail(NOW + 9 * DAY_MS), NOW - 40 * DAY_MS);
    await poll.run('rua');
    expect(await times()).toEqual([new Date(NOW - 40 * DAY_MS).toISOString()]);
  });

  it.each([
    ['soon after what it tells of', END + HOUR_MS],
    ['days ago', NOW - DAY_MS],
    ['in a moment: clocks differ', NOW + HOUR_MS],
    ['some hours before that is over: clocks and time zones differ', END - 12 * HOUR_MS],
  ])('is true where that was %s', async (_title, said) => {
    mailbox.deliver(reportMail(), said);
    await poll.run('rua');
    expect(await times()).toEqual([new Date(said).toISOString()]);
  });

  it('is when it was read where what a report tells of was over more than a day later', async () => {
    mailbox.deliver(reportMail(), END - DAY_MS - HOUR_MS);
    await poll.run('rua');
    expect(await times()).toEqual([new Date(NOW).toISOString()]);
  });

  it('is when it was read, and not written, where its Date is long before what it tells of was over', async () => {
    mailbox.deliver(reportMail(BEGIN, END - DAY_MS - HOUR_MS), 0);
    await poll.run('rua');
    expect(await times()).toEqual([new Date(NOW).toISOString()]);
  });

  it('makes no report acceptable that tells of days to come', async () => {
    mailbox.deliver(reportMail(BEGIN + 10 * DAY_MS), NOW + 30 * DAY_MS);
    await poll.run('rua');
    expect(mailbox.settled).toEqual([[expect.any(Number), 'not-a-report']]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { MemoryMailbox, OneMailbox } from '../../test/imap/memory-mailbox.js';
import { mailWith } from '../../test/imap/report-mail.js';
import { HOUR_MS } from '../core/instant.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { VirtualClock } from '../sandbox/virtual-clock.js';
import { IngestMessage } from './ingest-message.js';
import { PollMailbox } from './poll-mailbox.js';

const START = Date.UTC(2026, 1, 4, 6);
const BEGIN = Date.UTC(2026, 1, 3) / 1000;
const DOMAINS = ['one.example', 'poison.example', 'two.example'];

function reportMail(domain: string): Buffer {
  const xml = `<feedback><report_metadata><org_name>google.com</org_name><email>d@google.com</email>
<report_id>r-1</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + 86_399}</end></date_range>
</report_metadata><policy_published><domain>${domain}</domain><p>none</p></policy_published><record><row>
<source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>${domain}</header_from></identifiers>
</record></feedback>`;
  return mailWith([{ type: 'text/xml', bytes: xml, name: 'report.xml' }], {
    from: 'noreply@google.com',
    headers: ['Authentication-Results: mx.example; dmarc=pass header.from=google.com'],
  });
}

describe('a poll that fails', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  let mailbox: MemoryMailbox;
  let clock: VirtualClock;
  let poll: PollMailbox;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await database.forgetMail();
    mailbox = new MemoryMailbox();
    for (const domain of DOMAINS) mailbox.deliver(reportMail(domain), START);
    clock = new VirtualClock(START);
    const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
    const authenticator = new MailAuthenticator({ authservId: 'mx.example', resolveTxt });
    const ingest = new IngestMessage(new MimeUnpacker(), authenticator, evidence, DEFAULT_REPORT_LIMITS);
    poll = new PollMailbox(new OneMailbox(mailbox), ingest, evidence, clock);
  });

  afterEach(() => mend());

  /** PostgreSQL refuses each row of a table for which a condition holds, until it is mended. */
  async function refuse(table: string, condition: string, sqlState: string): Promise<void> {
    const { dataSource } = database;
    await dataSource.query(`create function refuse() returns trigger language plpgsql as $$ begin
      if ${condition} then raise exception 'it is refused' using errcode = '${sqlState}'; end if; return new; end $$`);
    await dataSource.query(
      `create trigger refuse before insert on ${table} for each row execute function refuse()`,
    );
  }

  async function mend(): Promise<void> {
    await database.dataSource.query('drop function if exists refuse cascade');
  }

  async function trouble(): Promise<string | undefined> {
    return (await evidence.progress('rua', 'INBOX')).trouble?.reason;
  }

  function inbox(): readonly number[] {
    return mailbox.inbox.map(({ position }) => position.uid);
  }

  it('says about which domains it stored reports, though a mail could not be stored', async () => {
    await refuse('report', `new.domain = 'poison.example'`, 'P0001');
    await expect(poll.run('rua')).rejects.toMatchObject({ domains: ['one.example', 'two.example'] });
  });

  it('says so too though what it stored could not be moved', async () => {
    vi.spyOn(mailbox, 'settle').mockRejectedValueOnce(new Error('the connection broke'));
    await expect(poll.run('rua')).rejects.toMatchObject({
      message: 'the connection broke',
      domains: DOMAINS,
    });
    expect(await poll.run('rua')).toMatchObject({ domains: [] });
    expect(inbox()).toEqual([]);
  });

  it.each(['53100', '25006'])('lets no mail wait where the server fails with %s', async (sqlState) => {
    await refuse('mail', 'true', sqlState);
    for (let times = 0; times < 3; times += 1)
      await expect(poll.run('rua')).rejects.toThrow(
        'mail could not be stored, and none can be just now: it is refused',
      );
    expect(await trouble()).toBe('mail could not be stored, and none can be just now: it is refused');
    await mend();
    expect(await poll.run('rua')).toMatchObject({ mails: 3, domains: DOMAINS });
    expect([inbox(), await trouble()]).toEqual([[], undefined]);
  });

  it('tells which mail can’t be stored, and why, until it can', async () => {
    await refuse('report', `new.domain = 'poison.example'`, 'P0001');
    const words =
      "the mail with UID 2 in INBOX can't be stored (it is refused); it stays there, and is tried again later";
    await expect(poll.run('rua')).rejects.toThrow(words);
    expect(await trouble()).toBe(words);
    mailbox.resting = 'UID 9 rests';
    expect(await poll.run('rua')).toMatchObject({ mails: 0 });
    expect(await trouble()).toBe(`UID 9 rests; ${words}`);
    mailbox.resting = null;
    await mend();
    clock.advanceTo(START + HOUR_MS);
    await poll.run('rua');
    expect([inbox(), await trouble()]).toEqual([[], undefined]);
  });
});

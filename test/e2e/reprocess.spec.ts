import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS } from '../../src/core/report/limits.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../../src/imap/authenticate-report.js';
import { ImapMailbox } from '../../src/imap/imap-mailbox.js';
import { DEFAULT_LIMITS } from '../../src/imap/unpack/unpack-limits.js';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { IngestMessage } from '../../src/workflows/ingest-message.js';
import { PollMailbox } from '../../src/workflows/poll-mailbox.js';
import { RecoverMail } from '../../src/workflows/recover-mail.js';
import { ReprocessMail } from '../../src/workflows/reprocess-mail.js';
import { openMigratedDatabase, type MigratedDatabase } from '../database/migrated-database.js';
import { mailboxOptions } from '../imap/mailbox-options.js';
import { OneMailbox } from '../imap/memory-mailbox.js';
import { mailWith } from '../imap/report-mail.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';

const USER = { name: 'reports', password: 'not-a-secret-9' };
const DOMAIN = 'shop.example';
const BEGIN = Math.floor(Date.now() / 86_400_000) * 86_400 - 86_400;
const CLOCK = { now: () => Date.now() };

/** A version, or settings, that read so much. */
interface Limits {
  readonly maxMessageBytes: number;
  readonly documentBytes: number;
}
const NARROW = { maxMessageBytes: 10_000, documentBytes: 3000 };
const WIDE = { maxMessageBytes: 1_000_000, documentBytes: 1_000_000 };

describeWith(['dovecot-imapd'], 'mail that could not be read, once it can be', () => {
  let server: Dovecot;
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  const open: ImapMailbox[] = [];

  beforeAll(async () => {
    server = await startDovecot({ users: [USER] });
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });
  afterEach(async () => {
    for (const box of open.splice(0)) await box.close();
  });
  afterAll(async () => {
    await server?.stop();
    await database?.close();
  });

  function service({ maxMessageBytes, documentBytes }: Limits) {
    const box = new ImapMailbox({ ...mailboxOptions(USER), port: server.port, maxMessageBytes });
    open.push(box);
    const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
    const authenticator = new MailAuthenticator({ authservId: 'mx.shop.example', resolveTxt });
    const unpacker = new MimeUnpacker({ ...DEFAULT_LIMITS, documentBytes });
    const ingest = new IngestMessage(unpacker, authenticator, evidence, DEFAULT_REPORT_LIMITS);
    const mailboxes = new OneMailbox(box);
    const recovery = new RecoverMail(mailboxes, evidence);
    const wakeUp = { wake: async () => {} };
    return {
      poll: () => new PollMailbox(mailboxes, ingest, evidence, CLOCK).run('rua'),
      reprocess: () => new ReprocessMail(evidence, ingest, recovery, wakeUp, CLOCK).run(),
    };
  }

  function reportMail(id: string, rows: number, padding = 0): Buffer {
    const row = `<record><row><source_ip>192.0.2.1</source_ip><count>1</count><policy_evaluated>
<disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>
<identifiers><header_from>${DOMAIN}</header_from></identifiers></record>`;
    const xml = `<feedback><report_metadata><org_name>google.com</org_name><email>d@google.com</email>
<report_id>${id}</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + 86_399}</end></date_range>
</report_metadata><policy_published><domain>${DOMAIN}</domain><p>none</p></policy_published>
${row.repeat(rows)}</feedback><!--${randomBytes(padding).toString('hex')}-->`;
    const headers = ['Authentication-Results: mx.shop.example; dmarc=pass header.from=google.com'];
    const part = { type: 'text/xml', bytes: xml, name: 'report.xml' };
    return mailWith([part], { from: 'noreply@google.com', headers });
  }

  async function countIn(path: string): Promise<number> {
    const status = await server.as((client) => client.status(path, { messages: true }));
    return status === false ? -1 : (status.messages ?? -1);
  }

  it('counts once, and lies where read mail lies, whether it was fetched or not, and when it came', async () => {
    await server.append('INBOX', [
      reportMail('small', 1),
      reportMail('long', 20),
      reportMail('large', 2, 20_000),
    ]);
    for (const mail of [reportMail('late', 20), reportMail('heavy', 2, 20_000)])
      await server.as((client) => client.append('INBOX', mail, [], new Date(0)));
    const before = service(NARROW);
    await before.poll();
    const { mails } = await evidence.progress('rua', 'INBOX');
    expect(mails).toMatchObject({ report: 1, unreadable: 4 });
    expect(await countIn('DMARC/Unreadable')).toBe(4);
    expect(await before.reprocess()).toMatchObject({ mails: 2, mended: 0, moved: 0, anew: {}, left: [] });

    const after = service(WIDE);
    const first = await after.reprocess();
    expect(first).toEqual({ mails: 2, mended: 2, reports: 2, moved: 2, anew: { rua: 2 }, left: [] });
    expect(await after.poll()).toMatchObject({ mails: 2, reports: 2 });
    expect(await countIn('DMARC/Unreadable')).toBe(0);
    expect(await countIn('DMARC/Reports')).toBe(5);
    const progress = await evidence.progress('rua', 'INBOX');
    expect(progress.mails).toMatchObject({ report: 5, unreadable: 0 });
    const cells = await evidence.cells(DOMAIN, '2026-01-01');
    expect(cells.reduce((sum, cell) => sum + cell.messages, 0)).toBe(45);
    expect(await after.reprocess()).toMatchObject({ mails: 0, moved: 0, anew: {}, left: [] });
  });
});

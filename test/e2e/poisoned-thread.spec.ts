import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS, type ReportLimits } from '../../src/core/report/limits.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../../src/imap/authenticate-report.js';
import { MimeUnpacker } from '../../src/imap/unpack/unpack-message.js';
import { DEFAULT_LIMITS } from '../../src/imap/unpack/unpack-limits.js';
import type * as Threads from '../../src/reading/reading-thread.js';
import { IngestMessage } from '../../src/workflows/ingest-message.js';
import { PollMailbox } from '../../src/workflows/poll-mailbox.js';
import { openMigratedDatabase, type MigratedDatabase } from '../database/migrated-database.js';
import { MemoryMailbox, OneMailbox } from '../imap/memory-mailbox.js';
import { mailWith } from '../imap/report-mail.js';
import { until } from '../lab/until.js';

/** A thread runs a compiled program, so this needs `npm run build` done. */
const THREAD = new URL('../../dist/src/reading/reading-thread.js', import.meta.url);
const isBuilt = existsSync(THREAD);

const AUTHSERV_ID = 'mx.rua.example';
const BEGIN = Math.floor(Date.now() / 86_400_000) * 86_400 - 86_400;
/** More than a thread has memory for, where nothing limits it. */
const ENDLESS = 400_000;
const NO_LIMITS: ReportLimits = { ...DEFAULT_REPORT_LIMITS, elements: 1e9, resultsPerRow: 1e9 };

function reportMail(id: number, results: number): Buffer {
  const result = '<dkim><domain>shop.example</domain><selector>s</selector><result>pass</result></dkim>';
  const xml = `<feedback><report_metadata><org_name>google.com</org_name><email>d@google.com</email>
<report_id>r-${id}</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + 86_399}</end></date_range>
</report_metadata><policy_published><domain>shop.example</domain><p>none</p></policy_published><record><row>
<source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>shop.example</header_from></identifiers>
<auth_results>${result.repeat(results)}</auth_results></record></feedback>`;
  // Packed twice it is as small as any other mail.
  const bytes = gzipSync(gzipSync(xml, { level: 9 }));
  return mailWith([{ type: 'application/gzip', bytes, name: 'report.xml.gz.gz' }], {
    from: 'noreply@google.com',
    headers: [`Authentication-Results: ${AUTHSERV_ID}; dmarc=pass header.from=google.com`],
  });
}

describe.skipIf(!isBuilt)(
  `a mail that kills the reading thread${isBuilt ? '' : ' [needs npm run build]'}`,
  () => {
    let database: MigratedDatabase;
    let thread: Threads.ReadingThread;

    beforeAll(async () => {
      database = await openMigratedDatabase();
      const threads = (await import(THREAD.href)) as typeof Threads;
      thread = new threads.ReadingThread({
        unpackLimits: { ...DEFAULT_LIMITS, ratio: 1e9 },
        reportLimits: NO_LIMITS,
        mailboxes: [{ name: 'rua', authservId: AUTHSERV_ID }],
        dns: { resolvers: [], authorities: [], timeoutMs: 2000, tries: 1 },
      });
    });
    afterAll(async () => {
      await thread.onApplicationShutdown();
      await database.close();
    });

    it('is read here, with all that was read beside it, and the poll goes on', async () => {
      const evidence = new EvidenceRepository(database.dataSource);
      const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
      const authenticator = new MailAuthenticator({ authservId: AUTHSERV_ID, resolveTxt });
      const unpacker = new MimeUnpacker();
      const ingest = new IngestMessage(unpacker, authenticator, evidence, DEFAULT_REPORT_LIMITS, thread);
      const mailbox = new MemoryMailbox();
      mailbox.largestFetch = 10;
      for (let id = 1; id <= 30; id += 1) mailbox.deliver(reportMail(id, id === 5 ? ENDLESS : 1), Date.now());
      const poll = new PollMailbox(new OneMailbox(mailbox), ingest, evidence, { now: () => Date.now() });
      await until('the thread is ready', () => thread.isReady);
      expect(await poll.run('rua')).toMatchObject({ mails: 30, more: false });
      expect(thread.isReady).toBe(false);
      const outcomes = mailbox.settled.map(([uid, outcome]) => `${uid} ${outcome}`);
      expect(outcomes.filter((it) => it !== '5 unreadable')).toHaveLength(29);
      const cells = await evidence.cells('shop.example', '2026-01-01');
      expect(cells.reduce((sum, cell) => sum + cell.messages, 0)).toBe(29 * 7);
    });
  },
);

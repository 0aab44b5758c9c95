import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { mailWith } from '../../test/imap/report-mail.js';
import { SIGNING_KEY, signMail } from '../../test/imap/sign-mail.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { DEFAULT_LIMITS } from '../imap/unpack/unpack-limits.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import type { Wake } from '../ports/wake-up.js';
import { IngestMessage } from './ingest-message.js';
import type { Arrival } from './read-arrival.js';
import type { ReadAtLast } from './recover-mail.js';
import { ReprocessMail } from './reprocess-mail.js';

const BEGIN = Date.UTC(2026, 1, 3) / 1000;
const NOW = Date.UTC(2026, 1, 4, 6);
const CLOCK = { now: () => NOW };
const DOMAIN = 'shop.example';

let database: MigratedDatabase;
let evidence: EvidenceRepository;

beforeAll(async () => {
  database = await openMigratedDatabase();
  evidence = new EvidenceRepository(database.dataSource);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.forgetMail();
});

/** The intake of a version that reads documents up to so many bytes. */
function intake(documentBytes: number): IngestMessage {
  const resolveTxt = () => Promise.reject(new Error('no look-up was expected'));
  const authenticator = new MailAuthenticator({ authservId: 'mx.shop.example', resolveTxt });
  const unpacker = new MimeUnpacker({ ...DEFAULT_LIMITS, documentBytes });
  return new IngestMessage(unpacker, authenticator, evidence, DEFAULT_REPORT_LIMITS);
}

function reportMail(id: string, rows: number, domain = DOMAIN): Buffer {
  const row = `<record><row><source_ip>192.0.2.1</source_ip><count>1</count><policy_evaluated>
<disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>
<identifiers><header_from>${domain}</header_from></identifiers></record>`;
  const xml = `<feedback><report_metadata><org_name>google.com</org_name><email>d@google.com</email>
<report_id>${id}</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + 86_399}</end></date_range>
</report_metadata><policy_published><domain>${domain}</domain><p>none</p></policy_published>
${row.repeat(rows)}</feedback>`;
  const results = 'Authentication-Results: mx.shop.example; dmarc=pass header.from=google.com';
  return mailWith([{ type: 'application/gzip', bytes: gzipSync(xml), name: 'report.xml.gz' }], {
    from: 'noreply@google.com',
    headers: [results],
  });
}

function arrival(uid: number, bytes: Uint8Array, receivedAt = NOW): Arrival {
  const position = { uidValidity: '1', uid };
  return {
    origin: 'rua',
    folder: 'INBOX',
    name: 'mail',
    position,
    receivedAt,
    bytes,
    vouchedBy: null,
    mailId: null,
  };
}

it('takes mail that was stored as not authentic while DNS did not answer, and counts it', async () => {
  let isUp = false;
  const resolveTxt = async () => {
    if (!isUp) throw Object.assign(new Error('away'), { code: 'ETIMEOUT' });
    return [[SIGNING_KEY]];
  };
  // A failed look-up is remembered for a minute: each mail gets its own authenticator.
  const authenticate = (raw: Uint8Array) =>
    new MailAuthenticator({ authservId: null, resolveTxt }).authenticate(raw);
  const ingest = new IngestMessage(new MimeUnpacker(), { authenticate }, evidence, DEFAULT_REPORT_LIMITS);
  const mail = await signMail(reportMail('undecided', 3, 'late.example'), { domain: 'google.com' });
  await ingest.runAll([arrival(21, mail)]);
  expect(await evidence.cells('late.example', '2026-01-01')).toEqual([]);

  const woken: Wake[] = [];
  const wakeUp = { wake: async (wake: Wake) => void woken.push(wake) };
  const recovery = { run: async () => ({ moved: 0, anew: {}, left: [] }) };
  const reprocess = new ReprocessMail(evidence, ingest, recovery, wakeUp, CLOCK);
  expect(await reprocess.run()).toMatchObject({ mails: 1, mended: 0, reports: 0 });
  isUp = true;
  expect(await reprocess.run()).toMatchObject({ mails: 1, mended: 1, reports: 1 });
  const [cell] = await evidence.cells('late.example', '2026-01-01');
  expect(cell?.messages).toBe(3);
  expect(woken).toEqual([{ workflow: 'evaluate-domain', domain: 'late.example' }]);
  const stored = await evidence.reports({ domain: 'late.example', limit: 5 });
  expect(stored).toMatchObject([{ counted: true, receivedAt: NOW, authenticity: { domain: 'google.com' } }]);
  expect(await reprocess.run()).toMatchObject({ mails: 0 });
});

describe('mail that could not be read', () => {
  it('is read from its original when it can be, counts then, and once', async () => {
    const before = intake(20_000);
    await before.runAll([
      arrival(1, reportMail('small', 2)),
      arrival(2, reportMail('large', 200)),
      arrival(3, mailWith([{ type: 'text/xml', bytes: '<feedback><report_metadata>', name: 'a.xml' }])),
      arrival(4, mailWith([], { text: 'Hello' })),
    ]);
    const { mails } = await evidence.progress('rua', 'INBOX');
    expect(mails).toMatchObject({ report: 1, unreadable: 2, 'not-a-report': 1 });

    const woken: Wake[] = [];
    const wakeUp = { wake: async (wake: Wake) => void woken.push(wake) };
    const told: number[] = [];
    const given: (readonly ReadAtLast[])[] = [];
    const recovered = { moved: 1, anew: { rua: 2 }, left: [] };
    const recovery = {
      run: async (read: readonly ReadAtLast[]) => {
        given.push(read);
        return recovered;
      },
    };
    const parts = [evidence, intake(DEFAULT_LIMITS.documentBytes), recovery, wakeUp, CLOCK] as const;
    const reprocess = new ReprocessMail(...parts);
    expect(await reprocess.run((count) => told.push(count))).toEqual({
      mails: 2,
      mended: 1,
      reports: 1,
      ...recovered,
    });
    const messageId = '<r-1@reporter.example>';
    const size = reportMail('large', 200).length;
    expect(given).toEqual([[{ mailbox: 'rua', receivedAt: NOW, messageId, size, outcome: 'report' }]]);
    expect(told).toEqual([1, 2]);
    expect(woken).toEqual([
      { workflow: 'evaluate-domain', domain: DOMAIN },
      { workflow: 'poll-mailbox', mailbox: 'rua' },
    ]);
    const after = await evidence.progress('rua', 'INBOX');
    expect(after.mails).toMatchObject({ report: 2, unreadable: 1, 'not-a-report': 1 });
    const [cell] = await evidence.cells(DOMAIN, '2026-01-01');
    expect(cell?.messages).toBe(202);

    expect(await reprocess.run()).toMatchObject({ mails: 1, mended: 0, reports: 0 });
    expect(given[1]).toEqual([]);
    const [again] = await evidence.cells(DOMAIN, '2026-01-01');
    expect(again?.messages).toBe(202);
  });

  it('is taken when its report was thought to tell of days to come, because a server’s clock was wrong', async () => {
    const wakeUp = { wake: async () => {} };
    const recovery = { run: async () => ({ moved: 0, anew: {}, left: [] }) };
    const ingest = intake(DEFAULT_LIMITS.documentBytes);
    const tooEarly = await ingest.run(arrival(11, reportMail('early', 5), Date.UTC(2020, 0, 1)));
    expect(tooEarly).toMatchObject({
      outcome: 'not-a-report',
      reason: 'report.xml: date_range lies in the future',
    });
    const before = { now: () => (BEGIN - 2 * 86_400) * 1000 };
    const notYet = new ReprocessMail(evidence, ingest, recovery, wakeUp, before);
    expect(await notYet.run()).toMatchObject({ mended: 0, reports: 0 });
    const reprocess = new ReprocessMail(evidence, ingest, recovery, wakeUp, CLOCK);
    expect(await reprocess.run()).toMatchObject({ mended: 1, reports: 1 });
    const [report] = await evidence.reports({ domain: DOMAIN, limit: 1 });
    expect(report).toMatchObject({ reportId: 'early', counted: true, receivedAt: NOW });
    expect(await reprocess.run()).toMatchObject({ reports: 0 });
  });
});

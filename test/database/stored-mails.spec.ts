import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import type { MailOutcome } from '../../src/ports/report-mailbox.js';
import { newRecord, NOW, storeMails, type SentMail } from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NONE = { report: 0, 'tls-report': 0, 'failure-report': 0, 'not-a-report': 0, unreadable: 0 };

describe('mails', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  let count = 0;
  let origin = '';

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });

  beforeEach(() => {
    count += 1;
    origin = `box-${count}`;
  });

  afterAll(() => database.close());

  function at(uid: number, changes: SentMail = {}): SentMail {
    return { origin, folder: 'INBOX', position: { uidValidity: '7', uid }, ...changes };
  }

  async function originals(): Promise<Map<string, string>> {
    const mails = await evidence.unreadable(null, 1_000);
    const own = mails.filter((mail) => mail.origin === origin);
    return new Map(own.map((mail) => [mail.id, Buffer.from(mail.original).toString('latin1')]));
  }

  it('are listed by what they brought, with their reasons, newest first', async () => {
    const spam = { reason: 'no attachment', from: 'spam@example.net', subject: 'Offer' };
    const [, second] = await storeMails(
      evidence,
      { ...spam, origin, messageId: null, receivedAt: NOW + 1_000_000 },
      { ...spam, origin, receivedAt: NOW + 2_000_000 },
      { origin, outcome: 'unreadable', receivedAt: NOW + 3_000_000 },
    );
    expect(await evidence.mails(['not-a-report'], 1)).toEqual([
      {
        id: second!.mailId,
        origin,
        messageId: '<1@google.com>',
        ...spam,
        receivedAt: NOW + 2_000_000,
        outcome: 'not-a-report',
      },
    ]);
    const both = await evidence.mails(['not-a-report', 'unreadable'], 3);
    expect(both.map((mail) => mail.outcome)).toEqual(['unreadable', 'not-a-report', 'not-a-report']);
    expect(await evidence.mails([], 5)).toEqual([]);
  });

  it('fetched again after a crash are stored once; the later outcome stands, and no number moves', async () => {
    const reports = [{ domain: `${origin}.example` }];
    const [first] = await storeMails(evidence, at(1, { outcome: 'unreadable', reason: 'DNS', reports }));
    const [again] = await storeMails(evidence, at(1, { reports }));
    expect(again!.mailId).toBe(first!.mailId);
    expect(again!.reports).toEqual([{ id: first!.reports[0]!.id, storedAs: 'duplicate' }]);
    const progress = await evidence.progress(origin, 'INBOX');
    expect(progress.mails).toEqual({ ...NONE, report: 1 });
    expect(await evidence.cells(`${origin}.example`, '2026-01-01')).toMatchObject([{ messages: 10 }]);
  });

  it('twice at one place in one batch are one', async () => {
    const [first, again] = await storeMails(evidence, at(1, { outcome: 'unreadable' }), at(1));
    expect(again!.mailId).toBe(first!.mailId);
    expect((await evidence.progress(origin, 'INBOX')).mails).toEqual({ ...NONE, 'not-a-report': 1 });
  });

  it('of another folder or UIDVALIDITY are others', async () => {
    const mails = await storeMails(
      evidence,
      at(1),
      at(1, { folder: 'Old' }),
      at(1, { position: { uidValidity: '8', uid: 1 } }),
      { origin },
      { origin },
    );
    expect(new Set(mails.map((mail) => mail.mailId)).size).toBe(5);
  });

  it('that are stored are known by their UIDs', async () => {
    await storeMails(evidence, at(1), at(3, { outcome: 'tls-report' }), at(5, { folder: 'Old' }));
    const known = (folder: string, uidValidity: string): Promise<ReadonlyMap<number, MailOutcome>> =>
      evidence.known({ origin, folder, uidValidity }, [1, 2, 3, 4, 5]);
    expect(await known('INBOX', '7')).toEqual(
      new Map([
        [1, 'not-a-report'],
        [3, 'tls-report'],
      ]),
    );
    expect(await known('Old', '7')).toEqual(new Map([[5, 'not-a-report']]));
    expect(await known('INBOX', '8')).toEqual(new Map());
  });

  describe('progress', () => {
    it('of a folder that nobody has read yet is empty', async () => {
      expect(await evidence.progress(origin, 'INBOX')).toEqual({
        mailbox: origin,
        position: null,
        scan: null,
        trouble: null,
        mails: NONE,
        lastMailAt: null,
      });
    });

    it('gives the newest place, which never goes back while UIDVALIDITY stays', async () => {
      const position = async (): Promise<unknown> => (await evidence.progress(origin, 'INBOX')).position;
      await storeMails(evidence, at(2), at(1));
      expect(await position()).toEqual({ uidValidity: '7', uid: 2 });
      await storeMails(evidence, at(1));
      expect(await position()).toEqual({ uidValidity: '7', uid: 2 });
      await storeMails(evidence, at(9, { folder: 'Old' }));
      expect(await position()).toEqual({ uidValidity: '7', uid: 2 });
      await storeMails(evidence, at(1, { position: { uidValidity: '8', uid: 1 } }));
      expect(await position()).toEqual({ uidValidity: '8', uid: 1 });
    });

    it('counts mails by outcome, and knows when the last one came', async () => {
      await storeMails(evidence, at(1, { receivedAt: NOW + 5 }), at(2), at(3, { outcome: 'failure-report' }));
      const progress = await evidence.progress(origin, 'INBOX');
      expect(progress.mails).toEqual({ ...NONE, 'not-a-report': 2, 'failure-report': 1 });
      expect(progress.lastMailAt).toBe(NOW + 5);
    });

    it('remembers since when a folder can’t be read, until it can', async () => {
      const first = { reason: 'no login', at: NOW };
      await evidence.noteTrouble(origin, 'INBOX', first);
      await evidence.noteTrouble(origin, 'INBOX', { reason: 'no login\0, next try in 30 s', at: NOW + 1000 });
      const { trouble, position } = await evidence.progress(origin, 'INBOX');
      expect({ trouble, position }).toEqual({
        trouble: { reason: 'no login, next try in 30 s', at: NOW },
        position: null,
      });
      await evidence.noteTrouble(origin, 'INBOX', null);
      expect((await evidence.progress(origin, 'INBOX')).trouble).toBeNull();
    });

    it('keeps the scan beside the place, whichever comes first', async () => {
      const scan = { startedAt: NOW, updatedAt: NOW + 1, total: 100_000, done: 250 };
      await evidence.noteScan(origin, 'INBOX', { ...scan, done: 0 });
      expect((await evidence.progress(origin, 'INBOX')).position).toBeNull();
      await storeMails(evidence, at(4));
      await evidence.noteScan(origin, 'INBOX', scan);
      expect(await evidence.progress(origin, 'INBOX')).toMatchObject({
        position: { uidValidity: '7', uid: 4 },
        scan,
      });
    });
  });

  describe('originals', () => {
    it('of what could not be read come back byte for byte, in the order of arrival', async () => {
      const bytes = [randomBytes(10), randomBytes(2_000_000), Buffer.alloc(0), Buffer.alloc(900_000, 'ab')];
      const mails = await storeMails(
        evidence,
        ...bytes.map((original, uid) => at(uid + 1, { outcome: 'unreadable', reason: 'locked', original })),
      );
      const found = await evidence.unreadable(null, 10);
      expect(found.map((mail) => mail.id)).toEqual(mails.map((mail) => mail.mailId));
      expect(found.map((mail) => Buffer.compare(mail.original, bytes.shift()!))).toEqual([0, 0, 0, 0]);
      expect(found[1]).toMatchObject({
        folder: 'INBOX',
        position: { uidValidity: '7', uid: 2 },
        reason: 'locked',
      });
      const [, second] = mails;
      const page = await evidence.unreadable(second!.mailId, 1);
      expect(page.map((mail) => mail.id)).toEqual([mails[2]!.mailId]);
    });

    it('are given of reports too in which something was refused, and of nothing else', async () => {
      const original = Buffer.from('mail');
      const outcomes = [
        { outcome: 'report', reason: 'b.zip: locked' },
        { outcome: 'report', reason: null },
        { outcome: 'not-a-report', reason: 'no report in it' },
        { outcome: 'tls-report', reason: null },
        { outcome: 'unreadable', reason: 'broken' },
      ] as const;
      const mails = await storeMails(
        evidence,
        ...outcomes.map((it, uid) => at(uid + 1, { ...it, original })),
      );
      await storeMails(evidence, at(9, { outcome: 'unreadable', original: null }));
      expect([...(await originals()).keys()]).toEqual([mails[0]!.mailId, mails[4]!.mailId]);
    });

    it('stay as they first came', async () => {
      const [mail] = await storeMails(
        evidence,
        at(1, { outcome: 'unreadable', original: Buffer.from('first') }),
      );
      await storeMails(evidence, at(1, { outcome: 'unreadable', original: Buffer.from('again') }));
      await storeMails(evidence, at(2, { outcome: 'unreadable', original: null }));
      await storeMails(evidence, at(2, { outcome: 'unreadable', original: Buffer.from('late') }));
      expect([...(await originals()).values()]).toEqual(['first', 'late']);
      const { mailId } = mail!;
      await storeMails(evidence, { mailId, outcome: 'unreadable', original: Buffer.from('read again') });
      expect((await originals()).get(mailId)).toBe('first');
    });
  });

  describe('read again', () => {
    it('get their new outcome, reason and reports; nothing else of them changes', async () => {
      const domain = `${origin}.example`;
      const sent = at(3, { outcome: 'unreadable', reason: 'broken', receivedAt: NOW - 5_000 });
      const [mail] = await storeMails(evidence, sent);
      const { mailId } = mail!;
      const [again] = await storeMails(evidence, {
        ...sent,
        mailId,
        outcome: 'report',
        reason: null,
        reports: [{ domain, records: [newRecord()] }],
      });
      expect(again).toMatchObject({ mailId, reports: [{ storedAs: 'new' }] });
      const stored = (await evidence.mails(['report'], 100)).filter((it) => it.origin === origin);
      expect(stored).toMatchObject([{ id: mailId, reason: null, receivedAt: NOW - 5_000 }]);
      expect(await evidence.cells(domain, '2026-01-01')).toMatchObject([{ messages: 10 }]);
    });

    it('do not move the place in their mailbox', async () => {
      const [mail] = await storeMails(evidence, at(1));
      await storeMails(evidence, at(2, { position: { uidValidity: '8', uid: 2 } }));
      await storeMails(evidence, at(1, { mailId: mail!.mailId }));
      expect((await evidence.progress(origin, 'INBOX')).position).toEqual({ uidValidity: '8', uid: 2 });
    });

    it('are refused when they are forgotten', async () => {
      await expect(storeMails(evidence, { mailId: '999999999' })).rejects.toThrow('could not be stored');
    });
  });
});

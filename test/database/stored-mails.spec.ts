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
      const original = (uid: number): Buffer => Buffer.from(`mail ${uid}`);
      const outcomes = [
        { outcome: 'report', reason: 'b.zip: locked' },
        { outcome: 'report', reason: null },
        { outcome: 'not-a-report', reason: 'no report in it' },
        { outcome: 'tls-report', reason: null },
        { outcome: 'unreadable', reason: 'broken' },
      ] as const;
      const mails = await storeMails(
        evidence,
        ...outcomes.map((it, uid) => at(uid + 1, { ...it, original: original(uid) })),
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

  describe('that come once more at another place', () => {
    const outcome = 'unreadable';
    const original = Buffer.from('Subject: one\r\n\r\n');
    const other = { uidValidity: '8', uid: 40 };

    it.each([
      ['of the same folder', { position: { uidValidity: '7', uid: 9 } }],
      ['of the folder made anew', { position: other }],
    ])('%s are the same mail, with its later outcome, and known there', async (_title, place) => {
      const [first] = await storeMails(evidence, at(1, { outcome, original }), at(2, { original: null }));
      const domain = `${origin}.example`;
      const [again] = await storeMails(evidence, at(1, { ...place, original, reports: [{ domain }] }));
      expect(again!.mailId).toBe(first!.mailId);
      const { mails, position } = await evidence.progress(origin, 'INBOX');
      expect(mails).toEqual({ ...NONE, report: 1, 'not-a-report': 1 });
      expect(position).toEqual(place.position);
      const { uidValidity, uid } = place.position;
      expect(await evidence.known({ origin, folder: 'INBOX', uidValidity }, [uid])).toEqual(
        new Map([[uid, 'report']]),
      );
    });

    it('in one batch are one', async () => {
      const [first, second] = await storeMails(evidence, at(1, { original }), at(2, { original }));
      expect(second!.mailId).toBe(first!.mailId);
      expect((await evidence.progress(origin, 'INBOX')).mails).toEqual({ ...NONE, 'not-a-report': 1 });
    });

    it('of another folder, or from a file, are others', async () => {
      const mails = await storeMails(
        evidence,
        at(1, { original }),
        at(1, { original, folder: 'Old' }),
        { origin, original },
        { origin, original },
      );
      expect(new Set(mails.map(({ mailId }) => mailId)).size).toBe(4);
    });

    it('keep their original, once', async () => {
      await storeMails(evidence, at(1, { outcome, original }));
      const bundles = (): Promise<unknown> => database.dataSource.query('select count(*) from mail_bundle');
      const before = await bundles();
      await storeMails(evidence, at(1, { outcome, original, position: other }));
      expect(await bundles()).toEqual(before);
      expect([...(await originals()).values()]).toEqual([original.toString('latin1')]);
    });

    it('leave a place to the mail that stands there', async () => {
      const [first, second] = await storeMails(evidence, at(1, { original }), at(2, { original: null }));
      const [again] = await storeMails(evidence, at(2, { original }));
      expect(again!.mailId).toBe(first!.mailId);
      expect(second!.mailId).not.toBe(first!.mailId);
      expect((await evidence.progress(origin, 'INBOX')).mails).toEqual({ ...NONE, 'not-a-report': 2 });
    });
  });

  describe('too large to be fetched', () => {
    async function unfetched(after: string | null = null, limit = 10): Promise<readonly string[]> {
      const mails = await evidence.unfetched(after, limit);
      return mails.filter((mail) => mail.origin === origin).map((mail) => mail.id);
    }

    it('are given page by page, until they are forgotten', async () => {
      const outcome = 'unreadable';
      const mails = await storeMails(
        evidence,
        at(1, { outcome, unfetchedBytes: 30_000_000 }),
        at(2),
        at(3, { outcome, original: Buffer.from(`broken in ${origin}`) }),
        at(4, { outcome, unfetchedBytes: 40_000_000 }),
        at(5, { outcome }),
        { origin, outcome },
      );
      const ids = mails.map(({ mailId }) => mailId);
      expect(await unfetched()).toEqual([ids[0], ids[3]]);
      expect(await evidence.unfetched(ids[0]!, 1)).toMatchObject([{ size: 40_000_000 }]);
      expect(await unfetched(ids[0])).toEqual([ids[3]]);
      expect(await unfetched(`${Number(ids[0]) - 1}`, 1)).toEqual([ids[0]]);
      await evidence.forgetMails([ids[0]!]);
      expect(await unfetched()).toEqual([ids[3]]);
      await evidence.forgetMails([ids[3]!]);
    });

    it('are stored whatever size a server claims, and known by an honest one', async () => {
      const outcome = 'unreadable';
      const sizes = [-1, Number.NaN, 2 ** 31, 1e300, 0.5, 7];
      const mails = await storeMails(
        evidence,
        ...sizes.map((unfetchedBytes, index) => at(index + 1, { outcome, unfetchedBytes })),
      );
      expect(await unfetched()).toEqual([mails[5]!.mailId]);
      await evidence.forgetMails(mails.map(({ mailId }) => mailId));
    });

    it('nothing is forgotten from which a report came', async () => {
      const [mail] = await storeMails(evidence, at(1, { reports: [{ domain: `${origin}.example` }] }));
      await evidence.forgetMails([mail!.mailId]);
      expect((await evidence.progress(origin, 'INBOX')).mails).toEqual({ ...NONE, report: 1 });
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

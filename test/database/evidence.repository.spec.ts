import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/evidence/cell.js';
import type { AggregateReport, ReportRecord } from '../../src/core/report/report.js';
import { EvidenceRepository } from '../../src/database/evidence.repository.js';
import type { Delivery, IncomingReport } from '../../src/ports/evidence-store.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NOW = Date.UTC(2026, 10, 22, 15);
const DAY = '2026-11-21';

function newCell(changes: Partial<Cell> = {}): Cell {
  return {
    day: DAY,
    reporter: 'google.com',
    headerFrom: 'example.com',
    ip: '192.0.2.1',
    authenticatedAs: null,
    messages: 10,
    passed: 8,
    dkimAligned: 7,
    spfAligned: 6,
    forwarded: 5,
    brokenSignature: 1,
    indirect: 1,
    disputed: 2,
    ...changes,
  };
}

function newRecord(count: number, dkim: string, spf: string): ReportRecord {
  return {
    sourceIp: '192.0.2.1',
    count,
    disposition: 'none',
    dkim,
    spf,
    reasons: [],
    headerFrom: 'example.com',
    envelopeFrom: null,
    envelopeTo: null,
    dkimResults: [{ domain: 'example.com', selector: 's1', result: dkim }],
    spfResults: [],
  };
}

function newReport(domain: string, changes: Partial<AggregateReport> = {}): AggregateReport {
  return {
    schema: 'rfc9990',
    orgName: 'Google Inc.',
    email: 'noreply@google.com',
    reportId: 'r-1',
    begin: 1_795_219_200,
    end: 1_795_305_599,
    policy: {
      domain,
      p: 'none',
      sp: null,
      np: null,
      pct: null,
      adkim: 'r',
      aspf: 'r',
      testing: null,
    },
    records: [newRecord(4, 'pass', 'fail'), newRecord(5, 'fail', 'pass'), newRecord(1, 'fail', 'fail')],
    dropped: [],
    ...changes,
  };
}

function newIncoming(domain: string, content: string, changes: Partial<IncomingReport> = {}): IncomingReport {
  return {
    inner: 'report.xml',
    report: newReport(domain),
    status: 'accepted',
    authenticity: {
      authenticated: true,
      domain: 'google.com',
      method: 'dkim',
      reason: 'd=google.com passed',
    },
    reporter: 'google.com',
    contentHash: createHash('sha256').update(content).digest('hex'),
    cells: [newCell()],
    ...changes,
  };
}

function newDelivery(reports: readonly IncomingReport[], changes: Partial<Delivery> = {}): Delivery {
  return {
    origin: 'upload',
    position: null,
    messageId: '<1@google.com>',
    from: 'noreply@google.com',
    subject: 'Report domain: example.com',
    receivedAt: NOW,
    outcome: reports.length > 0 ? 'report' : 'not-a-report',
    reason: null,
    reports,
    ...changes,
  };
}

const FORGED = { authenticated: false, domain: null, method: 'none', reason: 'no signature' } as const;

/** The report with so many messages in one record. */
function ofSize(domain: string, messages: number): Partial<IncomingReport> {
  return {
    report: newReport(domain, { records: [newRecord(messages, 'pass', 'pass')] }),
    cells: [newCell({ messages, passed: messages })],
  };
}

describe('EvidenceRepository', () => {
  let database: MigratedDatabase;
  let evidence: EvidenceRepository;
  let count = 0;
  let domain = '';

  beforeAll(async () => {
    database = await openMigratedDatabase();
    evidence = new EvidenceRepository(database.dataSource);
  });

  beforeEach(() => {
    count += 1;
    domain = `d${count}.example`;
  });

  afterAll(() => database.close());

  async function storedAs(...reports: readonly IncomingReport[]): Promise<string[]> {
    const stored = await evidence.store(newDelivery(reports));
    return stored.map((report) => report.storedAs);
  }

  async function messages(): Promise<number> {
    const cells = await evidence.cells(domain, '2026-01-01');
    return cells.reduce((sum, cell) => sum + cell.messages, 0);
  }

  describe('one report', () => {
    it('gives back its cells and its own numbers', async () => {
      const incoming = newIncoming(domain, 'a');
      const [stored] = await evidence.store(newDelivery([incoming]));
      expect(stored?.storedAs).toBe('new');
      expect(await evidence.cells(domain, DAY)).toEqual([newCell()]);
      expect(await evidence.lastReportAt(domain)).toBe(NOW);
      const report = await evidence.report(stored!.id);
      expect(report).toEqual({
        id: stored!.id,
        orgName: 'Google Inc.',
        reporter: 'google.com',
        reportId: 'r-1',
        domain,
        begin: 1_795_219_200,
        end: 1_795_305_599,
        status: 'accepted',
        records: 3,
        messages: 10,
        dkimPass: 4,
        spfPass: 5,
        dmarcPass: 9,
        dropped: 0,
        authenticity: incoming.authenticity,
        counted: true,
        receivedAt: NOW,
        report: incoming.report,
      });
      const { report: _full, ...listed } = report!;
      expect(await evidence.reports({ domain, limit: 5 })).toEqual([listed]);
    });

    it('stored again changes no number, whatever mail brings it', async () => {
      expect(await storedAs(newIncoming(domain, 'a'))).toEqual(['new']);
      expect(await storedAs(newIncoming(domain, 'a'))).toEqual(['duplicate']);
      expect(await storedAs(newIncoming(domain, 'a'), newIncoming(domain, 'a'))).toEqual([
        'duplicate',
        'duplicate',
      ]);
      expect(await evidence.cells(domain, DAY)).toEqual([newCell()]);
      expect(await evidence.reports({ domain, limit: 5 })).toHaveLength(1);
    });

    it('stored by many at once is new to one of them', async () => {
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => storedAs(newIncoming(domain, 'a'))));
      expect(outcomes.flat().sort()).toEqual([...Array.from({ length: 5 }, () => 'duplicate'), 'new']);
      expect(await messages()).toBe(10);
    });

    it('with ten thousand cells keeps every one of them', async () => {
      const cells = Array.from({ length: 10_001 }, (_, index) =>
        newCell({ ip: `2001:db8::${index.toString(16)}`, messages: index + 1 }),
      );
      await storedAs(newIncoming(domain, 'big', { cells }));
      const stored = await evidence.cells(domain, DAY);
      expect(stored).toHaveLength(10_001);
      expect(await messages()).toBe((10_001 * 10_002) / 2);
    });

    it('may count more messages than 32 bits hold', async () => {
      await storedAs(newIncoming(domain, 'huge', ofSize(domain, 9_000_000_000)));
      expect(await messages()).toBe(9_000_000_000);
    });

    it('may hold text that PostgreSQL itself would refuse', async () => {
      const report = newReport(domain, { orgName: 'Ev\0il \ud800', reportId: 'x'.repeat(20_000) });
      const [stored] = await evidence.store(
        newDelivery([newIncoming(domain, 'odd', { report, inner: 'a\0.xml' })], { subject: 'a\0b\udfff' }),
      );
      expect((await evidence.report(stored!.id))?.orgName).toBe('Evil \ufffd');
      expect((await evidence.report(stored!.id))?.report.orgName).toBe('Evil \ufffd');
    });
  });

  describe('siblings: the same key with other content', () => {
    it.each([
      { name: 'the larger comes second', first: 10, second: 30 },
      { name: 'the larger comes first', first: 30, second: 10 },
    ])('only the largest counts when $name', async ({ first, second }) => {
      expect(await storedAs(newIncoming(domain, 'a', ofSize(domain, first)))).toEqual(['new']);
      expect(await storedAs(newIncoming(domain, 'b', ofSize(domain, second)))).toEqual(['sibling']);
      expect(await messages()).toBe(30);
      const reports = await evidence.reports({ domain, limit: 5 });
      expect(new Map(reports.map((report) => [report.messages, report.counted]))).toEqual(
        new Map([
          [10, false],
          [30, true],
        ]),
      );
    });

    it('of the same size the first one counts', async () => {
      const [first] = await evidence.store(newDelivery([newIncoming(domain, 'a')]));
      await storedAs(newIncoming(domain, 'b'));
      expect((await evidence.report(first!.id))?.counted).toBe(true);
      expect(await messages()).toBe(10);
    });

    it('stored at once are never summed', async () => {
      const sizes = [5, 40, 20, 30];
      await Promise.all(
        sizes.map((size) => storedAs(newIncoming(domain, String(size), ofSize(domain, size)))),
      );
      expect(await messages()).toBe(40);
    });

    it('in one mail are never summed', async () => {
      const [first, second] = [10, 30].map((size) => newIncoming(domain, String(size), ofSize(domain, size)));
      expect(await storedAs(first!, second!)).toEqual(['new', 'sibling']);
      expect(await messages()).toBe(30);
    });

    it.each([
      { other: 'reporter', changes: { reporter: 'yahoo.com' } },
      { other: 'report_id', changes: { report: newReport('same.example', { reportId: 'r-2' }) } },
      { other: 'begin', changes: { report: newReport('same.example', { begin: 1_795_132_800 }) } },
      { other: 'end', changes: { report: newReport('same.example', { end: 1_795_305_600 }) } },
      { other: 'domain', changes: { report: newReport('other.example') } },
    ])('are not those with another $other', async ({ other, changes }) => {
      await storedAs(newIncoming('same.example', 'a'));
      expect(await storedAs(newIncoming('same.example', other, changes))).toEqual(['new']);
    });
  });

  describe('reports that did not authenticate', () => {
    it('are kept and shown, and count for nothing', async () => {
      const forged = newIncoming(domain, 'a', { authenticity: FORGED });
      expect(await storedAs(forged)).toEqual(['new']);
      expect(await evidence.cells(domain, DAY)).toEqual([]);
      expect(await evidence.lastReportAt(domain)).toBeNull();
      expect(await evidence.reports({ domain, limit: 5 })).toMatchObject([
        { counted: false, authenticity: FORGED },
      ]);
    });

    it('never displace a real sibling, however large', async () => {
      await storedAs(newIncoming(domain, 'a'));
      await storedAs(newIncoming(domain, 'b', { ...ofSize(domain, 1_000_000), authenticity: FORGED }));
      expect(await messages()).toBe(10);
    });

    it('count from when the same report comes from one who can be believed', async () => {
      await storedAs(newIncoming(domain, 'a', { authenticity: FORGED }));
      expect(await storedAs(newIncoming(domain, 'a'))).toEqual(['new']);
      expect(await messages()).toBe(10);
      expect(await storedAs(newIncoming(domain, 'a', { authenticity: FORGED }))).toEqual(['duplicate']);
      expect(await messages()).toBe(10);
    });
  });

  describe('cells', () => {
    it('of several reports are summed where they meet', async () => {
      await storedAs(newIncoming(domain, 'a'));
      await storedAs(
        newIncoming(domain, 'b', {
          report: newReport(domain, { reportId: 'r-2' }),
          cells: [newCell(), newCell({ authenticatedAs: 'sendgrid.net' })],
        }),
      );
      expect(await evidence.cells(domain, DAY)).toEqual([
        newCell({ authenticatedAs: 'sendgrid.net' }),
        newCell({
          messages: 20,
          passed: 16,
          dkimAligned: 14,
          spfAligned: 12,
          forwarded: 10,
          brokenSignature: 2,
          indirect: 2,
          disputed: 4,
        }),
      ]);
    });

    it('start at the day asked for, in the order of days', async () => {
      const days = ['2026-11-21', '2026-11-19', '2026-11-20'];
      await storedAs(newIncoming(domain, 'a', { cells: days.map((day) => newCell({ day })) }));
      const cells = await evidence.cells(domain, '2026-11-20');
      expect(cells.map((cell) => cell.day)).toEqual(['2026-11-20', '2026-11-21']);
    });
  });

  it('tells when the first counted report of a reporter about a day came', async () => {
    const at = (id: string, receivedAt: number, changes: Partial<IncomingReport> = {}): Promise<unknown> => {
      const report = newReport(domain, { reportId: id });
      return evidence.store(newDelivery([newIncoming(domain, id, { report, ...changes })], { receivedAt }));
    };
    await at('late', NOW + 5000);
    await at('first', NOW);
    await at('forged', NOW - 9000, { authenticity: FORGED });
    expect(await evidence.arrivals(domain, DAY)).toEqual([{ reporter: 'google.com', day: DAY, at: NOW }]);
  });

  describe('mail', () => {
    it('that was no report is listed with its reason, newest first', async () => {
      const spam = { reason: 'no attachment', from: 'spam@example.net', subject: 'Offer' };
      await evidence.store(newDelivery([], { ...spam, receivedAt: NOW - 1_000, messageId: null }));
      await evidence.store(newDelivery([], { ...spam, receivedAt: NOW + 1_000_000 }));
      const [first] = await evidence.notReports(1);
      expect(first).toEqual({
        origin: 'upload',
        messageId: '<1@google.com>',
        ...spam,
        receivedAt: NOW + 1_000_000,
        outcome: 'not-a-report',
      });
    });

    it('fetched again after a crash is stored once, and the place in the mailbox never goes back', async () => {
      const origin = `box-${domain}`;
      const at = (uid: number, uidValidity = '7') => ({ origin, position: { uidValidity, uid } });
      expect(await evidence.progress(origin)).toEqual({
        mailbox: origin,
        position: null,
        reports: 0,
        notReports: 0,
        lastMailAt: null,
      });
      for (const uid of [1, 2, 1])
        await evidence.store(newDelivery([newIncoming(domain, `m${uid}`, ofSize(domain, uid))], at(uid)));
      await evidence.store(newDelivery([], at(3)));
      await evidence.store(newDelivery([], at(3)));
      await evidence.store(newDelivery([newIncoming(domain, 'm1', ofSize(domain, 1))], at(1)));
      expect(await evidence.progress(origin)).toEqual({
        mailbox: origin,
        position: { uidValidity: '7', uid: 3 },
        reports: 2,
        notReports: 1,
        lastMailAt: NOW,
      });
      await evidence.store(newDelivery([], at(1, '8')));
      expect((await evidence.progress(origin)).position).toEqual({ uidValidity: '8', uid: 1 });
    });

    it('is stored with all of its reports or not at all', async () => {
      const origin = `box-${domain}`;
      const broken = newIncoming(domain, 'b', { cells: [newCell({ day: 'not a day' })] });
      const delivery = newDelivery([newIncoming(domain, 'a'), broken], {
        origin,
        position: { uidValidity: '7', uid: 1 },
      });
      await expect(evidence.store(delivery)).rejects.toThrow('not a day');
      expect(await evidence.reports({ domain, limit: 5 })).toEqual([]);
      expect((await evidence.progress(origin)).position).toBeNull();
    });
  });

  it.each(['', 'abc', '1; drop table report', '-1', '99999999999999999999', '0'])(
    'finds no report of id %j',
    async (id) => {
      expect(await evidence.report(id)).toBeNull();
    },
  );
});

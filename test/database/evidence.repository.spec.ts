import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/evidence/cell.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { DAY, FORGED, GENUINE, newHead, newRecord, NOW, storeMails, type Sent } from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

function newCell(changes: Partial<Cell> = {}): Cell {
  return {
    day: DAY,
    reporter: 'google.com',
    headerFrom: 'example.com',
    ip: '192.0.2.1',
    authenticatedAs: null,
    messages: 10,
    passed: 10,
    dkimAligned: 10,
    spfAligned: 0,
    forwarded: 10,
    brokenSignature: 0,
    indirect: 0,
    disputed: 0,
    ...changes,
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

  /** Each in a mail and a batch of its own. */
  async function storedAs(...reports: readonly Omit<Sent, 'domain'>[]): Promise<string[]> {
    const outcomes: string[] = [];
    for (const report of reports) {
      const [mail] = await storeMails(evidence, { reports: [{ domain, ...report }] });
      outcomes.push(...mail!.reports.map((it) => it.storedAs));
    }
    return outcomes;
  }

  async function storedId(report: Omit<Sent, 'domain'> = {}): Promise<string> {
    const [mail] = await storeMails(evidence, { reports: [{ domain, ...report }] });
    return mail!.reports[0]!.id;
  }

  async function messages(): Promise<number> {
    const cells = await evidence.cells(domain, '2026-01-01');
    return cells.reduce((sum, cell) => sum + cell.messages, 0);
  }

  describe('one report', () => {
    it('gives back its daily numbers, its own numbers and its records', async () => {
      const records = [
        newRecord({ reasons: [{ type: 'forwarded', comment: null }], envelopeFrom: 'b.example.com' }),
        newRecord({
          sourceIp: '2001:db8::1',
          count: 5,
          dkim: 'fail',
          dkimResults: [{ domain: 'sendgrid.net', selector: null, result: 'pass' }],
          spfResults: [{ domain: 'example.com', scope: 'mfrom', result: 'softfail' }],
        }),
      ];
      const changes = {
        status: 'partial',
        dropped: 2,
        firstDropped: [{ row: 3, reason: 'no address' }],
      } as const;
      const id = await storedId({ records, changes });
      expect(await evidence.cells(domain, DAY)).toEqual([
        newCell(),
        newCell({
          ip: '2001:db8::1',
          authenticatedAs: 'sendgrid.net',
          messages: 5,
          passed: 0,
          dkimAligned: 0,
          forwarded: 0,
        }),
      ]);
      expect(await evidence.lastReportAt(domain)).toBe(NOW);
      const listed = {
        id,
        orgName: 'Google Inc.',
        reporter: 'google.com',
        reportId: 'r-1',
        domain,
        begin: 1_795_219_200,
        end: 1_795_305_599,
        status: 'partial',
        records: 2,
        messages: 15,
        dkimPass: 10,
        spfPass: 0,
        dmarcPass: 10,
        dropped: 2,
        authenticity: GENUINE,
        counted: true,
        receivedAt: NOW,
      };
      expect(await evidence.report(id)).toEqual({
        ...listed,
        head: newHead(domain),
        firstDropped: changes.firstDropped,
      });
      expect(await evidence.reports({ domain, limit: 5 })).toEqual([listed]);
      expect(await evidence.records(id, { after: 0, limit: 10 })).toEqual(records);
    });

    it('gives its records in pages', async () => {
      const records = Array.from({ length: 7 }, (_, index) => newRecord({ count: index + 1 }));
      const id = await storedId({ records });
      const counts = async (after: number): Promise<number[]> =>
        (await evidence.records(id, { after, limit: 3 })).map((record) => record.count);
      expect(await counts(0)).toEqual([1, 2, 3]);
      expect(await counts(3)).toEqual([4, 5, 6]);
      expect(await counts(6)).toEqual([7]);
      expect(await counts(7)).toEqual([]);
    });

    it('stored again changes no number, whatever mail brings it', async () => {
      expect(await storedAs({}, {})).toEqual(['new', 'duplicate']);
      const [mail] = await storeMails(evidence, { reports: [{ domain }, { domain }] });
      expect(mail!.reports.map((report) => report.storedAs)).toEqual(['duplicate', 'duplicate']);
      expect(await evidence.cells(domain, DAY)).toEqual([newCell()]);
      expect(await evidence.reports({ domain, limit: 5 })).toHaveLength(1);
    });

    it('twice in one batch is stored once, under one id', async () => {
      const mails = await storeMails(evidence, { reports: [{ domain }] }, { reports: [{ domain }] });
      const [first, second] = mails.map((mail) => mail.reports[0]!);
      expect([first!.storedAs, second!.storedAs]).toEqual(['new', 'duplicate']);
      expect(second!.id).toBe(first!.id);
      expect(mails[0]!.mailId).not.toBe(mails[1]!.mailId);
      expect(await messages()).toBe(10);
      expect(await evidence.records(first!.id, { after: 0, limit: 5 })).toHaveLength(1);
    });

    it('stored by many at once is new to one of them', async () => {
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => storedAs({})));
      expect(outcomes.flat().sort()).toEqual([...Array.from({ length: 5 }, () => 'duplicate'), 'new']);
      expect(await messages()).toBe(10);
    });

    it('may count more messages than 32 bits hold', async () => {
      await storedAs({ records: Array.from({ length: 9 }, () => newRecord({ count: 1_000_000_000 })) });
      expect(await messages()).toBe(9_000_000_000);
    });

    it('about more than a day is kept with its records, and stays out of the daily numbers', async () => {
      const id = await storedId({ head: { end: 1_795_219_200 + 3 * 86_400 } });
      expect(await evidence.cells(domain, '2026-01-01')).toEqual([]);
      expect(await evidence.arrivals(domain, '2026-01-01')).toEqual([]);
      expect(await evidence.lastReportAt(domain)).toBe(NOW);
      expect(await evidence.records(id, { after: 0, limit: 5 })).toEqual([newRecord()]);
    });

    it.each([1971, 2099])('about a day in %i is kept and counted too', async (year) => {
      const begin = Date.UTC(year, 5, 1) / 1000;
      const id = await storedId({ head: { begin, end: begin + 86_399 } });
      expect(await evidence.cells(domain, '1970-01-01')).toMatchObject([{ day: `${year}-06-01` }]);
      expect(await evidence.records(id, { after: 0, limit: 5 })).toHaveLength(1);
    });

    it('without records counts nothing and tells of no day', async () => {
      expect(await storedAs({ records: [] })).toEqual(['new']);
      expect(await evidence.cells(domain, DAY)).toEqual([]);
      expect(await evidence.arrivals(domain, DAY)).toEqual([]);
    });

    it('may hold text that PostgreSQL itself would refuse, and text that means something to COPY', async () => {
      const odd = 'a\\b\tc\nd\re\0f\ud800g\\N\\.';
      const kept = 'a\\b\tc\nd\ref\ufffdg\\N\\.';
      const record = newRecord({
        disposition: odd,
        envelopeTo: odd,
        reasons: [{ type: odd, comment: odd }],
        spfResults: [{ domain: odd, scope: 'helo', result: 'pass' }],
      });
      const [mail] = await storeMails(evidence, {
        subject: odd,
        reports: [
          {
            domain,
            records: [record],
            head: { orgName: odd, reportId: 'x'.repeat(20_000) },
            changes: { inner: odd },
          },
        ],
      });
      const { id } = mail!.reports[0]!;
      expect(await evidence.report(id)).toMatchObject({ orgName: kept, head: { orgName: kept } });
      const [stored] = await evidence.records(id, { after: 0, limit: 1 });
      expect(stored).toMatchObject({
        disposition: kept,
        envelopeTo: kept,
        reasons: [{ type: kept, comment: kept }],
        spfResults: [{ domain: kept }],
      });
      expect(await evidence.mails(['report'], 1)).toMatchObject([{ id: mail!.mailId, subject: kept }]);
      expect(await messages()).toBe(10);
    });

    it('may name a reporter and a sender that are longer than any index entry', async () => {
      const endless = '\u{1f600}\u20ac'.repeat(1_000);
      const spfResults = [{ domain: endless, scope: null, result: 'pass' }];
      await storedAs({ reporter: endless, records: [newRecord({ spfResults })] });
      const [cell] = await evidence.cells(domain, DAY);
      const [arrival] = await evidence.arrivals(domain, DAY);
      expect(cell!.reporter).toHaveLength(255);
      expect(endless).toContain(cell!.reporter.slice(0, 254));
      expect(arrival!.reporter).toBe(cell!.reporter);
      expect(cell!.messages).toBe(10);
    });
  });

  describe('daily numbers', () => {
    it('of several reports are summed where they meet', async () => {
      const elsewhere = newRecord({
        sourceIp: '192.0.2.0',
        dkimResults: [{ domain: 'sendgrid.net', selector: null, result: 'pass' }],
      });
      await storedAs({}, { head: { reportId: 'r-2' }, records: [newRecord(), elsewhere] });
      expect(await evidence.cells(domain, DAY)).toMatchObject([
        { ip: '192.0.2.0', authenticatedAs: 'sendgrid.net', messages: 10, passed: 0, disputed: 10 },
        { ip: '192.0.2.1', authenticatedAs: null, messages: 20, passed: 20, forwarded: 20 },
      ]);
    });

    it('start at the day asked for, in the order of days', async () => {
      for (const day of [21, 19, 20]) {
        const begin = Date.UTC(2026, 10, day) / 1000;
        await storedAs({ head: { begin, end: begin + 86_399 } });
      }
      const cells = await evidence.cells(domain, '2026-11-20');
      expect(cells.map((cell) => cell.day)).toEqual(['2026-11-20', '2026-11-21']);
    });
  });

  it('tells when the first counted report of a reporter about a day came', async () => {
    const at = (reportId: string, receivedAt: number, authenticity = GENUINE): Promise<unknown> =>
      storeMails(evidence, { receivedAt, reports: [{ domain, head: { reportId }, authenticity }] });
    await at('late', NOW + 5000);
    await at('first', NOW);
    await at('forged', NOW - 9000, FORGED);
    expect(await evidence.arrivals(domain, DAY)).toEqual([{ reporter: 'google.com', day: DAY, at: NOW }]);
    expect(await evidence.lastReportAt(domain)).toBe(NOW + 5000);
  });

  it('tells which reports are being taken in: of a mailbox that is not read to its end, and those that people bring', async () => {
    const [start, soon, later] = [0, 30_000, 90_000].map((ms) => Date.UTC(2026, 4, 1) + ms) as [
      number,
      number,
      number,
    ];
    const noteScan = (mailbox: string, done: number) =>
      evidence.noteScan(mailbox, 'INBOX', { startedAt: start, updatedAt: soon, total: 9, done });
    await noteScan('read', 9);
    await noteScan('half-read', 8);
    for (const at of [start, soon, later]) await evidence.noteUpload(at);
    expect(await evidence.intakes()).toEqual(
      expect.arrayContaining([
        { startedAt: start, updatedAt: soon, from: 'mailbox' },
        { startedAt: start, updatedAt: later, from: 'person' },
      ]),
    );
    expect(await evidence.intakes()).toHaveLength(2);
  });

  it('lists reports about enrolled domains, and the others apart', async () => {
    const enrolled = `enrolled-${domain}`;
    await database.dataSource.query(
      `insert into domain (name, version, rollout, due_at) values ($1, 1, '{}', now())`,
      [enrolled],
    );
    await storeMails(
      evidence,
      { reports: [{ domain: enrolled }] },
      { reports: [{ domain }], receivedAt: NOW - 1 },
      { reports: [{ domain, reporter: 'yahoo.com', authenticity: FORGED }], receivedAt: NOW + 1 },
    );
    const listed = await evidence.reports({ domain: null, limit: 1_000 });
    expect(listed.map((report) => report.domain)).toEqual([enrolled]);
    expect((await evidence.unenrolled(1_000)).filter((it) => it.domain === domain)).toEqual([
      { domain, reports: 2, messages: 20, reporters: 2, firstReportAt: NOW - 1, lastReportAt: NOW + 1 },
    ]);
    expect(await evidence.unenrolled(1)).toHaveLength(1);
  });

  it.each(['', 'abc', '1; drop table report', '-1', '99999999999999999999', '0'])(
    'finds no report of id %j',
    async (id) => {
      expect(await evidence.report(id)).toBeNull();
      expect(await evidence.records(id, { after: 0, limit: 5 })).toEqual([]);
    },
  );
});

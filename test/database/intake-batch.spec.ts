import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judgeRecord } from '../../src/core/evidence/judge-record.js';
import type { ReportRecord } from '../../src/core/report/report.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import type { IntakeBatch } from '../../src/ports/evidence-store.js';
import {
  DAY,
  newDelivery,
  newHead,
  newRecord,
  pack,
  packMails,
  storeMails,
  type SentMail,
} from './evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';
import { until } from '../lab/until.js';

/** So many rows that a batch hands them to the database before it is stored. */
const MANY = 20_000;
const CONNECTIONS = 6;

function manyRecords(count = MANY): readonly ReportRecord[] {
  return Array.from({ length: count }, (_, index) =>
    newRecord({ sourceIp: `2001:db8::${index.toString(16)}`, count: index + 1 }),
  );
}

const MANY_MESSAGES = (MANY * (MANY + 1)) / 2;

describe('a batch', () => {
  let database: MigratedDatabase;
  let source: DataSource;
  let evidence: EvidenceRepository;
  let count = 0;
  let domain = '';

  beforeAll(async () => {
    database = await openMigratedDatabase();
    const options = { ...dataSourceOptions(database.url), extra: { max: CONNECTIONS } };
    source = await new DataSource(options).initialize();
    evidence = new EvidenceRepository(source);
  });

  beforeEach(() => {
    count += 1;
    domain = `d${count}.example`;
  });

  /** A connection that was not given back would be missed here. */
  afterAll(async () => {
    const runners = Array.from({ length: CONNECTIONS }, () => source.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    await Promise.all(runners.map((runner) => runner.release()));
    await source.destroy();
    await database.close();
  });

  async function opened(...mails: readonly SentMail[]): Promise<{
    readonly batch: IntakeBatch;
    readonly store: () => Promise<readonly string[]>;
  }> {
    const batch = await evidence.openBatch();
    const deliveries = await packMails(batch, mails);
    const store = async (): Promise<readonly string[]> =>
      (await batch.store(deliveries)).flatMap((mail) => mail.reports.map((report) => report.storedAs));
    return { batch, store };
  }

  async function messages(): Promise<number> {
    const cells = await evidence.cells(domain, '2026-01-01');
    return cells.reduce((sum, cell) => sum + cell.messages, 0);
  }

  async function rowCount(): Promise<number> {
    const [row] = await database.dataSource.query<{ readonly rows: number }[]>(
      'select count(*)::int as "rows" from report_row',
    );
    return row!.rows;
  }

  /** Backends that are within a transaction of this database. */
  async function busyBackends(): Promise<readonly number[]> {
    const rows = await database.dataSource.query<{ readonly pid: number }[]>(
      `select pid from pg_stat_activity
        where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()
          and backend_type = 'client backend'`,
    );
    return rows.map((row) => row.pid);
  }

  it('without anything stores nothing, and ends', async () => {
    const { batch, store } = await opened();
    expect(await store()).toEqual([]);
    await expect(store()).rejects.toThrow('has ended');
    await expect(batch.openRows(newHead(domain), DAY)).rejects.toThrow('has ended');
    await expect(batch.abandon()).resolves.toBeUndefined();
  });

  it('of a few small reports leaves the database alone until it is stored', async () => {
    const { store } = await opened({ reports: [{ domain }] }, { reports: [{ domain, content: 'b' }] });
    expect(await busyBackends()).toEqual([]);
    expect(await store()).toEqual(['new', 'sibling']);
  });

  it('hands over the rows of a large report while it is read, and they count once it is stored', async () => {
    const { store } = await opened(
      { reports: [{ domain }] },
      { reports: [{ domain, head: { reportId: 'large' }, records: manyRecords() }] },
      { reports: [{ domain, head: { reportId: 'after' } }] },
    );
    expect(await busyBackends()).toHaveLength(1);
    expect(await messages()).toBe(0);
    expect(await store()).toEqual(['new', 'new', 'new']);
    expect(await messages()).toBe(MANY_MESSAGES + 20);
    const [large] = (await evidence.reports({ domain, limit: 5 })).filter((it) => it.reportId === 'large');
    const page = await evidence.records(large!.id, { after: MANY - 2, limit: 10 });
    expect(page.map((record) => record.count)).toEqual([MANY - 1, MANY]);
  });

  it('keeps nothing of a duplicate whose rows the database has already', async () => {
    const report = { domain, records: manyRecords() };
    await (await opened({ reports: [report] })).store();
    const before = await rowCount();
    const { store } = await opened({ reports: [report] }, { reports: [{ ...report, content: 'sibling' }] });
    expect(await store()).toEqual(['duplicate', 'sibling']);
    expect(await rowCount()).toBe(before + MANY);
    expect(await messages()).toBe(MANY_MESSAGES);
  });

  it.each([
    { name: 'small', records: 3 },
    { name: 'large', records: MANY },
  ])('stores nothing of a $name report that turned out to be none', async ({ records }) => {
    const before = await rowCount();
    const batch = await evidence.openBatch();
    const head = newHead(domain);
    const rows = await batch.openRows(head, DAY);
    for (const record of manyRecords(records)) {
      rows.add(record, judgeRecord(record, head.policy));
      await rows.drained();
    }
    rows.discard();
    rows.add(newRecord(), judgeRecord(newRecord(), head.policy));
    const kept = await pack(batch, { domain, head: { reportId: 'kept' } });
    await batch.store([newDelivery([kept])]);
    expect(await rowCount()).toBe(before + 1);
    expect(await messages()).toBe(10);
  });

  it('stores all of its mails or nothing', async () => {
    const origin = `box-${domain}`;
    const { store } = await opened(
      { origin, folder: 'INBOX', position: { uidValidity: '7', uid: 1 }, reports: [{ domain }] },
      { reports: [{ domain: 'other.example', changes: { inner: 'x', dropped: Number.NaN } }] },
    );
    await expect(store()).rejects.toThrow('could not be stored');
    expect(await evidence.reports({ domain, limit: 5 })).toEqual([]);
    expect(await messages()).toBe(0);
    expect((await evidence.progress(origin, 'INBOX')).position).toBeNull();
    expect(await busyBackends()).toEqual([]);
  });

  it.each([
    { name: 'nothing was read', mails: [] },
    { name: 'it lies in memory', mails: [{}] },
    { name: 'a copy is under way', mails: [{ records: manyRecords() }] },
  ])('may be abandoned when $name', async ({ mails }) => {
    const before = await rowCount();
    const { batch, store } = await opened(...mails.map((report) => ({ reports: [{ domain, ...report }] })));
    await batch.abandon();
    await batch.abandon();
    await expect(store()).rejects.toThrow('has ended');
    expect(await busyBackends()).toEqual([]);
    expect(await rowCount()).toBe(before);
  });

  it('may be one of many at once that all are large', async () => {
    const sent = Array.from({ length: CONNECTIONS * 2 }, (_, index) => ({
      reports: [{ domain, head: { reportId: `${index}` }, records: manyRecords(7_000) }],
    }));
    await Promise.all(sent.map((mail) => storeMails(evidence, mail)));
    const cells = await evidence.cells(domain, DAY);
    expect(cells).toHaveLength(7_000);
    expect(cells[0]!.messages).toBe(CONNECTIONS * 2);
  });

  it('may be abandoned many times: no connection is lost', async () => {
    for (let round = 0; round < CONNECTIONS * 2; round += 1) {
      const { batch } = await opened({ reports: [{ domain, records: manyRecords(10_000) }] });
      await batch.abandon();
    }
    await expect(storeMails(evidence, { reports: [{ domain }] })).resolves.toHaveLength(1);
  });

  it('whose connection breaks in the middle of a copy stores nothing, and says so when it is stored', async () => {
    const before = await rowCount();
    for (let round = 0; round < 5; round += 1) {
      const batch = await evidence.openBatch();
      const head = newHead(domain);
      const rows = await batch.openRows(head, DAY);
      for (const [index, record] of manyRecords().entries()) {
        rows.add(record, judgeRecord(record, head.policy));
        await rows.drained();
        if (index === MANY / 2) await terminate(await busyBackends());
      }
      const report = await pack(batch, { domain, head: { reportId: 'after' } });
      await expect(batch.store([newDelivery([{ ...report, head, rows }, report])])).rejects.toThrow(
        'could not be stored',
      );
    }
    expect(await rowCount()).toBe(before);
    await storeMails(evidence, { reports: [{ domain }] });
    expect(await messages()).toBe(10);
  });

  it('whose connection breaks is abandoned without a word', async () => {
    const { batch } = await opened({ reports: [{ domain, records: manyRecords() }] });
    await terminate(await busyBackends());
    await expect(batch.abandon()).resolves.toBeUndefined();
  });

  it('that is being stored is not abandoned any more', async () => {
    const { batch, store } = await opened({ reports: [{ domain, records: manyRecords() }] });
    const [storedAs] = await Promise.all([store(), batch.abandon()]);
    expect(storedAs).toEqual(['new']);
    expect(await messages()).toBe(MANY_MESSAGES);
  });

  it('takes no rows of another batch', async () => {
    const other = await new EvidenceRepository(database.dataSource).openBatch();
    const report = await pack(other, { domain });
    const batch = await evidence.openBatch();
    await expect(batch.store([newDelivery([report])])).rejects.toThrow('could not be stored');
    await other.abandon();
  });

  async function terminate(pids: readonly number[]): Promise<void> {
    expect(pids).not.toEqual([]);
    await database.dataSource.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [pids]);
    await until('the backends are gone', async () => (await busyBackends()).length === 0);
  }
});

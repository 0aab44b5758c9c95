import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubjectLock } from '../../src/queue/subject-lock.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { until } from '../lab/until.js';

/** Other test files use the same server. */
const OURS = `from pg_locks join pg_database on pg_database.oid = pg_locks.database
  where locktype = $1 and granted and datname = current_database()`;

describe('SubjectLock', () => {
  let database: TestDatabase;
  const locks: SubjectLock[] = [];

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(async () => {
    for (const lock of locks) await lock.onApplicationShutdown();
    await database.drop();
  });

  function newLock(): SubjectLock {
    const lock = new SubjectLock(database.url, 2, () => {});
    locks.push(lock);
    return lock;
  }

  it('gives back what the work answers, and hands on what it throws', async () => {
    const lock = newLock();
    expect(await lock.hold('domain:a.example', async () => 41)).toBe(41);
    const failing = lock.hold('domain:a.example', () => Promise.reject(new Error('the provider is away')));
    await expect(failing).rejects.toThrow('the provider is away');
    expect(await lock.hold('domain:a.example', async () => 42)).toBe(42);
  });

  it('lets processes work on one subject one after the other, and on others meanwhile', async () => {
    const [first, second] = [newLock(), newLock()];
    const done: string[] = [];
    let release = () => {};
    const held = first.hold('domain:a.example', () => new Promise<void>((resolve) => (release = resolve)));
    await until('the lock is held', async () => (await holders()) === 1);
    const waiting = second.hold('domain:a.example', async () => done.push('same'));
    await second.hold('domain:b.example', async () => done.push('other'));
    expect(done).toEqual(['other']);
    release();
    await Promise.all([held, waiting]);
    expect(done).toEqual(['other', 'same']);
  });

  it('survives the loss of its connection, and lets the work end', async () => {
    const lock = newLock();
    const answer = lock.hold('domain:c.example', async () => {
      await onServer(`select pg_terminate_backend(pid) ${OURS}`, ['advisory']);
      await until('the lock is gone', async () => (await holders()) === 0);
      return 'done';
    });
    expect(await answer).toBe('done');
    expect(await lock.hold('domain:c.example', async () => 'again')).toBe('again');
  });

  async function onServer(sql: string, values: unknown[]): Promise<number> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query(sql, values)).rowCount ?? 0;
    } finally {
      await client.end();
    }
  }

  function holders(): Promise<number> {
    return onServer(`select 1 ${OURS}`, ['advisory']);
  }
});

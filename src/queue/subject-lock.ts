import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';

/** First number of an advisory lock; the second is the hash of the subject. */
const SUBJECT_LOCK = 0x7375_626a;
const CLOSES_WITHIN_MS = 1_000;

/** What came of the work, and whether the lock is given back. */
type Held<T> =
  { readonly result: T; readonly isFree: boolean } | { readonly error: unknown; readonly isFree: boolean };

/**
 * Lets one job at a time work on a domain or mailbox, in whatever process. Versions in the store already keep two
 * decisions from both being stored; the lock also keeps one worker from taking the intent that another is carrying out
 * for one that a crash left behind. It is held by a connection: PostgreSQL frees it when its holder dies.
 */
export class SubjectLock implements OnApplicationShutdown {
  private readonly pool: Pool;

  /** `most`: how many may be held at once. */
  constructor(databaseUrl: string, most: number, onError: (error: Error) => void) {
    this.pool = new Pool({
      connectionString: databaseUrl,
      application_name: 'dmarc-ratchet lock',
      max: most,
      idleTimeoutMillis: 30_000,
      // Then the job fails, and is tried again later.
      lock_timeout: 20_000,
    });
    this.pool.on('error', onError);
  }

  /** Waits until the subject is free. */
  hold<T>(subject: string, work: () => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      await client.query('select pg_advisory_lock($1, hashtext($2))', [SUBJECT_LOCK, subject]);
      return this.workAndUnlock(client, subject, work);
    });
  }

  /** Null, and nothing done, when somebody else works on it. */
  holdIfFree<T>(subject: string, work: () => Promise<T>): Promise<T | null> {
    return this.withClient(async (client): Promise<Held<T | null>> => {
      const { rows } = await client.query<{ readonly free: boolean }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as free',
        [SUBJECT_LOCK, subject],
      );
      return rows[0]?.free === true
        ? this.workAndUnlock(client, subject, work)
        : { result: null, isFree: true };
    });
  }

  /** Does not wait for a job that was given up; its lock goes with the process. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.pool.end(), sleep(CLOSES_WITHIN_MS, null, { ref: false })]);
  }

  private async withClient<T>(work: (client: PoolClient) => Promise<Held<T>>): Promise<T> {
    const client = await this.pool.connect();
    client.on('error', ignore); // unheard, it would end the process; without its lock the work still goes on
    let isFree = false;
    try {
      const held = await work(client);
      isFree = held.isFree;
      if ('error' in held) throw held.error;
      return held.result;
    } finally {
      client.off('error', ignore);
      client.release(!isFree); // a connection that may still hold the lock is closed
    }
  }

  private async workAndUnlock<T>(
    client: PoolClient,
    subject: string,
    work: () => Promise<T>,
  ): Promise<Held<T>> {
    const done = await work().then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    const isFree = await client
      .query('select pg_advisory_unlock($1, hashtext($2))', [SUBJECT_LOCK, subject])
      .then(
        () => true,
        () => false,
      );
    return { ...done, isFree };
  }
}

function ignore(): void {}

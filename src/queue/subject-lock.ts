import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';

/** First number of an advisory lock; the second is the hash of the subject. */
const SUBJECT_LOCK = 0x7375_626a;
const CLOSES_WITHIN_MS = 1_000;

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
    return this.withLock(WAIT, subject, work);
  }

  /** Null, and nothing done, when somebody else works on it. */
  holdIfFree<T>(subject: string, work: () => Promise<T>): Promise<T | null> {
    return this.withLock(TRY, subject, (isHeld) => (isHeld ? work() : Promise.resolve(null)));
  }

  /** Does not wait for a job that was given up; its lock goes with the process. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.pool.end(), sleep(CLOSES_WITHIN_MS, null, { ref: false })]);
  }

  private async withLock<T>(
    lock: string,
    subject: string,
    work: (isHeld: boolean) => Promise<T>,
  ): Promise<T> {
    const client = await this.pool.connect();
    client.on('error', ignore); // unheard, it would end the process; without its lock the work still goes on
    let isFree = false;
    try {
      const { rows } = await client.query<{ readonly held: boolean }>(lock, [SUBJECT_LOCK, subject]);
      const isHeld = rows[0]?.held === true;
      try {
        return await work(isHeld);
      } finally {
        isFree = !isHeld || (await unlocked(client, subject));
      }
    } finally {
      client.off('error', ignore);
      client.release(!isFree); // a connection that may still hold the lock is closed
    }
  }
}

const WAIT = 'select true as held from pg_advisory_lock($1, hashtext($2))';
const TRY = 'select pg_try_advisory_lock($1, hashtext($2)) as held';

function unlocked(client: PoolClient, subject: string): Promise<boolean> {
  return client.query('select pg_advisory_unlock($1, hashtext($2))', [SUBJECT_LOCK, subject]).then(
    () => true,
    () => false,
  );
}

function ignore(): void {}

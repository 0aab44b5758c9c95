import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';

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

  async hold<T>(subject: string, work: () => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    client.on('error', ignore); // unheard, it would end the process; without its lock the work still goes on
    let isFree = false;
    try {
      await client.query('select pg_advisory_lock($1, hashtext($2))', [SUBJECT_LOCK, subject]);
      try {
        return await work();
      } finally {
        isFree = await client
          .query('select pg_advisory_unlock($1, hashtext($2))', [SUBJECT_LOCK, subject])
          .then(
            () => true,
            () => false,
          );
      }
    } finally {
      client.off('error', ignore);
      client.release(!isFree); // a connection that may still hold the lock is closed
    }
  }

  /** Does not wait for a job that was given up; its lock goes with the process. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.pool.end(), sleep(CLOSES_WITHIN_MS, null, { ref: false })]);
  }
}

function ignore(): void {}

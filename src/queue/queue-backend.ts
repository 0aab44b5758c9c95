import {
  createPostgresBackend,
  createRedisBackend,
  isPgPool,
  runMigrations,
  type BackendFactory,
  type IQueueBackend,
  type PgPool,
  type RedisOptions,
} from 'bullmq';
import { Pool } from 'pg';

/** One pool for everything BullMQ does in a process: queries, and a connection that listens for each worker. */
const POOL_SIZE = 8;

/** Where the queue lives. `connection` is what BullMQ's classes are given. */
export interface QueueBackend {
  readonly connection: RedisOptions;
  /** After all queues and workers are closed. */
  close(): Promise<void>;
}

/**
 * @nestjs/bullmq hands its queues and workers nothing but a connection, and knows Redis only. So the backend is told
 * by the connection: one that stands for a pool of ours means PostgreSQL.
 */
const pools = new WeakMap<object, PgPool>();

export const chooseBackend: BackendFactory<IQueueBackend, RedisOptions> = (name, options, purpose) => {
  const pool = pools.get(options.connection);
  if (pool !== undefined) return createPostgresBackend(name, { ...options, connection: pool }, purpose);
  if (purpose?.withBlockingConnection === true) return createRedisBackend(name, options, purpose);
  // Whoever only adds jobs must hear at once that Redis is away; a worker waits until it is back.
  const impatient = { ...options.connection, maxRetriesPerRequest: 1 };
  return createRedisBackend(name, { ...options, connection: impatient, skipWaitingForReady: true }, purpose);
};

/**
 * The queue in PostgreSQL, in a schema of its own. BullMQ does not create its tables by itself, and workers that don't
 * find them fail in a loop: they are migrated here, before there is any worker.
 */
export async function openPostgresBackend(
  databaseUrl: string,
  onError: (error: Error) => void,
): Promise<QueueBackend> {
  const pool = new Pool({
    connectionString: databaseUrl,
    options: '-c search_path=bullmq',
    application_name: 'dmarc-ratchet queue',
    keepAlive: true,
    max: POOL_SIZE,
  });
  pool.on('error', onError);
  const client = await pool.connect();
  try {
    await runMigrations(client, 'bullmq');
  } finally {
    client.release();
  }
  const shared: unknown = pool;
  if (!isPgPool(shared)) throw new Error('BullMQ does not take this version of pg');
  const connection: RedisOptions = {};
  pools.set(connection, shared);
  return { connection, close: () => pool.end() };
}

/** The queue in Redis, through ioredis. */
export function openRedisBackend(redisUrl: string): QueueBackend {
  return { connection: { url: redisUrl, maxRetriesPerRequest: null }, close: async () => {} };
}

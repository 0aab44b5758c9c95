import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { z } from 'zod';
import { clientOf } from './embedded-postgres-server.js';

/** Any number will do, as long as nothing else in this database takes it. */
const LOCK = 74_899_890;
const RELEASED_WITHIN_MS = 2_000;

const Taken = z.object({ rows: z.tuple([z.object({ taken: z.boolean() })]) });
const Holders = z.object({ rows: z.array(z.object({ name: z.string() })) });

/**
 * Makes this process the only one on the data directory for as long as the connection stands. The server frees the
 * lock by itself when its holder dies, so there is no stale lock to judge.
 * Throws when another live process holds it.
 */
export async function lockDataDir(port: number, password: string, dataDir: string): Promise<Client> {
  const client = clientOf(port, password, 'postgres');
  client.on('error', () => {}); // `end` follows, which the holder listens for
  await client.connect();
  try {
    await takeLock(client, dataDir);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function takeLock(client: Client, dataDir: string): Promise<void> {
  // The server may need a moment to notice that the last holder is gone.
  const deadline = Date.now() + RELEASED_WITHIN_MS;
  for (;;) {
    const answer = Taken.parse(await client.query('select pg_try_advisory_lock($1) as taken', [LOCK]));
    if (answer.rows[0].taken) return;
    if (Date.now() > deadline) break;
    await sleep(100);
  }
  const holders = Holders.parse(
    await client.query(
      `select activity.application_name as name from pg_locks lock join pg_stat_activity activity using (pid)
        where lock.locktype = 'advisory' and lock.granted and lock.objid = $1`,
      [LOCK],
    ),
  );
  const pid = holders.rows[0]?.name.split(' ')[1] ?? 'unknown';
  throw new Error(`another dmarc-ratchet already uses ${dataDir} (process ${pid})`);
}

import type { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseAccount } from './embedded-postgres-account.js';
import { locateBinaries } from './embedded-postgres-binaries.js';
import { clusterFiles, openCluster } from './embedded-postgres-cluster.js';
import { lockDataDir } from './embedded-postgres-lock.js';
import { clientOf, ensureServer, stopServer, type ServerParts } from './embedded-postgres-server.js';

const DATABASE = 'dmarc_ratchet';

export interface EmbeddedPostgres {
  readonly url: string;
  /** The server ran already: a crash of its last owner left it. */
  readonly adopted: boolean;
  /** Close all connections first. Safe to repeat. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with the package, with its files in `dataDir`, on loopback only; makes the
 * cluster at the first start, adopts a server that a crash left running, and starts it again should it die.
 * Throws when the platform has no binaries, when the files are of another major version, and when another live
 * process uses the directory.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string;
  readonly log?: (message: string) => void;
}): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const files = clusterFiles(options.dataDir);
  const account = await chooseAccount(files.cluster);
  const binaries = await locateBinaries(files.links);
  const password = await openCluster(files, account, binaries);
  const parts: ServerParts = { files, account, binaries, password };
  const server = await ensureServer(parts);
  const guard = new Guard(parts, options.dataDir, log);
  guard.hold(await lockDataDir(server.port, password, options.dataDir));
  await createDatabase(server.port, password);
  log(
    server.adopted ? 'adopted the embedded PostgreSQL that was running' : 'started the embedded PostgreSQL',
  );
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${server.port}/${DATABASE}`,
    adopted: server.adopted,
    stop: () => guard.stop(),
  };
}

async function createDatabase(port: number, password: string): Promise<void> {
  const client = clientOf(port, password, 'postgres');
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Holds the lock on the directory; when its connection breaks, the server is looked after and the lock taken again. */
class Guard {
  private connection: Client | null = null;
  private stopping: Promise<void> | null = null;

  constructor(
    private readonly parts: ServerParts,
    private readonly dataDir: string,
    private readonly log: (message: string) => void,
  ) {}

  hold(connection: Client): void {
    this.connection = connection;
    connection.once('end', () => {
      this.connection = null;
      if (this.stopping === null) void this.recover();
    });
  }

  stop(): Promise<void> {
    this.stopping ??= this.release();
    return this.stopping;
  }

  private async release(): Promise<void> {
    // Without the lock the server is another process's by now.
    if (this.connection !== null) await stopServer(this.parts);
    await this.connection?.end().catch(() => {});
  }

  private async recover(): Promise<void> {
    this.log('lost the embedded PostgreSQL; starting it again');
    while (this.stopping === null) {
      try {
        const server = await ensureServer(this.parts);
        this.hold(await lockDataDir(server.port, this.parts.password, this.dataDir));
        return;
      } catch (error) {
        this.log(
          `the embedded PostgreSQL is not back yet: ${error instanceof Error ? error.message : 'unknown'}`,
        );
        await sleep(1_000);
      }
    }
  }
}

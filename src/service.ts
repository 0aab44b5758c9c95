import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { accessOf } from './api-token.js';
import { adaptersOf } from './adapters.js';
import { appModule, type AppParts } from './app.module.js';
import type { Config } from './config/config.js';
import { startEmbeddedPostgres } from './database/embedded-postgres.js';
import { setUpHttp } from './http/set-up-http.js';
import { Clock } from './ports/clock.js';
import { ReadingThread } from './reading/reading-thread.js';
import { reportLimits, unpackLimits } from './report-limits.js';
import { setUpWeb } from './web/set-up-web.js';
import { Domains } from './workflows/domains.js';

export interface ServiceOptions {
  /** The machine's without it. */
  readonly clock?: Clock;
  /** Nest's own without it; false logs nothing. */
  readonly logger?: LoggerService | false;
}

export interface Service {
  readonly app: NestExpressApplication;
  /** Where HTTP listens. */
  readonly url: string;
  /** File with the admin token that was generated; null when the settings name tokens. */
  readonly tokenFile: string | null;
  /** Ends running work, then the embedded PostgreSQL. Safe to repeat. */
  stop(): Promise<void>;
}

class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}

export interface Database {
  readonly url: string;
  stop(): Promise<void>;
}

/** The database of the settings: the embedded one is started, and stopped by `stop`. */
export async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: async () => {} };
  const log = new Logger('database');
  return startEmbeddedPostgres({ dataDir: config.dataDir, log: (message) => log.log(message) });
}

/** Null: there is no mailbox to read, or another process reads it. */
function readingThreadOf(config: Config): ReadingThread | null {
  if (config.role === 'api' || config.mailboxes.length === 0) return null;
  return new ReadingThread({
    unpackLimits: unpackLimits(config),
    reportLimits: reportLimits(config),
    mailboxes: config.mailboxes.map(({ name, authservId }) => ({ name, authservId })),
    dns: config.dns,
  });
}

async function startApp(parts: AppParts, logger: ServiceOptions['logger']): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(await appModule(parts), {
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
    ...(logger === undefined ? {} : { logger }),
  });
  try {
    setUpHttp(app);
    setUpWeb(app);
    await app.init();
    await enrolConfigured(app, parts.config);
    await app.listen(parts.config.port, parts.config.host);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Enrols the domains of the settings that are not enrolled yet. */
async function enrolConfigured(app: NestExpressApplication, config: Config): Promise<void> {
  const domains = app.get(Domains);
  const log = new Logger('settings');
  for (const enrolment of config.domains) {
    const asked = await domains.enrol(enrolment, 'settings');
    if (asked.kind === 'refused') log.error(`${enrolment.domain} is not managed: ${asked.reason}`);
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= run());
}

/** Closing hangs when Redis is away: the rest is stopped all the same. */
const CLOSE_WITHIN_MS = 15_000;

/** Opens the database, and starts the app on it. */
async function startOnDatabase(
  parts: Omit<AppParts, 'databaseUrl'>,
  logger: ServiceOptions['logger'],
): Promise<Omit<Service, 'tokenFile'>> {
  const database = await openDatabase(parts.config);
  try {
    const app = await startApp({ ...parts, databaseUrl: database.url }, logger);
    const stop = once(async () => {
      await Promise.race([app.close(), sleep(CLOSE_WITHIN_MS, null, { ref: false })]);
      await database.stop();
    });
    return { app, url: await app.getUrl(), stop };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/**
 * Starts all of the service in this process: the embedded PostgreSQL unless the settings name another, migrations,
 * queue, HTTP. Throws when any part can't start, and leaves nothing running then.
 */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  if (options.logger !== undefined) Logger.overrideLogger(options.logger);
  const adapters = adaptersOf(config, options.clock ?? new SystemClock());
  const { tokens, file } = await accessOf(config);
  // It practises while the database starts.
  const readingThread = readingThreadOf(config);
  try {
    const started = await startOnDatabase({ config, adapters, readingThread, tokens }, options.logger);
    return { ...started, tokenFile: file };
  } catch (error) {
    await readingThread?.onApplicationShutdown();
    throw error;
  }
}

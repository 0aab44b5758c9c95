import { Logger, type LoggerService } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import type { StoredRollout } from '../ports/rollout-store.js';
import { RolloutStore } from '../ports/rollout-store.js';
import { BullWakeUp } from '../queue/bull-wake-up.js';
import { startService, type Service } from '../service.js';
import { Sweep } from '../workflows/sweep.js';
import { MAILBOX_NAME } from './demo-settings.js';
import type { VirtualClock } from './virtual-clock.js';

/** The real service, as the demo drives it. */
export interface DemoService {
  readonly url: string;
  /** Lets all work that is due now be done. */
  work(): Promise<void>;
  rollouts(): Promise<readonly StoredRollout[]>;
  stop(): Promise<void>;
}

/** Starts the service in this process, on the demo's clock. Warnings and errors go to `warn`. */
export async function startDemoService(
  config: Config,
  clock: VirtualClock,
  warn: (text: string) => void,
): Promise<DemoService> {
  const logger = quietLogger(warn);
  Logger.overrideLogger(logger);
  const service: Service = await startService(config, { clock, logger });
  const wakeUp = service.app.get(BullWakeUp);
  const sweep = service.app.get(Sweep);
  const store = service.app.get(RolloutStore);
  await spareTheDisk(service.app.get(DataSource));
  return {
    url: service.url,
    async work() {
      await wakeUp.wake({ workflow: 'poll-mailbox', mailbox: MAILBOX_NAME });
      await wakeUp.idle(); // what the mail wakes is done first: the sweep then finds little that is still due
      await sweep.run();
      await wakeUp.idle();
    },
    rollouts: () => store.list(),
    stop: () => service.stop(),
  };
}

/** A demo has nothing to lose in a power cut, and each simulated day has hundreds of commits. */
async function spareTheDisk(dataSource: DataSource): Promise<void> {
  await dataSource.query('ALTER SYSTEM SET synchronous_commit = off');
  await dataSource.query('SELECT pg_reload_conf()');
}

function quietLogger(warn: (text: string) => void): LoggerService {
  const silent = (): void => undefined;
  const say = (message: unknown, ...details: unknown[]): void =>
    warn([message, ...details].map(asText).join(' '));
  return { log: silent, debug: silent, verbose: silent, warn: say, error: say, fatal: say };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

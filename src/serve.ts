import type { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { JsonLogger } from './json-logger.js';
import { RolloutStore } from './ports/rollout-store.js';
import { CREDENTIAL_SOURCES } from './providers/registry.js';
import { startService, type Service } from './service.js';

/** When each release line of Node stops getting fixes. */
const NODE_ENDS: Readonly<Record<string, string>> = {
  '20': '2026-04-30',
  '21': '2024-06-01',
  '22': '2027-04-30',
  '23': '2025-06-01',
  '24': '2028-04-30',
};

/** After this a stop is forced. Milliseconds. */
const STOP_WITHIN_MS = 25_000;

/** A line for whoever runs a Node that gets no security fixes any more; null when all is well. */
export function nodeWarning(version: string, today: string): string | null {
  const major = version.split('.')[0] ?? '';
  const end = NODE_ENDS[major];
  if (end === undefined || today <= end) return null;
  return `Node ${major} has had no security fixes since ${end}; Node 22 or 24 is better`;
}

/** What to do next, for somebody who started the service without any settings. */
function firstSteps(service: Service, config: Config): string {
  const token = service.tokenFile === null ? '' : ` (admin token: ${service.tokenFile})`;
  return `Nothing is configured yet. What to do next:
  1. settings: write ${config.configFile ?? 'dmarc-ratchet.yaml'}; docs/settings.md lists all of them
  2. mailbox:  add the mailbox that your rua= address points at under "mailboxes"
  3. provider: ${service.url}/setup writes the lines for your DNS provider; "type: manual" tells you what to publish
  4. enrol:    add the domain under "domains", or POST ${service.url}/v1/domains${token}
  5. API:      ${service.url}/docs`;
}

function stopOnSignals(service: Service, logger: JsonLogger): void {
  const stop = (signal: NodeJS.Signals): void => {
    logger.log(`stopping on ${signal}`, 'main');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    void service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error(error instanceof Error ? error.message : String(error), 'main');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function isUntouched(service: Service, config: Config): Promise<boolean> {
  if (config.mailboxes.length > 0 || config.domains.length > 0) return false;
  return (await service.app.get(RolloutStore).list()).length === 0;
}

/**
 * Runs the service until SIGTERM or SIGINT. Says where it listens on stdout, logs to stderr. A start that fails ends
 * the process with status 1 and a message.
 */
export async function serve(): Promise<void> {
  try {
    const config = loadConfig({ credentials: CREDENTIAL_SOURCES });
    const logger = new JsonLogger(config.logLevel);
    const warning = nodeWarning(process.versions.node, new Date().toISOString().slice(0, 10));
    if (warning !== null) logger.warn(warning, 'main');
    if (config.isDryRun) logger.warn('a dry run: nothing is written to any DNS provider', 'main');
    const service = await startService(config, { logger });
    stopOnSignals(service, logger);
    console.log(`dmarc-ratchet listens on ${service.url}`);
    if (service.tokenFile !== null) console.log(`the admin token stands in ${service.tokenFile}`);
    if (await isUntouched(service, config)) console.log(firstSteps(service, config));
  } catch (error) {
    console.error(`dmarc-ratchet cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

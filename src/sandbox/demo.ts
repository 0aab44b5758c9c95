import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import colors from 'picocolors';
import { countText } from '../core/amount-text.js';
import { demoCast } from './demo-cast.js';
import { listenForNotices, type HeardNotice } from './demo-notices.js';
import { DEMO_USAGE, readDemoOptions, type DemoOptions } from './demo-options.js';
import { noteRecords, outcomes, runDays } from './demo-run.js';
import { DemoScreen } from './demo-screen.js';
import { startDemoService } from './demo-service.js';
import { ADDRESSEE, demoConfig, demoZones, makeSecrets } from './demo-settings.js';
import { dayText, shortcomings, summaryLines } from './demo-summary.js';
import { DemoWorld } from './demo-world.js';
import { startZone } from './dns-zone.js';
import { startImapServer } from './imap-server/imap-server.js';
import { VirtualClock } from './virtual-clock.js';

/** What was started, last first; each is stopped whatever the others do. */
type Stops = (() => Promise<void>)[];

async function main(options: DemoOptions, stops: Stops): Promise<number> {
  const screen = new DemoScreen(process.stdout, colors);
  const world = new DemoWorld(demoCast(options.seed), ADDRESSEE);
  const worlds = world.cast().map((role) => role.world);
  const secrets = makeSecrets();
  const interrupted = interruption();

  const folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ratchet-demo-'));
  stops.unshift(() => rm(folder, { recursive: true, force: true }));
  const zone = await startZone({ zones: demoZones(worlds), key: secrets.zoneKey });
  stops.unshift(() => zone.stop());
  const mailbox = await startImapServer(secrets.mailbox);
  stops.unshift(() => mailbox.stop());
  const notices = await listenForNotices(secrets.webhook, (notice) => screen.log(noticeLine(notice, world)));
  stops.unshift(() => notices.stop());

  const clock = new VirtualClock(world.start);
  noteRecords({ world, zone, clock });
  const places = { folder, zonePort: zone.port, imapPort: mailbox.port, noticesUrl: notices.url };
  const config = await demoConfig(worlds, secrets, places);
  const service = await startDemoService(config, clock, (text) => screen.log(colors.yellow(text)));
  stops.unshift(() => service.stop());

  screen.log(colors.bold('dmarc-ratchet: three domains, from p=none on, a simulated day at a time'));
  for (const role of world.cast()) screen.log(`  ${role.world.domain.padEnd(18)} ${role.story}`);
  const parts = { world, clock, zone, mailbox, service, screen };
  const began = performance.now();
  const days = await runDays(parts, options.days, () => interrupted.signal.aborted);
  const seconds = Math.round((performance.now() - began) / 1000);
  screen.settle();
  if (interrupted.signal.aborted) return 130;

  const ends = await outcomes(parts);
  const wrong = ends.flatMap(shortcomings);
  const { valid, invalid } = notices.counts();
  if (valid === 0) wrong.push('no signed notice came');
  if (invalid > 0) wrong.push(`${countText(invalid, 'notice')} came without a valid signature`);
  screen.log(
    `\n${countText(days, 'day')} in ${seconds} s; ${countText(valid, 'signed notice')}; ${storedText(mailbox)}`,
  );
  for (const line of summaryLines(ends)) screen.log(line);
  for (const line of wrong) screen.log(colors.red(`not as it should be: ${line}`));
  if (options.once) return wrong.length === 0 ? 0 : 1;

  screen.log(`\nThe API goes on: ${service.url}/docs  (admin token: ${secrets.apiToken})\nCtrl-C ends it.`);
  await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }));
  return 0;
}

function noticeLine(notice: HeardNotice, world: DemoWorld): string {
  const day = dayText(world.dayOf(Date.parse(notice.at)));
  return `${day.padEnd(7)}  ${notice.domain.padEnd(18)} ${notice.event}: ${notice.text}`;
}

function storedText(mailbox: { messages(folder: string): readonly unknown[] }): string {
  return `${countText(mailbox.messages('INBOX').length, 'mail')} left in the inbox`;
}

/** One Ctrl-C can come twice, from the terminal and from npm. */
const SAME_SIGNAL_MS = 1000;

/** Aborts at Ctrl-C or SIGTERM; another one after that ends the process at once. */
function interruption(): AbortController {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (first !== 0 && performance.now() - first > SAME_SIGNAL_MS) process.exit(130);
    if (first === 0) first = performance.now();
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller;
}

async function stopAll(stops: Stops): Promise<void> {
  for (const stop of stops) {
    try {
      await stop();
    } catch (error) {
      process.stderr.write(`while stopping: ${error instanceof Error ? error.message : 'unknown'}\n`);
    }
  }
}

async function run(): Promise<number> {
  const stops: Stops = [];
  try {
    return await main(readDemoOptions(process.argv.slice(2)), stops);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\nusage: ${DEMO_USAGE}\n`);
    return 1;
  } finally {
    await stopAll(stops);
  }
}

process.exitCode = await run();

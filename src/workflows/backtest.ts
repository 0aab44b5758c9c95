import type { Instant } from '../core/instant.js';
import type { Ladder } from '../core/rollout/ladder.js';
import type { RolloutSettings } from '../core/rollout/rollout.js';
import type { BacktestCrew, LeftOut, ReadTask, ReplayTask } from './backtest-crew.js';
import { GatheredReports } from './gathered-reports.js';

export interface BacktestOptions {
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
  /** Null: all domains that the reports are about. */
  readonly domain: string | null;
  /** Virtual time ends then; null: with the last report about any domain, so that silence is seen. */
  readonly until: Instant | null;
}

export interface BacktestResult<Told> {
  /** What is told of each domain's replay, in the order of the domains' names. */
  readonly told: readonly Told[];
  readonly leftOut: LeftOut;
}

/** So few that all are at work until the end, so many that handing them over costs nothing beside. */
const FILES_AT_ONCE = 32;
/** Waiting for each that works, so that it never waits itself. */
const TASKS_AHEAD = 2;

/**
 * Replays report mails or files through the decider, offline. Writes nothing anywhere. Throws what the crew throws, of
 * which no file that is no report is a cause.
 */
export async function backtest<Told>(
  files: readonly string[],
  options: BacktestOptions,
  crew: BacktestCrew<Told>,
): Promise<BacktestResult<Told>> {
  const gathered = new GatheredReports();
  await eachOf(readTasks(files, options.domain), TASKS_AHEAD * crew.size, async (task) => {
    gathered.add(await crew.read(task));
  });
  const told = new Map<string, Told>();
  await eachOf(replayTasks(gathered, options), crew.size, async (task) => {
    told.set(task.domain, await crew.replay(task));
  });
  const inOrder = [...told].sort(([a], [b]) => (a < b ? -1 : 1));
  return { told: inOrder.map(([, one]) => one), leftOut: gathered.leftOut };
}

function* readTasks(files: readonly string[], domain: string | null): Generator<ReadTask> {
  for (let first = 0; first < files.length; first += FILES_AT_ONCE) {
    yield { kind: 'read', first, files: files.slice(first, first + FILES_AT_ONCE), domain };
  }
}

/** The largest domain first, so that none is left over for one alone at the end. */
function* replayTasks(gathered: GatheredReports, options: BacktestOptions): Generator<ReplayTask> {
  const { ladder, settings } = options;
  const until = options.until ?? gathered.lastArrival;
  const sizes = gathered.domains.map((domain) => ({ domain, rows: gathered.rowsOf(domain) }));
  for (const { domain } of sizes.sort((a, b) => b.rows - a.rows)) {
    yield { kind: 'replay', domain, ladder, settings, reports: gathered.of(domain), until };
  }
}

/** Runs all tasks, so many at the same time. Starts none after one has failed, and throws its error. */
async function eachOf<Task>(
  tasks: Generator<Task>,
  atOnce: number,
  run: (task: Task) => Promise<void>,
): Promise<void> {
  // They share one generator, which a failing loop closes for all.
  const loops = Array.from({ length: atOnce }, async () => {
    for (const task of tasks) await run(task);
  });
  await Promise.all(loops);
}

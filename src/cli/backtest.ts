import { countText } from '../core/amount-text.js';
import { DEFAULT_SETTINGS } from '../core/rollout/rollout.js';
import { backtest, type BacktestOptions, type BacktestResult } from '../workflows/backtest.js';
import type { LeftOut } from '../workflows/backtest-crew.js';
import { backtestWork, type BacktestSetup, type ToldReplay } from './backtest-setup.js';
import { BacktestThreads, threadsFor } from './backtest-threads.js';
import { domainArgument } from './domain-argument.js';
import { ladderNamed } from './ladder-option.js';
import { listFiles } from './list-files.js';
import type { ExitStatus, Terminal } from './terminal.js';

export interface BacktestFlags {
  readonly mail: string;
  readonly domain?: string;
  readonly ladder: string;
  readonly authservId?: string;
  readonly until?: number;
  readonly json: boolean;
}

/** Replays a folder through the decider. Writes nothing anywhere; only without `--authserv-id` is DNS asked, for DKIM keys. */
export async function backtestMail(flags: BacktestFlags, terminal: Terminal): Promise<ExitStatus> {
  const options = {
    ladder: ladderNamed(flags.ladder),
    settings: DEFAULT_SETTINGS,
    domain: flags.domain === undefined ? null : domainArgument(flags.domain),
    until: flags.until ?? null,
  };
  const files = (await listFiles([flags.mail])).map((file) => file.path);
  const format = flags.json ? 'json' : terminal.hasColors ? 'coloured' : 'plain';
  const setup = { authservId: flags.authservId ?? null, format } as const;
  const { told, leftOut } = await run(files, options, setup);
  if (flags.json) terminal.out(`{"domains":[${told.map(({ text }) => text).join(',')}]}`);
  else for (const line of [...told.map(({ text }) => text), totals(told, options.domain)]) terminal.out(line);
  terminal.err(`${countText(files.length, 'file')} read${leftOutText(leftOut)}`);
  if (leftOut.mails > 0 && flags.authservId === undefined) {
    terminal.err('--authserv-id names the server whose Authentication-Results headers may be believed');
  }
  return 0;
}

async function run(
  files: readonly string[],
  options: BacktestOptions,
  setup: BacktestSetup,
): Promise<BacktestResult<ToldReplay>> {
  const threads = threadsFor(files.length);
  if (threads === 0) return backtest(files, options, backtestWork(setup));
  const crew = new BacktestThreads(threads, setup);
  try {
    return await backtest(files, options, crew);
  } finally {
    await crew.close();
  }
}

/** An empty result has to be explained. */
function leftOutText({ mails, falseClaims, withoutReport }: LeftOut): string {
  const parts = [
    mails > 0 ? `; ${countText(mails, 'mail')} left out that did not authenticate` : '',
    falseClaims > 0
      ? `; ${countText(falseClaims, 'report')} left out for claiming to be somebody else's`
      : '',
    withoutReport > 0 ? `; ${countText(withoutReport, 'file')} without a report` : '',
  ];
  return parts.join('');
}

function totals(told: readonly ToldReplay[], domain: string | null): string {
  const counts = (['reject', 'quarantine', 'none'] as const).map((policy) => ({
    policy,
    count: told.filter((one) => one.policy === policy).length,
  }));
  const places = counts
    .filter(({ count }) => count > 0)
    .map(({ policy, count }) => `${count} at p=${policy}`);
  if (told.length === 0) return `no report${domain === null ? '' : ` about ${domain}`} counts`;
  return `${countText(told.length, 'domain')} at the end: ${places.join(', ')}`;
}

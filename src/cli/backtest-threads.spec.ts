import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LADDERS } from '../core/rollout/ladder.js';
import { DEFAULT_SETTINGS } from '../core/rollout/rollout.js';
import { receive } from '../sandbox/receivers.js';
import { reportMail } from '../sandbox/report-mail.js';
import { situation } from '../sandbox/situations.js';
import { backtest, type BacktestOptions } from '../workflows/backtest.js';
import type * as Setup from './backtest-setup.js';
import { threadsFor } from './backtest-threads.js';
import type * as Threads from './backtest-threads.js';

/** A thread runs a compiled program, so this needs `npm run build` done. */
const BUILT = new URL('../../dist/src/cli/', import.meta.url);
const isBuilt = existsSync(new URL('backtest-thread.js', BUILT));
const SETUP = { authservId: 'mx.rua.example', format: 'json' } as const;
const OPTIONS: BacktestOptions = {
  ladder: LADDERS.gradual,
  settings: DEFAULT_SETTINGS,
  domain: null,
  until: null,
};

it('from source all work is done right here', () => {
  expect(threadsFor(1_000_000)).toBe(0);
});

describe.skipIf(!isBuilt)(`threads${isBuilt ? '' : ' [need npm run build]'}`, () => {
  let folder = '';
  let files: string[] = [];
  let threads: typeof Threads;
  let setup: typeof Setup;

  beforeAll(async () => {
    threads = (await import(new URL('backtest-threads.js', BUILT).href)) as typeof Threads;
    setup = (await import(new URL('backtest-setup.js', BUILT).href)) as typeof Setup;
    folder = mkdtempSync(path.join(tmpdir(), 'backtest-'));
    for (const name of ['healthy', 'breaks'] as const) files.push(...writeMails(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('find what one finds alone', async () => {
    const alone = await backtest(files, OPTIONS, setup.backtestWork(SETUP));
    expect(alone.told).toHaveLength(2);
    const crew = new threads.BacktestThreads(3, SETUP);
    try {
      expect(await backtest(files, OPTIONS, crew)).toEqual(alone);
    } finally {
      await crew.close();
    }
  });

  it('say which file cannot be read', async () => {
    const crew = new threads.BacktestThreads(2, SETUP);
    try {
      const gone = path.join(folder, 'gone.eml');
      await expect(backtest([...files, gone], OPTIONS, crew)).rejects.toThrow(
        `${gone} cannot be read: there is no such file or folder`,
      );
    } finally {
      await crew.close();
    }
  });

  it('that end by themselves end the backtest with the reason', async () => {
    const crew = new threads.BacktestThreads(2, null as never);
    try {
      await expect(backtest(files, OPTIONS, crew)).rejects.toThrow(/a thread of the backtest ended: .*null/);
      await expect(backtest(files, OPTIONS, crew)).rejects.toThrow(/a thread of the backtest ended/);
    } finally {
      await crew.close();
    }
  });
});

function writeMails(folder: string, name: 'healthy' | 'breaks'): readonly string[] {
  const world = situation(name, 1, { domain: `${name}.example` });
  const addressee = { address: 'dmarc@rua.example', authservId: SETUP.authservId };
  const record = 'v=DMARC1; p=none; rua=mailto:dmarc@rua.example';
  mkdirSync(path.join(folder, name));
  return Array.from({ length: 12 }, (_, day) => receive(world, day, () => record).reports)
    .flat()
    .map((sent, index) => {
      const file = path.join(folder, name, `${index}.eml`);
      writeFileSync(file, reportMail(sent, addressee));
      return file;
    });
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import picocolors from 'picocolors';
import type { Policy } from '../core/record/policy.js';
import { currentRung } from '../core/rollout/rungs.js';
import type { Replay } from '../core/rollout/replay.js';
import { LookupError, RecursiveLookup } from '../dns/recursive-lookup.js';
import { MailAuthenticator } from '../imap/authenticate-report.js';
import { DEFAULT_LIMITS } from '../imap/unpack/unpack-limits.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { askedOnce, txtResolver } from '../txt-resolver.js';
import { BacktestWork } from '../workflows/backtest-work.js';
import { describeReplay } from './backtest-table.js';
import { replayView } from './backtest-view.js';
import { unreadableFile } from './file-trouble.js';
import { jsonLine } from './terminal.js';

/** What is told of the replay of one domain. */
export interface ToldReplay {
  readonly text: string;
  /** Where the domain stands at the end. */
  readonly policy: Policy;
}

/** What a thread has to know to do the work of a backtest. */
export interface BacktestSetup {
  /** Whose Authentication-Results count; null: signatures are verified. */
  readonly authservId: string | null;
  /** How a replay is told: a JSON value, or lines for people. */
  readonly format: 'json' | 'plain' | 'coloured';
}

/** The work of a backtest with the real parts, for this thread. */
export function backtestWork({ authservId, format }: BacktestSetup): BacktestWork<ToldReplay> {
  const text = tellerFor(format);
  return new BacktestWork(loadFile, new MimeUnpacker(), authenticatorFor(authservId), (replay) => ({
    text: text(replay),
    policy: currentRung(replay.rollout).tags.p,
  }));
}

function tellerFor(format: BacktestSetup['format']): (replay: Replay) => string {
  switch (format) {
    case 'json':
      return (replay) => jsonLine(replayView(replay));
    case 'plain':
    case 'coloured': {
      const colors = picocolors.createColors(format === 'coloured');
      return (replay) => describeReplay(replay, colors);
    }
  }
}

/** With a server whose word counts nothing is looked up; without one, signatures are verified, which takes their keys. */
function authenticatorFor(authservId: string | null): MailAuthenticator {
  if (authservId !== null) return new MailAuthenticator({ authservId, resolveTxt: refuseLookups });
  const lookup = new RecursiveLookup({ resolvers: [], timeoutMs: 2000, tries: 1 });
  return new MailAuthenticator({ authservId, resolveTxt: askedOnce(txtResolver(lookup)) });
}

function refuseLookups(name: string): Promise<never> {
  return Promise.reject(new LookupError(`${name} is not looked up offline`, 'ENOTFOUND'));
}

/**
 * A file, at once: nothing else waits in this thread. Of one that is too large only so much that it is seen to be.
 * Throws a CommandError.
 */
function loadFile(name: string): Uint8Array {
  let file: number | null = null;
  try {
    file = openSync(name, 'r');
    const size = Math.min(fstatSync(file).size, DEFAULT_LIMITS.messageBytes + 1);
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, readSync(file, bytes));
  } catch (error) {
    throw unreadableFile(name, error);
  } finally {
    if (file !== null) closeSync(file);
  }
}

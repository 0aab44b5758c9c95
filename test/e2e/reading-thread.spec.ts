import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_REPORT_LIMITS } from '../../src/core/report/limits.js';
import { DEFAULT_LIMITS } from '../../src/imap/unpack/unpack-limits.js';
import type * as Parts from '../../src/reading/reading-parts.js';
import { ReadingThread } from '../../src/reading/reading-thread.js';
import type * as Threads from '../../src/reading/reading-thread.js';
import { receive } from '../../src/sandbox/receivers.js';
import { reportMail } from '../../src/sandbox/report-mail.js';
import { situation } from '../../src/sandbox/situations.js';
import { carriedMails, idsFor, type ReadingTask } from '../../src/workflows/reading-crew.js';
import { until } from '../lab/until.js';

/** A thread runs a compiled program, so this needs `npm run build` done. */
const BUILT = new URL('../../dist/src/reading/', import.meta.url);
const isBuilt = existsSync(new URL('reading-program.js', BUILT));

const SETUP: Parts.ReadingSetup = {
  unpackLimits: DEFAULT_LIMITS,
  reportLimits: DEFAULT_REPORT_LIMITS,
  mailboxes: [{ name: 'rua', authservId: 'mx.rua.example' }],
  dns: { resolvers: [], authorities: [], timeoutMs: 2000, tries: 1 },
};

/** The mails of a few days, for one task; its bytes are given away when it is read. */
function newTask(): ReadingTask {
  const world = situation('healthy', 1, { domain: 'healthy.example' });
  const addressee = { address: 'dmarc@rua.example', authservId: 'mx.rua.example' };
  const record = 'v=DMARC1; p=none; rua=mailto:dmarc@rua.example';
  const sent = Array.from({ length: 6 }, (_, day) => receive(world, day, () => record).reports).flat();
  const mails = carriedMails(
    sent.map((report, uid) => ({
      origin: 'rua',
      folder: 'INBOX',
      mailId: null,
      name: `rua/${uid}`,
      position: null,
      receivedAt: report.arrivesAt,
      bytes: reportMail(report, addressee),
      vouchedBy: null,
    })),
  );
  return { mails, reportIds: Array.from({ length: idsFor(mails.length) }, (_, index) => String(index)) };
}

it('from source there is no thread', () => {
  expect(new ReadingThread(SETUP).isReady).toBe(false);
});

describe.skipIf(!isBuilt)(`a thread that reads mail${isBuilt ? '' : ' [needs npm run build]'}`, () => {
  const opened: Threads.ReadingThread[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((thread) => thread.onApplicationShutdown())));

  async function open(setup: Parts.ReadingSetup): Promise<Threads.ReadingThread> {
    const threads = (await import(new URL('reading-thread.js', BUILT).href)) as typeof Threads;
    const thread = new threads.ReadingThread(setup);
    opened.push(thread);
    return thread;
  }

  it('gives what is read here', async () => {
    const parts = (await import(new URL('reading-parts.js', BUILT).href)) as typeof Parts;
    const here = await parts.readingWork(SETUP).read(newTask());
    expect(here.length).toBeGreaterThan(20);
    expect(here.every((it) => it?.outcome === 'report' && it.authenticity.authenticated)).toBe(true);
    const thread = await open(SETUP);
    await until('the thread is ready', () => thread.isReady);
    const [first, second] = await Promise.all([thread.read(newTask()), thread.read(newTask())]);
    expect(first).toEqual(here);
    expect(second).toEqual(here);
  });

  it.skipIf(process.platform !== 'linux')('gives way to all others', async () => {
    const thread = await open(SETUP);
    await until('the thread is ready', () => thread.isReady);
    // proc_pid_stat(5): nice is the seventeenth field behind the name, which may hold anything.
    const niceness = readdirSync('/proc/self/task').map((task) =>
      Number(readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16]),
    );
    expect(niceness.filter((nice) => nice > 0)).toEqual([10]);
  });

  it('takes no more than it can soon begin with', async () => {
    const thread = await open(SETUP);
    await until('the thread is ready', () => thread.isReady);
    const mails = newTask().mails.length;
    const tasks = Array.from({ length: Math.ceil(300 / mails) }, () => thread.read(newTask()));
    expect(thread.isReady).toBe(false);
    await Promise.all(tasks);
    expect(thread.isReady).toBe(true);
  });

  it('that can read nothing says so, and what it was asked can be read elsewhere', async () => {
    const thread = await open({ ...SETUP, mailboxes: null as never });
    await expect(thread.read(newTask())).rejects.toThrow(/null/);
    expect(thread.isReady).toBe(false);
    await expect(thread.read(newTask())).rejects.toThrow('there is no thread');
  });

  it('that was closed reads nothing more', async () => {
    const thread = await open(SETUP);
    await until('the thread is ready', () => thread.isReady);
    const task = thread.read(newTask());
    const closing = thread.onApplicationShutdown();
    await expect(task).rejects.toThrow('exit code');
    await closing;
    expect(thread.isReady).toBe(false);
  });
});

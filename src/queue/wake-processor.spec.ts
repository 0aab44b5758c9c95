import { Logger } from '@nestjs/common';
import type { Job } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Wake } from '../ports/wake-up.js';
import { PollFailed } from '../workflows/poll-mailbox.js';
import type { BullWakeUp } from './bull-wake-up.js';
import type { SubjectLock } from './subject-lock.js';
import type { Workflows } from './wake-handlers.js';
import { WakeProcessor } from './wake-processor.js';

const NOTHING = { mails: 0, reports: 0, domains: [], more: false };

let troubles: Record<string, Error | null>;
let lines: string[];
let woken: Wake[];

beforeEach(() => {
  troubles = {};
  lines = [];
  woken = [];
  const note = (message: string, fields: object): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(note);
  vi.spyOn(Logger.prototype, 'log').mockImplementation(note);
});
afterEach(() => vi.restoreAllMocks());

function newProcessor(): WakeProcessor {
  const fail = (name: string): void => {
    const error = troubles[name] ?? null;
    if (error !== null) throw error;
  };
  const workflows = {
    pollMailbox: {
      run: async (mailbox: string) => {
        fail(mailbox);
        return NOTHING;
      },
    },
    sweep: { run: async () => fail('sweep') },
  } as unknown as Workflows;
  const lock = { holdIfFree: (_: string, run: () => Promise<unknown>) => run() } as unknown as SubjectLock;
  const wakeUp = { wakeAll: async (wakes: Wake[]) => void woken.push(...wakes) } as unknown as BullWakeUp;
  return new WakeProcessor(workflows, wakeUp, lock);
}

/** As the queue does it. */
async function work(processor: WakeProcessor, data: object, times = 1): Promise<void> {
  const job = { name: 'job', attemptsMade: 1, data } as unknown as Job;
  for (let time = 0; time < times; time += 1)
    await processor.process(job).catch((error: Error) => processor.onFailed(job, error));
}

const main = { workflow: 'poll-mailbox', mailbox: 'main' };

it('wakes the domains about which a poll stored reports before it failed', async () => {
  troubles['main'] = new PollFailed(new Error('the connection broke'), ['shop.example']);
  await work(newProcessor(), main);
  expect(woken).toEqual([{ workflow: 'evaluate-domain', domain: 'shop.example' }]);
  expect(lines).toEqual(['a mailbox is not read {"mailbox":"main","error":"the connection broke"}']);
});

describe('the log of what fails', () => {
  it('has one line for a mailbox that stays unread, and one when it is read again', async () => {
    const processor = newProcessor();
    troubles['main'] = new Error('no such folder');
    await work(processor, main, 95);
    troubles['other'] = new Error('no such folder');
    await work(processor, { ...main, mailbox: 'other' });
    troubles['main'] = null;
    await work(processor, main, 3);
    troubles['main'] = new Error('no such folder');
    await work(processor, main);
    expect(lines).toEqual([
      'a mailbox is not read {"mailbox":"main","error":"no such folder"}',
      'a mailbox is not read {"mailbox":"other","error":"no such folder"}',
      'a mailbox is read again {"mailbox":"main"}',
      'a mailbox is not read {"mailbox":"main","error":"no such folder"}',
    ]);
  });

  it('has a line for each other job', async () => {
    const processor = newProcessor();
    troubles['sweep'] = new Error('no database');
    await work(processor, { workflow: 'sweep' }, 2);
    expect(lines).toEqual(
      Array.from({ length: 2 }, () => 'job failed {"workflow":"job","attempts":1,"error":"no database"}'),
    );
  });
});

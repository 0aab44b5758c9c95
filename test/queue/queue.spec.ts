import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueuePlace } from '../../src/queue/queue.module.js';
import { describeWith } from '../lab/debian-packages.js';
import { createDatabase } from '../lab/postgres.js';
import { startRedis } from '../lab/redis.js';
import { until } from '../lab/until.js';
import { FakeWorkflows } from './fake-workflows.js';
import { openQueue, type QueueLab } from './queue-lab.js';

interface OpenPlace {
  readonly place: QueuePlace;
  close(): Promise<void>;
}

async function inPostgres(): Promise<OpenPlace> {
  const database = await createDatabase();
  return { place: { databaseUrl: database.url, redisUrl: null }, close: () => database.drop() };
}

async function inRedis(): Promise<OpenPlace> {
  const database = await createDatabase();
  const redis = await startRedis();
  return {
    place: { databaseUrl: database.url, redisUrl: redis.url },
    close: async () => {
      await redis.stop();
      await database.drop();
    },
  };
}

describe('the queue in PostgreSQL', () => {
  behavesAsQueue(inPostgres);
});
describeWith(['redis-server'], 'the queue in Redis', () => behavesAsQueue(inRedis));

function behavesAsQueue(openPlace: () => Promise<OpenPlace>): void {
  let open: OpenPlace;
  let workflows: FakeWorkflows;
  const labs: QueueLab[] = [];

  beforeEach(async () => {
    open = await openPlace();
    workflows = new FakeWorkflows();
  });

  afterEach(async () => {
    for (const lab of labs.splice(0)) await lab.close();
    await open.close();
  });

  async function producer(): Promise<QueueLab> {
    const lab = await openQueue(open.place, null);
    labs.push(lab);
    return lab;
  }

  async function worker(work: Parameters<typeof openQueue>[2] = {}): Promise<QueueLab> {
    const lab = await openQueue(open.place, workflows, work);
    labs.push(lab);
    await lab.wakeUp.idle(); // the schedulers' first round
    workflows.runs.length = 0;
    return lab;
  }

  it('runs the workflow of a wake-up once', async () => {
    const { wakeUp } = await worker();
    await wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await wakeUp.wake({ workflow: 'apply-change', domain: 'a.example' });
    await wakeUp.wake({ workflow: 'verify-change', domain: 'a.example' });
    await wakeUp.wake({ workflow: 'poll-mailbox', mailbox: 'main' });
    await wakeUp.wake({ workflow: 'deliver-notifications' });
    await wakeUp.idle();
    expect([...workflows.runs].sort()).toEqual([
      'apply-change a.example',
      'deliver-notifications',
      'evaluate-domain a.example',
      'poll-mailbox main',
      'verify-change a.example',
    ]);
  });

  it('takes the same wake-up twice, while it waits, as one', async () => {
    const { wakeUp, queue } = await producer();
    for (const domain of ['a.example', 'a.example', 'b.example', 'a.example'])
      await wakeUp.wake({ workflow: 'evaluate-domain', domain });
    await wakeUp.wakeAll([
      { workflow: 'evaluate-domain', domain: 'a.example' },
      { workflow: 'evaluate-domain', domain: 'c.example' },
      { workflow: 'evaluate-domain', domain: 'c.example' },
    ]);
    expect(await queue.getWaitingCount()).toBe(3);
    await worker();
    await wakeUp.idle();
    expect(await queue.getCompletedCount()).toBeGreaterThanOrEqual(3);
  });

  it('runs once more after any number of wake-ups that came while it ran', async () => {
    const { wakeUp } = await worker();
    workflows.meanwhile = async () => {
      if (workflows.runs.length > 1) return;
      for (let again = 0; again < 4; again += 1)
        await wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    };
    await wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await until('it ran again', () => workflows.runs.length === 2);
    await wakeUp.idle();
    expect(workflows.runs).toEqual(['evaluate-domain a.example', 'evaluate-domain a.example']);
  });

  it('never works on one domain, or one mailbox, twice at a time', async () => {
    const first = await worker();
    const second = await worker();
    const running = new Set<string>();
    const overlaps: string[] = [];
    let most = 0;
    workflows.meanwhile = async (run) => {
      const subject = run.split(' ')[1] ?? '';
      if (running.has(subject)) overlaps.push(run);
      running.add(subject);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setTimeout(resolve, 30));
      running.delete(subject);
    };
    for (const domain of ['a.example', 'b.example', 'c.example'])
      for (const workflow of ['evaluate-domain', 'apply-change', 'verify-change'] as const)
        await (workflow === 'apply-change' ? first : second).wakeUp.wake({ workflow, domain });
    await first.wakeUp.idle();
    expect(workflows.runs).toHaveLength(9);
    expect(overlaps).toEqual([]);
    expect(most).toBeGreaterThan(1);
  });

  it('tries a workflow that fails again', async () => {
    const { wakeUp } = await worker();
    workflows.meanwhile = async () => {
      if (workflows.runs.length === 1) throw new Error('the provider is away');
    };
    await wakeUp.wake({ workflow: 'apply-change', domain: 'a.example' });
    await until('it ran again', () => workflows.runs.length === 2);
    await wakeUp.idle();
    expect(workflows.runs).toEqual(['apply-change a.example', 'apply-change a.example']);
  });

  it('brings a retry forward when somebody wakes it', async () => {
    const { wakeUp, queue } = await worker();
    workflows.meanwhile = async () => {
      if (workflows.runs.length < 4) throw new Error('the provider is away');
    };
    await wakeUp.wake({ workflow: 'apply-change', domain: 'a.example' });
    for (const runs of [1, 2, 3]) {
      await until(`run ${runs}`, () => workflows.runs.length === runs);
      await wakeUp.idle();
      await wakeUp.wake({ workflow: 'apply-change', domain: 'a.example' });
    }
    await wakeUp.idle();
    expect(workflows.runs).toHaveLength(4);
    expect(await queue.getJobs(['failed'])).toEqual([]);
  });

  it('wakes later what is to be woken later, even when a workflow does it to itself', async () => {
    const { wakeUp } = await worker();
    const times: number[] = [];
    workflows.meanwhile = async () => {
      times.push(Date.now());
      if (times.length < 3)
        await wakeUp.wake({ workflow: 'verify-change', domain: 'a.example' }, { delayMs: 300 });
    };
    await wakeUp.wake({ workflow: 'verify-change', domain: 'a.example' });
    await until('it ran three times', () => times.length === 3);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(290);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(290);
  });

  it('is not held up by a wake-up for later', async () => {
    const { wakeUp } = await worker();
    await wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' }, { delayMs: 3_600_000 });
    await wakeUp.idle();
    expect(workflows.runs).toEqual([]);
    await wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await wakeUp.idle();
    expect(workflows.runs).toEqual(['evaluate-domain a.example']);
  });

  it('evaluates the domains that a poll brought reports about, and polls on while mail waits', async () => {
    const { wakeUp } = await worker();
    workflows.polled = () => ({
      mails: 100,
      reports: 2,
      domains: ['a.example', 'b.example'],
      more: workflows.count('poll-mailbox main') < 3,
    });
    await wakeUp.wake({ workflow: 'poll-mailbox', mailbox: 'main' });
    await until('polled thrice', () => workflows.count('poll-mailbox main') === 3);
    await wakeUp.idle();
    expect(workflows.count('poll-mailbox main')).toBe(3);
    expect(workflows.count('evaluate-domain a.example')).toBeGreaterThan(0);
    expect(workflows.count('evaluate-domain b.example')).toBeGreaterThan(0);
  });

  it('keeps wake-ups while no worker runs', async () => {
    const first = await producer();
    await first.wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await first.close();
    const { wakeUp } = await openWorkerLater();
    await wakeUp.idle();
    expect(workflows.runs).toContain('evaluate-domain a.example');
  });

  it('runs again what a worker gave up when it was shut down', async () => {
    const first = await worker();
    let release = () => {};
    workflows.meanwhile = () => new Promise((resolve) => (release = resolve));
    await first.wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await until('it runs', () => workflows.runs.length === 1);
    const closing = first.close();
    release();
    await closing;
    workflows.meanwhile = async () => {};
    const second = await worker();
    await second.wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await second.wakeUp.idle();
    expect(workflows.runs).toEqual(['evaluate-domain a.example']);
  });

  it('does the recurring things by itself, for each mailbox of the settings and no other', async () => {
    const intervals = { sweepSeconds: 1, deliverSeconds: 1, tidySeconds: 1, learnSeconds: 1 };
    const polled = (...names: readonly string[]) => names.map((name) => ({ name, pollSeconds: 1 }));
    const before = await worker({ mailboxes: polled('old', 'main'), intervals });
    await until('old is polled', () => workflows.count('poll-mailbox old') > 0);
    await before.close();
    const { queue } = await worker({ mailboxes: polled('main', 'main/Junk'), intervals });
    const expected = [
      'sweep',
      'deliver-notifications',
      'tidy-store',
      'learn-addresses',
      'poll-mailbox main',
      'poll-mailbox main/Junk',
    ];
    for (const run of expected) await until(`${run} twice`, () => workflows.count(run) >= 2);
    expect(workflows.count('poll-mailbox old')).toBe(0);
    expect(await queue.getJobSchedulersCount()).toBe(6);
  });

  it('polls each mailbox as often as it wants', async () => {
    const mailboxes = [
      { name: 'main', pollSeconds: 600 },
      { name: 'main/Entwürfe: alt', pollSeconds: 3600 },
    ];
    const { queue } = await worker({ mailboxes });
    const polls = (await queue.getJobSchedulers()).filter(({ name }) => name === 'poll-mailbox');
    expect(polls.map(({ every }) => Number(every) / 1000).toSorted((a, b) => a - b)).toEqual([600, 3600]);
  });

  it('does recurring things once, however many workers there are', async () => {
    const seconds = 86_400;
    const intervals = {
      sweepSeconds: seconds,
      deliverSeconds: seconds,
      tidySeconds: seconds,
      learnSeconds: null,
    };
    const { queue } = await worker({ intervals });
    await worker({ intervals });
    expect(await queue.getJobSchedulersCount()).toBe(3);
    expect(await queue.getDelayedCount()).toBe(3);
  });

  it('puts aside a job that it cannot read, and goes on', async () => {
    const { wakeUp, queue } = await worker();
    await queue.add('evaluate-domain', { workflow: 'launch-rocket', domain: 'a.example' });
    await wakeUp.wake({ workflow: 'evaluate-domain', domain: 'b.example' });
    await wakeUp.idle();
    expect(await queue.getFailedCount()).toBe(1);
    expect(workflows.runs).toEqual(['evaluate-domain b.example']);
  });

  function openWorkerLater(): Promise<QueueLab> {
    return openQueue(open.place, workflows).then((lab) => {
      labs.push(lab);
      return lab;
    });
  }
}

describeWith(['redis-server'], 'a queue whose Redis is away', () => {
  it('loses wake-ups without failing anybody, and shuts down', async () => {
    const database = await createDatabase();
    const redis = await startRedis();
    const workflows = new FakeWorkflows();
    const lab = await openQueue({ databaseUrl: database.url, redisUrl: redis.url }, workflows);
    await lab.wakeUp.idle();
    let release = () => {};
    workflows.meanwhile = () => new Promise((resolve) => (release = resolve));
    await lab.wakeUp.wake({ workflow: 'evaluate-domain', domain: 'a.example' });
    await until('it runs', () => workflows.count('evaluate-domain a.example') === 1);
    await redis.kill();
    const wake = lab.wakeUp.wake({ workflow: 'evaluate-domain', domain: 'b.example' });
    await expect(wake).resolves.toBeUndefined();
    release();
    await expect(lab.close()).resolves.toBeUndefined();
    await database.drop();
  });
});

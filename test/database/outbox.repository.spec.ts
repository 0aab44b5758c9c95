import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/core/rollout/audit.js';
import { DispatchSchema } from '../../src/database/dispatch.schema.js';
import { OutboxRepository } from '../../src/database/outbox.repository.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NOW = Date.UTC(2026, 10, 22, 15);
const MINUTE = 60_000;

describe('OutboxRepository', () => {
  let database: MigratedDatabase;
  let outbox: OutboxRepository;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    outbox = new OutboxRepository(database.dataSource);
  });

  beforeEach(() => database.dataSource.query('delete from dispatch'));

  afterAll(() => database.close());

  async function put(count: number): Promise<Notice[]> {
    const notices = Array.from({ length: count }, (_, index): Notice => {
      return {
        key: `n${index}`,
        at: NOW,
        domain: 'example.com',
        event: 'held',
        text: 'held',
        before: null,
        after: null,
      };
    });
    for (const notice of notices)
      await database.dataSource.manager.insert(DispatchSchema, {
        noticeKey: notice.key,
        channel: 'log',
        notice,
        nextAt: NOW,
      });
    return notices;
  }

  it('gives out what is due, oldest first, with the notice as it was', async () => {
    const notices = await put(3);
    const claimed = await outbox.claim(NOW, 2);
    expect(claimed.map((dispatch) => dispatch.notice)).toEqual(notices.slice(0, 2));
    expect(claimed.map((dispatch) => [dispatch.channel, dispatch.attempts])).toEqual([
      ['log', 0],
      ['log', 0],
    ]);
  });

  it('gives out nothing before its time', async () => {
    await put(1);
    expect(await outbox.claim(NOW - 1, 10)).toEqual([]);
  });

  it('never gives the same dispatch to two workers', async () => {
    await put(40);
    const claims = await Promise.all(Array.from({ length: 8 }, () => outbox.claim(NOW, 10)));
    const ids = claims.flat().map((dispatch) => dispatch.id);
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
  });

  it('gives a dispatch out again once its worker has been silent for a minute', async () => {
    await put(1);
    const [first] = await outbox.claim(NOW, 10);
    expect(await outbox.claim(NOW + MINUTE - 1, 10)).toEqual([]);
    expect(await outbox.claim(NOW + MINUTE, 10)).toEqual([first]);
  });

  it('is done with what was delivered', async () => {
    await put(1);
    const [dispatch] = await outbox.claim(NOW, 10);
    await outbox.markDelivered(dispatch!.id, NOW);
    expect(await outbox.claim(NOW + 365 * 24 * 60 * MINUTE, 10)).toEqual([]);
  });

  it('counts the tries and waits as long as it was told to', async () => {
    await put(1);
    const [dispatch] = await outbox.claim(NOW, 10);
    await outbox.markFailed(dispatch!.id, 'HTTP 500\0'.repeat(1_000), NOW + 5 * MINUTE);
    expect(await outbox.claim(NOW + 5 * MINUTE - 1, 10)).toEqual([]);
    const [again] = await outbox.claim(NOW + 5 * MINUTE, 10);
    expect(again?.attempts).toBe(1);
  });

  it('keeps what was given up, without trying it again', async () => {
    await put(1);
    const [dispatch] = await outbox.claim(NOW, 10);
    await outbox.markFailed(dispatch!.id, 'refused', null);
    expect(await outbox.claim(NOW + 365 * 24 * 60 * MINUTE, 10)).toEqual([]);
    const row = await database.dataSource.manager.findOneByOrFail(DispatchSchema, { id: dispatch!.id });
    expect(row).toMatchObject({ lastError: 'refused', deliveredAt: null, nextAt: null });
  });
});

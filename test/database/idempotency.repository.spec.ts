import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdempotencyRepository } from '../../src/database/idempotency.repository.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NOW = Date.UTC(2026, 10, 22, 15);
const ANSWER = { requestHash: 'abc', status: 201, body: { domain: 'example.com', holds: [] } };

describe('IdempotencyRepository', () => {
  let database: MigratedDatabase;
  let answers: IdempotencyRepository;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    answers = new IdempotencyRepository(database.dataSource);
  });

  afterAll(() => database.close());

  it('gives the answer back to the actor who used the key, and to no other', async () => {
    await answers.remember('alice', 'k1', ANSWER, NOW);
    expect(await answers.find('alice', 'k1')).toEqual(ANSWER);
    expect(await answers.find('bob', 'k1')).toBeNull();
    expect(await answers.find('alice', 'k2')).toBeNull();
  });

  it('keeps the first answer', async () => {
    await answers.remember('alice', 'k3', ANSWER, NOW);
    await answers.remember('alice', 'k3', { ...ANSWER, status: 409 }, NOW);
    expect((await answers.find('alice', 'k3'))?.status).toBe(201);
  });

  it('remembers an answer without a body', async () => {
    await answers.remember('alice', 'k4', { requestHash: 'abc', status: 204, body: undefined }, NOW);
    expect(await answers.find('alice', 'k4')).toEqual({ requestHash: 'abc', status: 204, body: null });
  });

  it('forgets after a day', async () => {
    await answers.remember('carol', 'old', ANSWER, NOW - 25 * 3_600_000);
    await answers.remember('carol', 'new', ANSWER, NOW);
    expect(await answers.find('carol', 'old')).toBeNull();
    expect(await answers.find('carol', 'new')).toEqual(ANSWER);
  });
});

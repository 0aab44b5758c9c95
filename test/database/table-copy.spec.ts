import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TableCopy } from '../../src/database/evidence/table-copy.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';

const LINES = Buffer.from('1\n2\n3\n'.repeat(50_000));

describe('a copy', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await createDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('create table number (value int)');
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function count(): Promise<number> {
    const { rows } = await client.query<{ readonly count: number }>('select count(*)::int from number');
    return rows[0]!.count;
  }

  it('takes lines of any number, and frees the connection', async () => {
    const before = await count();
    const copy = new TableCopy(client, 'number');
    for (let round = 0; round < 10; round += 1) {
      copy.push(LINES);
      await copy.drained();
    }
    await copy.end();
    const empty = new TableCopy(client, 'number');
    await empty.end();
    expect(await count()).toBe(before + 1_500_000);
  });

  it.each([
    { name: 'whose table is not there', into: 'nothing', lines: LINES },
    { name: 'of a line that is refused', into: 'number', lines: Buffer.from('1\nx\n') },
  ])('$name fails, and leaves a connection that works', async ({ into, lines }) => {
    const before = await count();
    const copy = new TableCopy(client, into);
    for (let round = 0; round < 20; round += 1) {
      copy.push(lines);
      copy.push(LINES);
      await copy.drained();
    }
    await expect(copy.end()).rejects.toThrow('could not be copied');
    expect(await count()).toBe(before);
  });

  it('that is aborted leaves nothing', async () => {
    const before = await count();
    const copy = new TableCopy(client, 'number');
    copy.push(LINES);
    copy.abort();
    copy.abort();
    expect(await count()).toBe(before);
    await expect(copy.end()).rejects.toThrow('could not be copied');
  });

  it('fails when its connection is lost, and keeps nobody waiting', async () => {
    const other = new Client({ connectionString: database.url });
    other.on('error', () => {});
    await other.connect();
    const copy = new TableCopy(other, 'number');
    other.connection.stream.destroy();
    for (let round = 0; round < 20; round += 1) {
      copy.push(LINES);
      await copy.drained();
    }
    await expect(copy.end()).rejects.toThrow('could not be copied');
  });
});

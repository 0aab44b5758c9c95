import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions, migrate } from '../../src/database/data-source.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';

describe('migrations', () => {
  let database: TestDatabase;
  const sources: DataSource[] = [];

  function open(): DataSource {
    const source = new DataSource(dataSourceOptions(database.url));
    sources.push(source);
    return source;
  }

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(async () => {
    for (const source of sources) if (source.isInitialized) await source.destroy();
    await database.drop();
  });

  it('three first starts at once all succeed', async () => {
    await expect(Promise.all([open(), open(), open()].map(migrate))).resolves.toHaveLength(3);
  });

  it('make exactly the tables that the schemas describe', async () => {
    const source = open();
    await migrate(source);
    const drift = await source.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map((query) => query.query)).toEqual([]);
    await source.query('alter table audit alter column cause drop not null');
    expect((await source.driver.createSchemaBuilder().log()).upQueries).not.toEqual([]);
    await source.query('alter table audit alter column cause set not null');
  });

  it('can be undone and done again', async () => {
    const source = open();
    await migrate(source);
    await source.undoLastMigration();
    expect(await source.showMigrations()).toBe(true);
    await migrate(source);
    expect(await source.showMigrations()).toBe(false);
  });
});

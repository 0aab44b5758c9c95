import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions, migrate } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../migrations/index.js';
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

  it('can be undone one by one and done again, and leave the same tables', async () => {
    const source = open();
    await migrate(source);
    const made = await catalogue(source);
    for (const _ of MIGRATIONS) await source.undoLastMigration();
    expect(await source.showMigrations()).toBe(true);
    expect((await catalogue(source)).filter((line) => !line.startsWith('migration'))).toEqual([]);
    await migrate(source);
    expect(await source.showMigrations()).toBe(false);
    expect(await catalogue(source)).toEqual(made);
  });

  it('leave domains as they are that share a record already, and let no other join them', async () => {
    const source = open();
    await migrate(source);
    const put = async (name: string, alias: string | null, enrolledAt: number): Promise<unknown> =>
      source.query(`insert into domain (name, version, rollout, due_at) values ($1, 1, $2, now())`, [
        name,
        JSON.stringify({ enrolledAt, settings: { alias } }),
      ]);
    const last = MIGRATIONS.findIndex(({ name }) => name.startsWith('HoldOneRecordOnce'));
    for (const _ of MIGRATIONS.slice(last)) await source.undoLastMigration();
    await put('own.example', null, 1);
    await put("d'aliased.example", '_dmarc.own.example', 2);
    await migrate(source);
    await expect(put('third.example', '_dmarc.own.example', 3)).rejects.toThrow('domain_record_name');
    await source.query(`update domain set version = 2`);
    await source.query('delete from domain');
    for (const _ of MIGRATIONS.slice(last)) await source.undoLastMigration();
    await migrate(source);
  });

  it('make tables for rows of the last two years, and for three months to come', async () => {
    const source = open();
    await migrate(source);
    const [month] = await source.query<{ readonly name: string }[]>(
      `select 'report_row_' || to_char(now() at time zone 'UTC' + interval '3 months', 'YYYY_MM') as "name"`,
    );
    const tables = new Set((await catalogue(source)).map((line) => line.split(' ')[0]!));
    expect([...tables].filter((table) => /^report_row_\d/.test(table))).toHaveLength(28);
    expect(tables).toContain(month!.name);
  });
});

/** Columns and indexes of all tables, also of those that no schema describes. */
async function catalogue(source: DataSource): Promise<readonly string[]> {
  const rows = await source.query<{ readonly line: string }[]>(
    `select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable as "line"
       from information_schema.columns where table_schema = 'public'
     union all
     select tablename || ' ' || indexdef from pg_indexes where schemaname = 'public'
      order by 1`,
  );
  return rows.map((row) => row.line);
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSpf } from '../../src/core/checks/spf/check-spf.js';
import type { StoredCheck } from '../../src/core/checks/stored-check.js';
import { DAY_MS } from '../../src/core/instant.js';
import { CheckRepository } from '../../src/database/check.repository.js';
import { zoneQuestions } from '../builders/zone-questions.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NOW = Date.UTC(2026, 10, 22, 15);
const { tree } = await checkSpf(
  'shop.example',
  zoneQuestions({ 'shop.example': [{ TXT: 'v=spf1 mx ~all' }] }),
);

function check(patch: Partial<StoredCheck> = {}): StoredCheck {
  const finding = {
    check: 'spf',
    id: 'spf-syntax',
    severity: 'error',
    subject: '192.0.2.1',
    isGuessed: true,
    message: 'nul \u0000 and \ud800 half',
    record: null,
    clause: 'RFC 7208 4.6',
    fix: null,
  } as const;
  return {
    domain: 'shop.example',
    at: NOW,
    status: 'error',
    isComplete: true,
    findings: [finding],
    spf: [{ ip: '192.0.2.1', result: 'pass' }],
    spfTree: tree,
    ...patch,
  };
}

describe('CheckRepository', () => {
  let database: MigratedDatabase;
  let checks: CheckRepository;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    checks = new CheckRepository(database.dataSource);
  });

  afterAll(() => database.close());

  it('gives back what was stored, but for what no database takes', async () => {
    await checks.save(check());
    const [stored] = await checks.history('shop.example', 5);
    expect(stored).toMatchObject({
      ...check(),
      findings: [{ id: 'spf-syntax', message: 'nul  and \ufffd half' }],
    });
  });

  it('reads findings of a version that kept no subject as ones that may be about anything', async () => {
    const domain = 'older.example';
    await checks.save(check({ domain }));
    await database.dataSource.query(
      `update "domain_check" set "findings" = (select jsonb_agg(one - 'subject' - 'isGuessed')
       from jsonb_array_elements("findings") as one) where "domain" = $1`,
      [domain],
    );
    const [latest] = await checks.history(domain, 1);
    const [earlier] = await checks.since(domain, NOW);
    for (const read of [latest, earlier]) {
      expect(read?.findings).toMatchObject([{ id: 'spf-syntax', subject: null, isGuessed: false }]);
    }
  });

  it('has the newest first, and knows when the first was made', async () => {
    const domain = 'order.example';
    await checks.save(check({ domain, at: NOW }));
    await checks.save(check({ domain, at: NOW + 2 * DAY_MS, isComplete: false }));
    await checks.save(check({ domain, at: NOW + DAY_MS }));
    expect((await checks.history(domain, 2)).map(({ at }) => at)).toEqual([NOW + 2 * DAY_MS, NOW + DAY_MS]);
    expect(await checks.firstAt(domain)).toBe(NOW);
  });

  it('gives what counts on of those from an instant on, newest first', async () => {
    const domain = 'since.example';
    for (const days of [0, 2, 1]) await checks.save(check({ domain, at: NOW + days * DAY_MS }));
    const { findings, spf } = check();
    expect(await checks.since(domain, NOW + DAY_MS)).toEqual([
      { at: NOW + 2 * DAY_MS, findings: [{ ...findings[0], message: 'nul  and \ufffd half' }], spf },
      { at: NOW + DAY_MS, findings: [{ ...findings[0], message: 'nul  and \ufffd half' }], spf },
    ]);
  });

  it('knows nothing of others', async () => {
    expect(await checks.history('other.example', 5)).toEqual([]);
    expect(await checks.since('other.example', 0)).toEqual([]);
    expect(await checks.firstAt('other.example')).toBeNull();
  });

  it('stores one check of an instant', async () => {
    const domain = 'twice.example';
    await checks.save(check({ domain }));
    await checks.save(check({ domain, status: 'ok' }));
    expect(await checks.history(domain, 5)).toMatchObject([{ status: 'error' }]);
  });

  it('forgets after 400 days', async () => {
    const domain = 'old.example';
    await checks.save(check({ domain, at: NOW - 401 * DAY_MS }));
    await checks.save(check({ domain, at: NOW }));
    expect((await checks.history(domain, 5)).map(({ at }) => at)).toEqual([NOW]);
  });
});

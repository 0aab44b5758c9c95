import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, DAY_MS, dayOf, HOUR_MS } from '../../src/core/instant.js';
import { AddressFactRepository } from '../../src/database/evidence/address-fact.repository.js';
import type { AddressFact } from '../../src/ports/address-facts.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const NOW = Date.UTC(2026, 10, 22, 15);
const TODAY = dayOf(NOW);

interface Seen {
  readonly ip: string;
  readonly messages?: number;
  readonly domain?: string;
  readonly reporter?: string;
  /** Days ago. */
  readonly ago?: number;
}

function fact(ip: string, more: Partial<AddressFact> = {}): AddressFact {
  return {
    ip,
    names: [],
    claimedNames: [],
    asn: null,
    asName: null,
    learnedAt: NOW,
    failed: false,
    ...more,
  };
}

describe('AddressFactRepository', () => {
  let database: MigratedDatabase;
  let facts: AddressFactRepository;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    facts = new AddressFactRepository(database.dataSource);
  });

  beforeEach(async () => {
    for (const table of ['domain', 'daily_rollup', 'address_fact', 'address_turn'])
      await database.dataSource.query(`delete from ${table}`);
  });

  afterAll(() => database.close());

  async function enrol(...domains: readonly string[]): Promise<void> {
    await database.dataSource.query(
      `insert into domain (name, version, rollout, due_at) select name, 1, '{}', now() from unnest($1::text[]) name`,
      [domains],
    );
  }

  async function see(...seen: readonly Seen[]): Promise<void> {
    const rows = seen.map(({ ip, messages = 1, domain = 'a.test', reporter = 'r.test', ago = 1 }) => ({
      domain,
      day: addDays(TODAY, -ago),
      reporter,
      ip,
      header_from: domain,
      authenticated_as: '',
      messages,
      passed: 0,
      dkim_aligned: 0,
      spf_aligned: 0,
      forwarded: 0,
      broken_signature: 0,
      indirect: 0,
      disputed: 0,
    }));
    await database.dataSource.query(
      'insert into daily_rollup select row.* from json_populate_recordset(null::daily_rollup, $1) row',
      [JSON.stringify(rows)],
    );
  }

  describe('due', () => {
    it('gives the addresses with the most messages first, over all days and reporters', async () => {
      await enrol('a.test');
      await see(
        { ip: '192.0.2.1', messages: 3 },
        { ip: '192.0.2.2', messages: 2, ago: 1 },
        { ip: '192.0.2.2', messages: 2, ago: 2 },
        { ip: '192.0.2.3', messages: 2, reporter: 'x.test' },
        { ip: '192.0.2.3', messages: 3, reporter: 'y.test' },
      );
      expect(await facts.due(NOW, 10)).toEqual(['192.0.2.3', '192.0.2.2', '192.0.2.1']);
    });

    it('leaves out what was seen long ago, and what was seen of domains that nobody enrolled', async () => {
      await enrol('a.test');
      await see(
        { ip: '192.0.2.1', ago: 30 },
        { ip: '192.0.2.2', ago: 31 },
        { ip: '192.0.2.3', domain: 'b.test' },
      );
      expect(await facts.due(NOW, 10)).toEqual(['192.0.2.1']);
    });

    it.each([
      [false, 'was learned yesterday', { learnedAt: NOW - DAY_MS }],
      [true, 'was learned 30 days ago', { learnedAt: NOW - 30 * DAY_MS }],
      [false, 'failed an hour ago', { learnedAt: NOW - HOUR_MS, failed: true }],
      [true, 'failed yesterday', { learnedAt: NOW - DAY_MS, failed: true }],
    ])('%s for an address that %s', async (isDue, _what, known) => {
      await enrol('a.test');
      await see({ ip: '192.0.2.1' });
      await facts.save([fact('192.0.2.1', known)]);
      expect(await facts.due(NOW, 10)).toEqual(isDue ? ['192.0.2.1'] : []);
    });

    it('gives what was not saved again, and nothing once all of it was', async () => {
      await enrol('a.test');
      await see({ ip: '192.0.2.1', messages: 2 }, { ip: '2001:db8::1' });
      expect(await facts.due(NOW, 1)).toEqual(['192.0.2.1']);
      expect(await facts.due(NOW, 1)).toEqual(['192.0.2.1']);
      await facts.save([fact('192.0.2.1')]);
      expect(await facts.due(NOW, 1)).toEqual(['2001:db8::1']);
      await facts.save([fact('2001:db8::1')]);
      expect(await facts.due(NOW, 1)).toEqual([]);
    });

    it('looks at a domain without anything new again after an hour', async () => {
      await enrol('a.test');
      expect(await facts.due(NOW, 10)).toEqual([]);
      await see({ ip: '192.0.2.1' });
      expect(await facts.due(NOW + HOUR_MS - 1, 10)).toEqual([]);
      expect(await facts.due(NOW + HOUR_MS, 10)).toEqual(['192.0.2.1']);
    });

    it('no domain with ever so many addresses keeps others waiting', async () => {
      await enrol('a.test', 'b.test');
      await see(...Array.from({ length: 200 }, (_, at) => ({ ip: `198.51.100.${at}`, messages: 1000 })), {
        ip: '192.0.2.1',
        domain: 'b.test',
      });
      expect(await facts.due(NOW, 20)).toHaveLength(20);
      expect(await facts.due(NOW + 1, 20)).toContain('192.0.2.1');
    });

    it('reads no more daily numbers than it may', async () => {
      const careful = new AddressFactRepository(database.dataSource, {
        domains: 10,
        rows: 4,
        pageRows: 2,
      });
      await enrol('a.test', 'b.test', 'c.test');
      for (const [at, domain] of ['a.test', 'b.test', 'c.test'].entries())
        await see(...[1, 2, 3, 4].map((ago) => ({ ip: `192.0.2.${at}${ago}`, messages: ago, domain, ago })));
      const newest = ['192.0.2.02', '192.0.2.01', '192.0.2.12', '192.0.2.11'];
      expect(await careful.due(NOW, 10)).toEqual(newest);
      expect((await careful.due(NOW + 1, 10)).slice(0, 2)).toEqual(['192.0.2.22', '192.0.2.21']);
    });

    it('reads on where it stopped, from the newest back, and finds every address', async () => {
      const careful = new AddressFactRepository(database.dataSource, { domains: 10, rows: 6, pageRows: 3 });
      await enrol('a.test');
      const seen = Array.from({ length: 40 }, (_, at) => ({
        ip: `192.0.2.${at}`,
        ago: at % 7,
        reporter: `r${at % 3}.test`,
      }));
      await see(...seen, ...seen.map((it) => ({ ...it, ip: '198.51.100.1', reporter: `${it.ip}.test` })));
      const found: string[] = [];
      for (let round = 0; round < 100; round += 1) {
        const due = await careful.due(NOW, 2);
        found.push(...due);
        await careful.save(due.map((ip) => fact(ip)));
      }
      expect(found.toSorted()).toEqual([...seen.map(({ ip }) => ip), '198.51.100.1'].toSorted());
      await see({ ip: '192.0.2.99', ago: 0, reporter: 'z.test' });
      expect(await careful.due(NOW + HOUR_MS, 2)).toEqual(['192.0.2.99']);
    });

    it('without domains there is nothing to do', async () => {
      expect(await facts.due(NOW, 10)).toEqual([]);
    });
  });

  describe('save', () => {
    it('keeps facts as they are', async () => {
      const one = fact('2001:db8::1', {
        names: ['mail.a.test'],
        claimedNames: ['x.b.test', 'y.b.test'],
        asn: 4_294_967_295,
        asName: 'EXAMPLE\0, ZZ',
      });
      await facts.save([one, fact('192.0.2.1', { failed: true })]);
      expect(await facts.of(['2001:db8::1', '192.0.2.9'])).toEqual([{ ...one, asName: 'EXAMPLE, ZZ' }]);
      expect(await facts.of([])).toEqual([]);
    });

    it('replaces what was known, unless it has become known since', async () => {
      await facts.save([fact('192.0.2.1', { names: ['old.a.test'], asn: 64_496, asName: 'OLD' })]);
      await facts.save([fact('192.0.2.1', { names: ['older.a.test'], learnedAt: NOW - 1 })]);
      expect(await facts.of(['192.0.2.1'])).toMatchObject([{ names: ['old.a.test'] }]);
      await facts.save([fact('192.0.2.1', { claimedNames: ['new.a.test'], learnedAt: NOW + 1 })]);
      expect(await facts.of(['192.0.2.1'])).toEqual([
        fact('192.0.2.1', { claimedNames: ['new.a.test'], learnedAt: NOW + 1 }),
      ]);
    });

    it('a failed look-up takes nothing away', async () => {
      const known = { names: ['mail.a.test'], claimedNames: ['x.a.test'], asn: 64_496, asName: 'EXAMPLE' };
      await facts.save([fact('192.0.2.1', known)]);
      const failed = { learnedAt: NOW + 1, failed: true };
      await facts.save([fact('192.0.2.1', failed)]);
      expect(await facts.of(['192.0.2.1'])).toEqual([fact('192.0.2.1', { ...known, ...failed })]);
    });

    it('what only half failed gives its other half', async () => {
      await facts.save([fact('192.0.2.1', { names: ['mail.a.test'], asn: 64_496, asName: 'EXAMPLE' })]);
      const half = { names: ['new.a.test'], learnedAt: NOW + 1, failed: true };
      await facts.save([fact('192.0.2.1', half)]);
      expect(await facts.of(['192.0.2.1'])).toEqual([
        fact('192.0.2.1', { ...half, asn: 64_496, asName: 'EXAMPLE' }),
      ]);
    });

    it('two that save the same at once both succeed', async () => {
      const many = Array.from({ length: 100 }, (_, at) => fact(`192.0.2.${at}`));
      await Promise.all([facts.save(many), facts.save(many.toReversed())]);
      expect(await facts.of(many.map(({ ip }) => ip))).toHaveLength(100);
    });
  });

  describe('inNetworks', () => {
    it('tells about each network what is known about its addresses', async () => {
      await facts.save([
        fact('192.0.2.1', {
          names: ['mail.a.test'],
          claimedNames: ['x.b.test'],
          asn: 64_496,
          asName: 'EXAMPLE',
        }),
        fact('192.0.2.2', { names: ['mail.a.test', 'mx.a.test'], asn: 64_496, asName: 'EXAMPLE' }),
        fact('192.0.2.3', { claimedNames: ['mx.a.test'], asn: 64_511, asName: 'OTHER' }),
        fact('192.0.20.4', { names: ['else.a.test'] }),
        fact('2001:db8::1', { claimedNames: ['six.a.test'] }),
        fact('2001:db8:0:1::1', { names: ['seven.a.test'] }),
        fact('198.51.100.1'),
      ]);
      const known = await facts.inNetworks([
        '192.0.2.0/24',
        '2001:db8::/48',
        '198.51.100.0/24',
        '203.0.113.0/24',
        'no network',
      ]);
      expect(Object.fromEntries(known)).toEqual({
        '192.0.2.0/24': {
          names: ['mail.a.test', 'mx.a.test'],
          claimedNames: ['x.b.test'],
          asn: 64_496,
          asName: 'EXAMPLE',
        },
        '2001:db8::/48': { names: ['seven.a.test'], claimedNames: ['six.a.test'], asn: null, asName: null },
      });
      expect(await facts.inNetworks([])).toEqual(new Map());
    });

    it('names five hosts of many', async () => {
      await facts.save(
        Array.from({ length: 20 }, (_, at) => fact(`192.0.2.${at}`, { names: [`mx${at}.a.test`] })),
      );
      const known = await facts.inNetworks(['192.0.2.0/24']);
      expect(known.get('192.0.2.0/24')?.names).toHaveLength(5);
    });
  });

  describe('forget', () => {
    it('forgets what was learned before, and the turns of domains that are gone', async () => {
      await enrol('a.test');
      await facts.due(NOW, 1);
      await facts.save([fact('192.0.2.1', { learnedAt: NOW - 1 }), fact('192.0.2.2')]);
      await database.dataSource.query('delete from domain');
      expect(await facts.forget(NOW)).toBe(1);
      expect(await facts.of(['192.0.2.1', '192.0.2.2'])).toEqual([fact('192.0.2.2')]);
      expect(await database.dataSource.query('select * from address_turn')).toEqual([]);
    });
  });
});

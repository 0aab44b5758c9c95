import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayOf } from '../../src/core/instant.js';
import { AddressFactRepository } from '../../src/database/evidence/address-fact.repository.js';
import { DnsAddressLookup } from '../../src/dns/dns-address-lookup.js';
import { RecursiveLookup } from '../../src/dns/recursive-lookup.js';
import { Clock } from '../../src/ports/clock.js';
import { LearnAddresses } from '../../src/workflows/learn-addresses.js';
import { startBind, type BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { openMigratedDatabase, type MigratedDatabase } from './migrated-database.js';

const DAY_MS = 24 * 3_600_000;

class SetClock extends Clock {
  at = Date.UTC(2026, 10, 22, 15);

  now(): number {
    return this.at;
  }
}

describeWith(['bind9'], 'LearnAddresses, from evidence to names over a real server', () => {
  const clock = new SetClock();
  let bind: BindLab;
  let database: MigratedDatabase;
  let facts: AddressFactRepository;
  let learn: LearnAddresses;

  beforeAll(async () => {
    bind = await startBind({
      zones: [
        {
          name: '8.8.8.in-addr.arpa',
          records: ['1 IN PTR mail.example.test.', '2 IN PTR mail.example.test.'],
        },
        { name: 'example.test', records: ['mail IN A 8.8.8.1'] },
        {
          name: 'asn.test',
          records: [
            '1.8.8.8.origin IN TXT "64496 | 8.8.8.0/24 | ZZ | example | 2020-01-01"',
            'AS64496 IN TXT "64496 | ZZ | example | 2020-01-01 | EXAMPLE"',
          ],
        },
      ],
    });
    const lookup = new RecursiveLookup({ resolvers: [`127.0.0.1:${bind.port}`], timeoutMs: 1_000, tries: 2 });
    database = await openMigratedDatabase();
    facts = new AddressFactRepository(database.dataSource);
    const addresses = new DnsAddressLookup(lookup, { ptr: true, asnZone: 'asn.test' });
    learn = new LearnAddresses(facts, addresses, clock);
  });

  afterAll(async () => {
    await database.close();
    await bind.stop();
  });

  it('learns names, notes failures, and tries those again a day later', async () => {
    const { dataSource } = database;
    await dataSource.query(
      `insert into domain (name, version, rollout, due_at) values ('example.test', 1, '{}', now())`,
    );
    await dataSource.query(
      `insert into daily_rollup
       select 'example.test', $1, 'r.test', ip, 'example.test', '', 1, 0, 0, 0, 0, 0, 0, 0
         from unnest($2::text[]) ip`,
      [dayOf(clock.at), ['8.8.8.1', '8.8.8.2', '9.9.9.9', '192.0.2.1']],
    );
    expect(await learn.run()).toEqual({ learned: 4, more: false });
    expect(await learn.run()).toEqual({ learned: 0, more: false });

    const known = await facts.of(['8.8.8.1', '8.8.8.2', '9.9.9.9', '192.0.2.1']);
    const shown = known.map(({ ip, names, claimedNames, asn, failed }) => [
      ip,
      { names, claimedNames, asn, failed },
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      '192.0.2.1': { names: [], claimedNames: [], asn: null, failed: false },
      '8.8.8.1': { names: ['mail.example.test'], claimedNames: [], asn: 64_496, failed: false },
      '8.8.8.2': { names: [], claimedNames: ['mail.example.test'], asn: null, failed: false },
      '9.9.9.9': { names: [], claimedNames: [], asn: null, failed: true },
    });

    clock.at += DAY_MS;
    expect(await learn.run()).toEqual({ learned: 1, more: false });
    expect(await facts.inNetworks(['8.8.8.0/24'])).toEqual(
      new Map([
        ['8.8.8.0/24', { names: ['mail.example.test'], claimedNames: [], asn: 64_496, asName: 'EXAMPLE' }],
      ]),
    );
  });
});

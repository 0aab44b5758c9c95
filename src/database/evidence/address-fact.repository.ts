import type { DataSource } from 'typeorm';
import type { Instant } from '../../core/instant.js';
import { networkOf } from '../../core/source/network.js';
import { AddressFacts, type AddressFact, type NetworkFacts } from '../../ports/address-facts.js';
import { storableJson } from '../column-values.js';
import { DueAddresses, SEARCH_LIMITS, type SearchLimits } from './due-addresses.js';
import { joinFacts, type FactRow } from './join-facts.js';

/** Rows of one network that are read to tell about it. */
const MOST_OF_NETWORK = 256;

/** Facts about addresses, and whose turn it is to have its addresses looked at. */
export class AddressFactRepository extends AddressFacts {
  private readonly dueAddresses: DueAddresses;

  constructor(
    private readonly dataSource: DataSource,
    limits: SearchLimits = SEARCH_LIMITS,
  ) {
    super();
    this.dueAddresses = new DueAddresses(dataSource, limits);
  }

  due(now: Instant, limit: number): Promise<readonly string[]> {
    return this.dueAddresses.find(now, limit);
  }

  async save(facts: readonly AddressFact[]): Promise<void> {
    if (facts.length === 0) return;
    const rows = facts.map((fact) => ({
      ip: fact.ip,
      network: networkOf(fact.ip),
      names: fact.names,
      claimed_names: fact.claimedNames,
      asn: fact.asn,
      as_name: fact.asName,
      learned_at: new Date(fact.learnedAt),
      failed: fact.failed,
    }));
    await this.dataSource.query(SAVE, [JSON.stringify(storableJson(rows))]);
  }

  of(ips: readonly string[]): Promise<readonly AddressFact[]> {
    return this.dataSource.query<AddressFact[]>(FACTS_OF, [ips]);
  }

  async inNetworks(networks: readonly string[]): Promise<ReadonlyMap<string, NetworkFacts>> {
    const rows = await this.dataSource.query<FactRow[]>(IN_NETWORKS, [
      [...new Set(networks)],
      MOST_OF_NETWORK,
    ]);
    return joinFacts(rows);
  }

  async forget(before: Instant): Promise<number> {
    const [, forgotten] = await this.dataSource.query<[unknown, number]>(FORGET, [new Date(before)]);
    await this.dataSource.query(FORGET_TURNS);
    return forgotten;
  }
}

/** Rows are written in the order of addresses: two workers that save at once meet them in the same order. */
const SAVE = `
  insert into address_fact as known (ip, network, names, claimed_names, asn, as_name, learned_at, failed)
  select distinct on (ip) ip, network, names, claimed_names, asn, as_name, learned_at, failed
    from jsonb_to_recordset($1::jsonb) as fact (
      ip text, network text, names text[], claimed_names text[], asn bigint, as_name text,
      learned_at timestamptz, failed boolean)
   order by ip, learned_at desc
  on conflict (ip) do update set
    names = case when excluded.failed and excluded.names || excluded.claimed_names = '{}'
                 then known.names else excluded.names end,
    claimed_names = case when excluded.failed and excluded.names || excluded.claimed_names = '{}'
                         then known.claimed_names else excluded.claimed_names end,
    asn = case when excluded.failed and excluded.asn is null then known.asn else excluded.asn end,
    as_name = case when excluded.failed and excluded.asn is null then known.as_name else excluded.as_name end,
    learned_at = excluded.learned_at,
    failed = excluded.failed
   where known.learned_at <= excluded.learned_at`;

const FACTS_OF = `
  select ip, names, claimed_names as "claimedNames", asn::float8 as "asn", as_name as "asName",
         (extract(epoch from learned_at) * 1000)::float8 as "learnedAt", failed
    from address_fact
   where ip = any($1::text[])`;

const IN_NETWORKS = `
  select fact.network, fact.names, fact.claimed_names as "claimedNames", fact.asn::float8 as "asn",
         fact.as_name as "asName"
    from unnest($1::text[]) as wanted (network)
   cross join lateral (select * from address_fact where network = wanted.network limit $2) fact
   order by fact.network, fact.ip`;

const FORGET = 'delete from address_fact where learned_at < $1';

const FORGET_TURNS = `
  delete from address_turn turn where not exists (select from domain where domain.name = turn.domain)`;

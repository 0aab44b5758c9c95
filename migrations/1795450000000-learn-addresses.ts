import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table "address_fact" (
  "ip" text collate "C" not null constraint "address_fact_pkey" primary key,
  "network" text collate "C" not null,
  "names" text[] not null,
  "claimed_names" text[] not null,
  "asn" bigint,
  "as_name" text,
  "learned_at" timestamptz not null,
  "failed" boolean not null
);
create index "address_fact_network" on "address_fact" ("network");
create index "address_fact_learned" on "address_fact" ("learned_at");

create table "address_turn" (
  "domain" text not null constraint "address_turn_pkey" primary key,
  "next_at" timestamptz not null,
  "after_day" date,
  "after_reporter" text collate "C",
  "after_ip" text collate "C"
);
`;

/** What is known about addresses, and when each domain's addresses are looked through again, from where on. */
export class LearnAddresses1795450000000 implements MigrationInterface {
  readonly name = 'LearnAddresses1795450000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UP);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table "address_turn"');
    await queryRunner.query('drop table "address_fact"');
  }
}

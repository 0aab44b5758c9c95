import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table "domain_check" (
  "domain" text collate "C" not null,
  "at" timestamptz not null,
  "status" text not null,
  "is_complete" boolean not null,
  "findings" jsonb not null,
  "spf" jsonb not null,
  "spf_tree" jsonb not null,
  constraint "domain_check_pkey" primary key ("domain", "at")
);
`;

/** What the DNS checks found, with history. */
export class StoreChecks1795480000000 implements MigrationInterface {
  readonly name = 'StoreChecks1795480000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UP);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table "domain_check"');
  }
}

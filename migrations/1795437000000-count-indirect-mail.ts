import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Cells counted before don't know it: their mail counts as if no receiver had called it forwarded or list mail. */
export class CountIndirectMail1795437000000 implements MigrationInterface {
  readonly name = 'CountIndirectMail1795437000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table "evidence_cell" add column "indirect" bigint not null default 0`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table "evidence_cell" drop column "indirect"`);
  }
}

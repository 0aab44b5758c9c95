import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
alter table "mail" add column "content_hash" uuid;
create unique index "mail_content" on "mail" ("origin", "folder", "content_hash");
`;

const DOWN = `
drop index "mail_content";
alter table "mail" drop column "content_hash";
`;

/**
 * A mail that comes once more, at another place of its folder, is known by its content. Mails from before have no hash:
 * they are known by their place alone.
 */
export class KnowMailsByContent1795470000000 implements MigrationInterface {
  readonly name = 'KnowMailsByContent1795470000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UP);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(DOWN);
  }
}

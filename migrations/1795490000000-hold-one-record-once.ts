import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The name that is written for a domain, as `recordName` of the rollout has it. */
const RECORD_NAME = `coalesce("rollout" -> 'settings' ->> 'alias', '_dmarc.' || "name")`;

/** Domains that came to a name after another had it, while that was still possible. */
const LATECOMERS = `
select "name" from (
  select "name", row_number() over (
    partition by ${RECORD_NAME} order by ("rollout" ->> 'enrolledAt')::bigint, "name"
  ) as "place" from "domain"
) as "numbered" where "place" > 1 order by "name"
`;

/**
 * One name holds the record of one domain, however many processes enrol. Those that share one already are left as they
 * are: a service that doesn't start would take back no step at all.
 */
export class HoldOneRecordOnce1795490000000 implements MigrationInterface {
  readonly name = 'HoldOneRecordOnce1795490000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const rows: readonly { readonly name: string }[] = await queryRunner.query(LATECOMERS);
    const names = rows.map(({ name }) => `'${name.replaceAll("'", "''")}'`).join(', ');
    const but = names === '' ? '' : ` where "name" not in (${names})`;
    await queryRunner.query(`create unique index "domain_record_name" on "domain" ((${RECORD_NAME}))${but}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index "domain_record_name"');
  }
}

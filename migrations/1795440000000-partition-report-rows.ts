import type { MigrationInterface, QueryRunner } from 'typeorm';
import { reportDay } from '../src/core/evidence/report-cells.js';
import { judgeRecord, type Judgement } from '../src/core/evidence/judge-record.js';
import type { AggregateReport, ReportRecord } from '../src/core/report/report.js';
import { dayOf } from '../src/core/instant.js';
import { storableText } from '../src/database/column-values.js';

/** Keys are compared byte by byte, whatever the locale of the database: faster, and the same order everywhere. */
const UP = `
alter table "mail" add column "folder" text;
update "mail" set "folder" = 'INBOX' where "uid" is not null;
alter table "mail" add column "bundle_id" bigint;
alter table "mail" add column "bundle_offset" integer;
alter table "mail" add column "bundle_length" integer;
drop index "mail_position";
create unique index "mail_position" on "mail" ("origin", "folder", "uid_validity", "uid");
create index "mail_unreadable" on "mail" ("id")
  where outcome = 'unreadable' or (outcome = 'report' and reason is not null);

create table "mail_bundle" (
  "id" bigint not null constraint "mail_bundle_pkey" primary key,
  "newest_at" timestamptz not null,
  "mails" integer not null,
  "bytes" bytea not null
);
alter table "mail_bundle" alter column "bytes" set storage external;
create index "mail_bundle_newest" on "mail_bundle" ("newest_at");

alter table "mailbox_position" add column "folder" text not null default 'INBOX';
alter table "mailbox_position" alter column "folder" drop default;
alter table "mailbox_position" drop constraint "mailbox_position_pkey";
alter table "mailbox_position" add constraint "mailbox_position_pkey" primary key ("mailbox", "folder");
alter table "mailbox_position" alter column "uid_validity" drop not null;
alter table "mailbox_position" alter column "uid" drop not null;
alter table "mailbox_position" add column "scan_started_at" timestamptz;
alter table "mailbox_position" add column "scan_updated_at" timestamptz;
alter table "mailbox_position" add column "scan_total" integer;
alter table "mailbox_position" add column "scan_done" integer;
alter table "mailbox_position" add column "trouble" text;
alter table "mailbox_position" add column "trouble_at" timestamptz;

alter table "report" drop constraint "report_mail";
alter table "report" add column "day" date;
alter table "report" add column "head" jsonb;
alter table "report" add column "first_dropped" jsonb not null default '[]';
alter table "report" alter column "first_dropped" drop default;
update "report" set
  "reporter" = left("reporter", 255),
  "head" = "report" - 'records' - 'dropped',
  "first_dropped" = jsonb_path_query_array("report", '$.dropped[0 to 9]');
alter table "report" alter column "head" set not null;
create index "report_counted" on "report" ("domain", "received_at") where counted;
create index "report_of_mail" on "report" ("mail_id");

create table "report_row" (
  "report_id" bigint not null,
  "day" date not null,
  "ordinal" integer not null,
  "ip" text collate "C" not null,
  "messages" integer not null,
  "disposition" text not null,
  "dkim" text not null,
  "spf" text not null,
  "header_from" text collate "C" not null,
  "authenticated_as" text collate "C" not null,
  "passed" boolean not null,
  "dkim_aligned" boolean not null,
  "spf_aligned" boolean not null,
  "forwarded" boolean not null,
  "broken_signature" boolean not null,
  "indirect" boolean not null,
  "disputed" boolean not null,
  "detail" text not null
) partition by range ("day");
create table "report_row_default" partition of "report_row" default;
create index "report_row_report" on "report_row" ("report_id", "ordinal");

create table "daily_rollup" (
  "domain" text collate "C" not null,
  "day" date not null,
  "reporter" text collate "C" not null,
  "ip" text collate "C" not null,
  "header_from" text collate "C" not null,
  "authenticated_as" text collate "C" not null,
  "messages" bigint not null,
  "passed" bigint not null,
  "dkim_aligned" bigint not null,
  "spf_aligned" bigint not null,
  "forwarded" bigint not null,
  "broken_signature" bigint not null,
  "indirect" bigint not null,
  "disputed" bigint not null,
  constraint "daily_rollup_pkey"
    primary key ("domain", "day", "reporter", "ip", "header_from", "authenticated_as")
) with (fillfactor = 90);

create table "reporter_day" (
  "domain" text collate "C" not null,
  "reporter" text collate "C" not null,
  "day" date not null,
  "first_at" timestamptz not null,
  constraint "reporter_day_pkey" primary key ("domain", "day", "reporter")
);
`;

/** The last two years and three months ahead; later ones come while the program runs. */
const MONTHS = `
  select to_char(month, 'YYYY_MM') as "name", month::date::text as "from",
         (month + interval '1 month')::date::text as "until"
    from generate_series(date_trunc('month', now() at time zone 'UTC') - interval '24 months',
                         date_trunc('month', now() at time zone 'UTC') + interval '3 months',
                         interval '1 month') month`;

const INSERT_ROWS = `
  insert into report_row
  select row.* from json_populate_recordset(null::report_row, $1) row`;

const ROLL_UP = `
insert into daily_rollup
select report.domain, report.day, report.reporter, row.ip, row.header_from, row.authenticated_as,
       sum(row.messages),
       coalesce(sum(row.messages) filter (where row.passed), 0),
       coalesce(sum(row.messages) filter (where row.dkim_aligned), 0),
       coalesce(sum(row.messages) filter (where row.spf_aligned), 0),
       coalesce(sum(row.messages) filter (where row.forwarded), 0),
       coalesce(sum(row.messages) filter (where row.broken_signature), 0),
       coalesce(sum(row.messages) filter (where row.indirect), 0),
       coalesce(sum(row.messages) filter (where row.disputed), 0)
  from report join report_row row on row.report_id = report.id and row.day = report.day
 where report.counted
 group by 1, 2, 3, 4, 5, 6;
insert into reporter_day
select domain, reporter, day, min(received_at) from report
 where counted and records > 0 and day is not null group by 1, 2, 3;
`;

const DROP_OLD = `
drop table "evidence_cell";
alter table "report" drop column "report";
`;

const DOWN_REPORTS = `
alter table "report" add column "report" jsonb;
update "report" set "report" = "head" || jsonb_build_object('dropped', "first_dropped", 'records', coalesce((
  select jsonb_agg(jsonb_build_object(
           'sourceIp', row.ip, 'count', row.messages, 'disposition', row.disposition, 'dkim', row.dkim,
           'spf', row.spf, 'headerFrom', row.header_from, 'reasons', '[]'::jsonb, 'envelopeFrom', null,
           'envelopeTo', null, 'dkimResults', '[]'::jsonb, 'spfResults', '[]'::jsonb)
           || coalesce(nullif(row.detail, ''), '{}')::jsonb order by row.ordinal)
    from report_row row where row.report_id = "report"."id"), '[]'::jsonb));
alter table "report" alter column "report" set not null;
`;

const DOWN_CELLS = `
create table "evidence_cell" (
  "report_id" bigint not null constraint "evidence_cell_report" references "report" ("id") on delete cascade,
  "ordinal" integer not null,
  "domain" text not null,
  "day" date not null,
  "reporter" text not null,
  "header_from" text not null,
  "ip" text not null,
  "authenticated_as" text,
  "messages" bigint not null,
  "passed" bigint not null,
  "dkim_aligned" bigint not null,
  "spf_aligned" bigint not null,
  "forwarded" bigint not null,
  "broken_signature" bigint not null,
  "disputed" bigint not null,
  "indirect" bigint not null default 0,
  constraint "evidence_cell_pkey" primary key ("report_id", "ordinal")
);
create index "evidence_cell_domain" on "evidence_cell" ("domain", "day");
insert into evidence_cell (report_id, ordinal, domain, day, reporter, header_from, ip, authenticated_as,
       messages, passed, dkim_aligned, spf_aligned, forwarded, broken_signature, indirect, disputed)
select report.id, row_number() over (partition by report.id order by min(row.ordinal)),
       report.domain, report.day, report.reporter, row.header_from, row.ip, nullif(row.authenticated_as, ''),
       sum(row.messages),
       coalesce(sum(row.messages) filter (where row.passed), 0),
       coalesce(sum(row.messages) filter (where row.dkim_aligned), 0),
       coalesce(sum(row.messages) filter (where row.spf_aligned), 0),
       coalesce(sum(row.messages) filter (where row.forwarded), 0),
       coalesce(sum(row.messages) filter (where row.broken_signature), 0),
       coalesce(sum(row.messages) filter (where row.indirect), 0),
       coalesce(sum(row.messages) filter (where row.disputed), 0)
  from report join report_row row on row.report_id = report.id and row.day = report.day
 group by report.id, row.header_from, row.ip, row.authenticated_as;
`;

/** What was once told apart and can't be any more is left out: mail of other folders than the inbox. */
const DOWN_REST = `
drop table "report_row";
drop table "daily_rollup";
drop table "reporter_day";
drop index "report_counted";
drop index "report_of_mail";
delete from "report" where not exists (select from "mail" where "mail"."id" = "mail_id");
alter table "report" add constraint "report_mail" foreign key ("mail_id") references "mail" ("id");
alter table "report" drop column "day";
alter table "report" drop column "head";
alter table "report" drop column "first_dropped";
delete from "mailbox_position" where "folder" <> 'INBOX' or "uid" is null;
alter table "mailbox_position" drop constraint "mailbox_position_pkey";
alter table "mailbox_position" add constraint "mailbox_position_pkey" primary key ("mailbox");
alter table "mailbox_position" drop column "folder";
alter table "mailbox_position" drop column "scan_started_at";
alter table "mailbox_position" drop column "scan_updated_at";
alter table "mailbox_position" drop column "scan_total";
alter table "mailbox_position" drop column "trouble";
alter table "mailbox_position" drop column "trouble_at";
alter table "mailbox_position" drop column "scan_done";
alter table "mailbox_position" alter column "uid_validity" set not null;
alter table "mailbox_position" alter column "uid" set not null;
drop table "mail_bundle";
drop index "mail_unreadable";
drop index "mail_position";
update "mail" set "uid_validity" = null, "uid" = null where "folder" <> 'INBOX';
update "mail" set "outcome" = 'not-a-report' where "outcome" not in ('report', 'not-a-report');
alter table "mail" drop column "folder";
alter table "mail" drop column "bundle_id";
alter table "mail" drop column "bundle_offset";
alter table "mail" drop column "bundle_length";
create unique index "mail_position" on "mail" ("origin", "uid_validity", "uid");
`;

/** Reports that are carried over at once; the largest hold megabytes each. */
const AT_ONCE = 20;
const ROWS_AT_ONCE = 5_000;

interface OldReport {
  readonly id: string;
  readonly report: AggregateReport;
}

/**
 * Rows of reports in partitions by month, daily numbers and first arrivals beside them, originals of mails, folders.
 * Each stored record is judged again and becomes a row, from which the daily numbers are added up: what older versions
 * had counted came from the same records, and mail that they did not yet know to be indirect is so from now on.
 */
export class PartitionReportRows1795440000000 implements MigrationInterface {
  readonly name = 'PartitionReportRows1795440000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UP);
    const months: { name: string; from: string; until: string }[] = await queryRunner.query(MONTHS);
    for (const { name, from, until } of months)
      await queryRunner.query(
        `create table "report_row_${name}" partition of "report_row" for values from ('${from}') to ('${until}')`,
      );
    await carryOver(queryRunner);
    await queryRunner.query(ROLL_UP);
    await queryRunner.query(DROP_OLD);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(DOWN_REPORTS);
    await queryRunner.query(DOWN_CELLS);
    await queryRunner.query(DOWN_REST);
  }
}

async function carryOver(queryRunner: QueryRunner): Promise<void> {
  let after = '0';
  for (;;) {
    const reports: OldReport[] = await queryRunner.query(
      'select id, report from report where id > $1 order by id limit $2',
      [after, AT_ONCE],
    );
    for (const { id, report } of reports) await carryOne(queryRunner, id, report);
    const last = reports.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

async function carryOne(queryRunner: QueryRunner, id: string, report: AggregateReport): Promise<void> {
  const day = reportDay(report);
  await queryRunner.query('update report set day = $2 where id = $1', [id, day]);
  const place = day ?? dayOf(report.begin * 1000);
  for (let start = 0; start < report.records.length; start += ROWS_AT_ONCE) {
    const rows = report.records
      .slice(start, start + ROWS_AT_ONCE)
      .map((record, index) => ({ report_id: id, day: place, ...rowOf(record, start + index + 1, report) }));
    await queryRunner.query(INSERT_ROWS, [JSON.stringify(rows)]);
  }
}

function rowOf(record: ReportRecord, ordinal: number, report: AggregateReport): Record<string, unknown> {
  const { envelopeFrom, envelopeTo, reasons, dkimResults, spfResults } = record;
  return {
    ordinal,
    ip: record.sourceIp,
    messages: record.count,
    disposition: record.disposition,
    dkim: record.dkim,
    spf: record.spf,
    header_from: record.headerFrom,
    ...judgementOf(judgeRecord(record, report.policy)),
    detail: JSON.stringify({ envelopeFrom, envelopeTo, reasons, dkimResults, spfResults }),
  };
}

function judgementOf(judgement: Judgement): Record<string, unknown> {
  return {
    authenticated_as: storableText(judgement.authenticatedAs ?? '').slice(0, 255),
    passed: judgement.passed,
    dkim_aligned: judgement.dkimAligned,
    spf_aligned: judgement.spfAligned,
    forwarded: judgement.forwarded,
    broken_signature: judgement.brokenSignature,
    indirect: judgement.indirect,
    disputed: judgement.disputed,
  };
}

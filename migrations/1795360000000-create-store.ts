import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table "domain" (
  "name" text not null constraint "domain_pkey" primary key,
  "version" integer not null,
  "rollout" jsonb not null,
  "verdict" jsonb,
  "due_at" timestamptz not null
);
create index "domain_due" on "domain" ("due_at");

create table "audit" (
  "id" bigserial constraint "audit_pkey" primary key,
  "at" timestamptz not null,
  "domain" text not null,
  "actor" text not null,
  "action" text not null,
  "cause" text not null,
  "before" text,
  "after" text,
  "evidence" jsonb
);
create index "audit_domain" on "audit" ("domain", "id");

create table "source_decision" (
  "id" bigserial constraint "source_decision_pkey" primary key,
  "domain" text not null,
  "source" text not null,
  "class" text not null,
  "note" text not null,
  "by" text not null,
  "at" timestamptz not null
);
create index "source_decision_domain" on "source_decision" ("domain", "source", "id");

create table "mail" (
  "id" bigserial constraint "mail_pkey" primary key,
  "origin" text not null,
  "uid_validity" text,
  "uid" bigint,
  "message_id" text,
  "from" text,
  "subject" text,
  "received_at" timestamptz not null,
  "outcome" text not null,
  "reason" text
);
create unique index "mail_position" on "mail" ("origin", "uid_validity", "uid");
create index "mail_received" on "mail" ("received_at");

create table "mailbox_position" (
  "mailbox" text not null constraint "mailbox_position_pkey" primary key,
  "uid_validity" text not null,
  "uid" bigint not null
);

create table "report" (
  "id" bigserial constraint "report_pkey" primary key,
  "mail_id" bigint not null constraint "report_mail" references "mail" ("id"),
  "report_key" text not null,
  "content_hash" text not null,
  "inner" text not null,
  "reporter" text not null,
  "domain" text not null,
  "org_name" text not null,
  "report_id" text not null,
  "begin" bigint not null,
  "end" bigint not null,
  "status" text not null,
  "records" integer not null,
  "messages" bigint not null,
  "dkim_pass" bigint not null,
  "spf_pass" bigint not null,
  "dmarc_pass" bigint not null,
  "dropped" integer not null,
  "authenticated" boolean not null,
  "authenticity" jsonb not null,
  "counted" boolean not null,
  "received_at" timestamptz not null,
  "report" jsonb not null
);
create unique index "report_identity" on "report" ("report_key", "content_hash");
create index "report_domain" on "report" ("domain", "received_at");
create index "report_received" on "report" ("received_at");

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
  constraint "evidence_cell_pkey" primary key ("report_id", "ordinal")
);
create index "evidence_cell_domain" on "evidence_cell" ("domain", "day");

create table "dispatch" (
  "id" bigserial constraint "dispatch_pkey" primary key,
  "notice_key" text not null,
  "channel" text not null,
  "notice" jsonb not null,
  "attempts" integer not null default 0,
  "next_at" timestamptz,
  "delivered_at" timestamptz,
  "last_error" text
);
create unique index "dispatch_notice" on "dispatch" ("notice_key", "channel");
create index "dispatch_next" on "dispatch" ("next_at");

create table "idempotency_key" (
  "actor" text not null,
  "key" text not null,
  "request_hash" text not null,
  "status" integer not null,
  "body" jsonb,
  "created_at" timestamptz not null,
  constraint "idempotency_key_pkey" primary key ("actor", "key")
);
create index "idempotency_key_created" on "idempotency_key" ("created_at");
`;

const TABLES = [
  'idempotency_key',
  'dispatch',
  'evidence_cell',
  'report',
  'mailbox_position',
  'mail',
  'source_decision',
  'audit',
  'domain',
];

export class CreateStore1795360000000 implements MigrationInterface {
  readonly name = 'CreateStore1795360000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UP);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`drop table "${table}"`);
  }
}

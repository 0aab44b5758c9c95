import { EntitySchema } from 'typeorm';
import type { Instant } from '../../core/instant.js';
import type { StoredMail } from '../../ports/evidence-store.js';
import { foreignTextColumn, instantColumn, wholeNumberColumn } from '../column-values.js';

/** A mail or file that was read, whatever came of it. */
export interface MailRow extends StoredMail {
  /** Null for a file. */
  readonly folder: string | null;
  readonly uidValidity: string | null;
  readonly uid: number | null;
  /** Tells it wherever in its folder it comes again; null for a file, and for what was not fetched. */
  readonly contentHash: string | null;
  /** Where its original lies; null when it is not kept. The bundle goes once it is old. */
  readonly bundleId: string | null;
  readonly bundleOffset: number | null;
  /** Bytes of the mail, also of one that was too large to be fetched. */
  readonly bundleLength: number | null;
}

export const MailSchema = new EntitySchema<MailRow>({
  name: 'mail',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', primaryKeyConstraintName: 'mail_pkey' },
    origin: { type: 'text' },
    folder: { type: 'text', nullable: true },
    uidValidity: { type: 'text', name: 'uid_validity', nullable: true },
    uid: { type: 'bigint', nullable: true, transformer: wholeNumberColumn },
    contentHash: { type: 'uuid', name: 'content_hash', nullable: true },
    messageId: { type: 'text', name: 'message_id', nullable: true, transformer: foreignTextColumn },
    from: { type: 'text', nullable: true, transformer: foreignTextColumn },
    subject: { type: 'text', nullable: true, transformer: foreignTextColumn },
    receivedAt: { type: 'timestamptz', name: 'received_at', transformer: instantColumn },
    outcome: { type: 'text' },
    reason: { type: 'text', nullable: true, transformer: foreignTextColumn },
    bundleId: { type: 'bigint', name: 'bundle_id', nullable: true },
    bundleOffset: { type: 'integer', name: 'bundle_offset', nullable: true },
    bundleLength: { type: 'integer', name: 'bundle_length', nullable: true },
  },
  // Files have no position, and nulls are distinct: each upload is a row of its own.
  indices: [
    { name: 'mail_position', columns: ['origin', 'folder', 'uidValidity', 'uid'], unique: true },
    { name: 'mail_content', columns: ['origin', 'folder', 'contentHash'], unique: true },
    { name: 'mail_received', columns: ['receivedAt'] },
    {
      name: 'mail_unreadable',
      columns: ['id'],
      where: `outcome = 'unreadable' or (outcome = 'report' and reason is not null)`,
    },
  ],
});

/** How far a folder of a mailbox has been read. */
export interface MailboxPositionRow {
  readonly mailbox: string;
  readonly folder: string;
  readonly uidValidity: string | null;
  readonly uid: number | null;
  readonly scanStartedAt: Instant | null;
  readonly scanUpdatedAt: Instant | null;
  readonly scanTotal: number | null;
  readonly scanDone: number | null;
  readonly trouble: string | null;
  readonly troubleAt: Instant | null;
}

export const MailboxPositionSchema = new EntitySchema<MailboxPositionRow>({
  name: 'mailbox_position',
  columns: {
    mailbox: { type: 'text', primary: true, primaryKeyConstraintName: 'mailbox_position_pkey' },
    folder: { type: 'text', primary: true, primaryKeyConstraintName: 'mailbox_position_pkey' },
    uidValidity: { type: 'text', name: 'uid_validity', nullable: true },
    uid: { type: 'bigint', nullable: true, transformer: wholeNumberColumn },
    scanStartedAt: {
      type: 'timestamptz',
      name: 'scan_started_at',
      nullable: true,
      transformer: instantColumn,
    },
    scanUpdatedAt: {
      type: 'timestamptz',
      name: 'scan_updated_at',
      nullable: true,
      transformer: instantColumn,
    },
    scanTotal: { type: 'integer', name: 'scan_total', nullable: true },
    scanDone: { type: 'integer', name: 'scan_done', nullable: true },
    trouble: { type: 'text', nullable: true, transformer: foreignTextColumn },
    troubleAt: { type: 'timestamptz', name: 'trouble_at', nullable: true, transformer: instantColumn },
  },
});

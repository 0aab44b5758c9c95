import { EntitySchema } from 'typeorm';
import type { StoredMail } from '../ports/evidence-store.js';
import { foreignTextColumn, instantColumn, wholeNumberColumn } from './column-values.js';

/** A mail or file that was read, whatever came of it. */
export interface MailRow extends StoredMail {
  readonly id: string;
  readonly uidValidity: string | null;
  readonly uid: number | null;
}

export const MailSchema = new EntitySchema<MailRow>({
  name: 'mail',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', primaryKeyConstraintName: 'mail_pkey' },
    origin: { type: 'text' },
    uidValidity: { type: 'text', name: 'uid_validity', nullable: true },
    uid: { type: 'bigint', nullable: true, transformer: wholeNumberColumn },
    messageId: { type: 'text', name: 'message_id', nullable: true, transformer: foreignTextColumn },
    from: { type: 'text', nullable: true, transformer: foreignTextColumn },
    subject: { type: 'text', nullable: true, transformer: foreignTextColumn },
    receivedAt: { type: 'timestamptz', name: 'received_at', transformer: instantColumn },
    outcome: { type: 'text' },
    reason: { type: 'text', nullable: true, transformer: foreignTextColumn },
  },
  // Files have no position, and nulls are distinct: each upload is a row of its own.
  indices: [
    { name: 'mail_position', columns: ['origin', 'uidValidity', 'uid'], unique: true },
    { name: 'mail_received', columns: ['receivedAt'] },
  ],
});

/** How far a mailbox has been read. */
export interface MailboxPositionRow {
  readonly mailbox: string;
  readonly uidValidity: string;
  readonly uid: number;
}

export const MailboxPositionSchema = new EntitySchema<MailboxPositionRow>({
  name: 'mailbox_position',
  columns: {
    mailbox: { type: 'text', primary: true, primaryKeyConstraintName: 'mailbox_position_pkey' },
    uidValidity: { type: 'text', name: 'uid_validity' },
    uid: { type: 'bigint', transformer: wholeNumberColumn },
  },
});

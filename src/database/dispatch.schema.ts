import { EntitySchema } from 'typeorm';
import type { Instant } from '../core/instant.js';
import type { Notice } from '../core/rollout/audit.js';
import type { Dispatch } from '../ports/outbox.js';
import { foreignTextColumn, instantColumn, jsonColumn } from './column-values.js';

/** A notice on its way to one channel. */
export interface DispatchRow extends Dispatch {
  readonly noticeKey: string;
  readonly notice: Notice;
  /** Null: nothing more is tried. */
  readonly nextAt: Instant | null;
  readonly deliveredAt: Instant | null;
  readonly lastError: string | null;
}

export const DispatchSchema = new EntitySchema<DispatchRow>({
  name: 'dispatch',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', primaryKeyConstraintName: 'dispatch_pkey' },
    noticeKey: { type: 'text', name: 'notice_key' },
    channel: { type: 'text' },
    notice: { type: 'jsonb', transformer: jsonColumn },
    attempts: { type: 'integer', default: 0 },
    nextAt: { type: 'timestamptz', name: 'next_at', nullable: true, transformer: instantColumn },
    deliveredAt: { type: 'timestamptz', name: 'delivered_at', nullable: true, transformer: instantColumn },
    lastError: { type: 'text', name: 'last_error', nullable: true, transformer: foreignTextColumn },
  },
  indices: [
    { name: 'dispatch_notice', columns: ['noticeKey', 'channel'], unique: true },
    { name: 'dispatch_next', columns: ['nextAt'] },
  ],
});

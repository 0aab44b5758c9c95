import { EntitySchema } from 'typeorm';
import type { Instant } from '../core/instant.js';
import type { RememberedAnswer } from '../ports/idempotency-store.js';
import { instantColumn, jsonColumn } from './column-values.js';

export interface IdempotencyKeyRow extends RememberedAnswer {
  readonly actor: string;
  readonly key: string;
  readonly createdAt: Instant;
}

export const IdempotencyKeySchema = new EntitySchema<IdempotencyKeyRow>({
  name: 'idempotency_key',
  columns: {
    actor: { type: 'text', primary: true, primaryKeyConstraintName: 'idempotency_key_pkey' },
    key: { type: 'text', primary: true, primaryKeyConstraintName: 'idempotency_key_pkey' },
    requestHash: { type: 'text', name: 'request_hash' },
    status: { type: 'integer' },
    body: { type: 'jsonb', nullable: true, transformer: jsonColumn },
    createdAt: { type: 'timestamptz', name: 'created_at', transformer: instantColumn },
  },
  indices: [{ name: 'idempotency_key_created', columns: ['createdAt'] }],
});

import { EntitySchema } from 'typeorm';
import type { AuditEntry } from '../core/rollout/audit.js';
import { foreignTextColumn, instantColumn, jsonColumn } from './column-values.js';

/** Rows are only ever added. */
export interface AuditRow extends AuditEntry {
  readonly id: string;
}

export const AuditSchema = new EntitySchema<AuditRow>({
  name: 'audit',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', primaryKeyConstraintName: 'audit_pkey' },
    at: { type: 'timestamptz', transformer: instantColumn },
    domain: { type: 'text' },
    actor: { type: 'text' },
    action: { type: 'text' },
    cause: { type: 'text', transformer: foreignTextColumn },
    before: { type: 'text', nullable: true, transformer: foreignTextColumn },
    after: { type: 'text', nullable: true, transformer: foreignTextColumn },
    evidence: { type: 'jsonb', nullable: true, transformer: jsonColumn },
  },
  indices: [{ name: 'audit_domain', columns: ['domain', 'id'] }],
});

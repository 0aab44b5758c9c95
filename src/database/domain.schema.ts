import { EntitySchema } from 'typeorm';
import type { Instant } from '../core/instant.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { Verdict } from '../core/rollout/verdict.js';
import { instantColumn, jsonColumn } from './column-values.js';

/** A managed domain: its rollout as core has it, beside what the database itself must look at. */
export interface DomainRow {
  readonly name: string;
  readonly version: number;
  readonly rollout: Rollout;
  readonly verdict: Verdict | null;
  readonly dueAt: Instant;
}

export const DomainSchema = new EntitySchema<DomainRow>({
  name: 'domain',
  columns: {
    name: { type: 'text', primary: true, primaryKeyConstraintName: 'domain_pkey' },
    version: { type: 'integer' },
    rollout: { type: 'jsonb', transformer: jsonColumn },
    verdict: { type: 'jsonb', nullable: true, transformer: jsonColumn },
    dueAt: { type: 'timestamptz', name: 'due_at', transformer: instantColumn },
  },
  indices: [{ name: 'domain_due', columns: ['dueAt'] }],
});

import { EntitySchema } from 'typeorm';
import type { SourceDecision } from '../core/source/source.js';
import { foreignTextColumn, instantColumn } from './column-values.js';

/** Rows are only ever added; the latest of a source counts. */
export interface SourceDecisionRow extends SourceDecision {
  readonly id: string;
  readonly domain: string;
}

export const SourceDecisionSchema = new EntitySchema<SourceDecisionRow>({
  name: 'source_decision',
  columns: {
    id: {
      type: 'bigint',
      primary: true,
      generated: 'increment',
      primaryKeyConstraintName: 'source_decision_pkey',
    },
    domain: { type: 'text' },
    source: { type: 'text' },
    class: { type: 'text' },
    note: { type: 'text', transformer: foreignTextColumn },
    by: { type: 'text' },
    at: { type: 'timestamptz', transformer: instantColumn },
  },
  indices: [{ name: 'source_decision_domain', columns: ['domain', 'source', 'id'] }],
});

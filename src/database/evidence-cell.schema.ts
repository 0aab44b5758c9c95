import { EntitySchema } from 'typeorm';
import type { Cell } from '../core/evidence/cell.js';
import { wholeNumberColumn } from './column-values.js';

/** One cell of one report. Which of them count is a matter of their report. */
export interface EvidenceCellRow extends Cell {
  readonly reportId: string;
  /** Place in the report, from 1. */
  readonly ordinal: number;
  /** The policy domain of the report. */
  readonly domain: string;
}

const messages = { type: 'bigint', transformer: wholeNumberColumn } as const;

export const EvidenceCellSchema = new EntitySchema<EvidenceCellRow>({
  name: 'evidence_cell',
  columns: {
    reportId: {
      type: 'bigint',
      name: 'report_id',
      primary: true,
      primaryKeyConstraintName: 'evidence_cell_pkey',
    },
    ordinal: { type: 'integer', primary: true, primaryKeyConstraintName: 'evidence_cell_pkey' },
    domain: { type: 'text' },
    day: { type: 'date' },
    reporter: { type: 'text' },
    headerFrom: { type: 'text', name: 'header_from' },
    ip: { type: 'text' },
    authenticatedAs: { type: 'text', name: 'authenticated_as', nullable: true },
    messages,
    passed: messages,
    dkimAligned: { ...messages, name: 'dkim_aligned' },
    spfAligned: { ...messages, name: 'spf_aligned' },
    forwarded: messages,
    brokenSignature: { ...messages, name: 'broken_signature' },
    indirect: { ...messages, default: 0 },
    disputed: messages,
  },
  indices: [{ name: 'evidence_cell_domain', columns: ['domain', 'day'] }],
  foreignKeys: [
    {
      name: 'evidence_cell_report',
      target: 'report',
      columnNames: ['reportId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});

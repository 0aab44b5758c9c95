import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { ReportRecord } from '../../core/report/report.js';

export const Signatures = z.array(
  z.object({ domain: z.string(), selector: z.string().nullable(), result: z.string() }),
);

const Detail = z.object({
  envelopeFrom: z.string().nullable().default(null),
  envelopeTo: z.string().nullable().default(null),
  reasons: z.array(z.object({ type: z.string(), comment: z.string().nullable() })).default([]),
  dkimResults: Signatures.default([]),
  spfResults: z
    .array(z.object({ domain: z.string(), scope: z.enum(['mfrom', 'helo']).nullable(), result: z.string() }))
    .default([]),
});

interface StoredRow {
  readonly sourceIp: string;
  readonly count: number;
  readonly disposition: string;
  readonly dkim: string;
  readonly spf: string;
  readonly headerFrom: string;
  readonly detail: string;
}

/** Records of a report in their order, after a place; none when there is no such report, or its rows are forgotten. */
export async function readRecords(
  dataSource: DataSource,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly ReportRecord[]> {
  const rows = await dataSource.query<StoredRow[]>(ROWS, [id, page.after, page.limit]);
  return rows.map(({ detail, ...row }) => ({ ...row, ...Detail.parse(JSON.parse(detail)) }));
}

const ROWS = `
  select row.ip as "sourceIp", row.messages as "count", row.disposition, row.dkim, row.spf,
         row.header_from as "headerFrom", row.detail
    from report
    join report_row row on row.report_id = report.id
     and row.day = coalesce(report.day, (to_timestamp(report.begin) at time zone 'UTC')::date)
   where report.id = $1 and row.ordinal > $2
   order by row.ordinal
   limit $3`;

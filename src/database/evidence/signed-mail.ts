import type { DataSource } from 'typeorm';
import type { SignedMail } from '../../core/checks/signed-mail.js';
import { addDays } from '../../core/instant.js';
import type { ReportRecord } from '../../core/report/report.js';
import type { SignedMailQuery } from '../../ports/evidence-store.js';
import { Signatures } from './report-records.js';

/** Told of at the most. */
const MOST_GROUPS = 20_000;

interface Group extends Omit<SignedMail, 'days' | 'dkimResults'> {
  /** Since the first day that was asked for, once for each row. */
  readonly daysSince: readonly number[];
  /** JSON. */
  readonly signatures: string;
}

/**
 * The signatures on mail of a domain, whatever its reports are about from a day on, as long as their rows are kept. What
 * is alike is told once, since reports repeat it row by row and day by day.
 */
export async function readSignedMail(
  dataSource: DataSource,
  { domain, from, reporters, authorDomains }: SignedMailQuery,
): Promise<readonly SignedMail[]> {
  const parameters = [domain, from, reporters, authorDomains, MOST_GROUPS];
  const groups = await dataSource.query<Group[]>(SIGNED_MAIL, parameters);
  const read = new Map<string, ReportRecord['dkimResults']>();
  return groups.map(({ signatures, daysSince, ...group }) => {
    const dkimResults = read.get(signatures) ?? Signatures.parse(JSON.parse(signatures));
    read.set(signatures, dkimResults);
    const days = [...new Set(daysSince)].sort((a, b) => a - b).map((count) => addDays(from, count));
    return { ...group, dkimResults, days };
  });
}

/**
 * Of mail that is signed alike the address comes first from which most was sent, so that nothing is left out that little
 * is signed with. Rows are looked up report by report: of a month's partition most are about other domains.
 */
const SIGNED_MAIL = `
  select reporter, header_from as "headerFrom", ip, dkim, signatures, messages::float8, "daysSince", "firstBegin",
         "lastBegin", "lastEnd"
    from (
      select report.reporter, row.header_from, row.ip, row.dkim, row.signatures, sum(row.messages) as messages,
             array_agg(row.day - $2::date) as "daysSince", min(report."begin")::float8 as "firstBegin",
             max(report."begin")::float8 as "lastBegin", max(report."end")::float8 as "lastEnd",
             row_number() over (partition by report.reporter, row.header_from, row.dkim, row.signatures
                                    order by sum(row.messages) desc, row.ip) as place
        from report
       cross join lateral (
         select day, ip, header_from, dkim, messages, (detail::json -> 'dkimResults')::text as signatures
           from report_row
          where report_id = report.id
            and day = coalesce(report.day, (to_timestamp(report."begin") at time zone 'UTC')::date)
            and day >= $2 and header_from = any($4) and detail like '%"dkimResults"%'
         offset 0
       ) row
       where report.domain = $1 and report.counted and report.received_at >= $2::date
         and report.reporter = any($3) and row.signatures is not null
       group by report.reporter, row.header_from, row.ip, row.dkim, row.signatures
    ) alike
   order by place, messages desc, reporter, ip, header_from
   limit $5`;

import type { ReportRecord } from '../report/report.js';
import { isSelector, type CheckedSelector } from './dkim/selectors.js';

/** The records of one counted report. */
export interface ReporterRecords {
  readonly reporter: string;
  readonly records: readonly Pick<ReportRecord, 'dkimResults'>[];
}

const MOST_SELECTORS = 10;
/** One may make up what it likes. */
const FEWEST_REPORTERS = 2;

/**
 * Selectors with which signatures of the domain itself (`d=`) verified, as at least two reporters tell: their keys must
 * be there. At most 10, those that most reporters saw.
 */
export function seenSelectors(
  reports: readonly ReporterRecords[],
  domain: string,
): readonly CheckedSelector[] {
  const seen = new Map<string, Set<string>>();
  for (const { reporter, records } of reports) {
    for (const name of selectorsIn(records, domain)) {
      seen.set(name, (seen.get(name) ?? new Set<string>()).add(reporter));
    }
  }
  return [...seen]
    .filter(([, reporters]) => reporters.size >= FEWEST_REPORTERS)
    .sort(([name, a], [other, b]) => b.size - a.size || (name < other ? -1 : 1))
    .slice(0, MOST_SELECTORS)
    .map(([name]) => ({ name, from: 'evidence' }));
}

function selectorsIn(records: ReporterRecords['records'], domain: string): ReadonlySet<string> {
  const results = records.flatMap(({ dkimResults }) => dkimResults);
  const names = results.flatMap((it) => {
    const name = it.selector?.toLowerCase() ?? '';
    return it.result === 'pass' && it.domain === domain && isSelector(name) ? [name] : [];
  });
  return new Set(names);
}

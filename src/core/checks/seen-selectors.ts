import type { Trust } from '../evidence/trust.js';
import type { ReportRecord } from '../report/report.js';
import { isSelector, type CheckedSelector } from './dkim/selectors.js';

/** The records of one counted report. */
export interface ReporterRecords {
  readonly reporter: string;
  readonly records: readonly Pick<ReportRecord, 'dkim' | 'dkimResults' | 'headerFrom'>[];
}

interface Seen {
  readonly name: string;
  /** The signing domain. */
  readonly domain: string;
  readonly reporters: Set<string>;
}

const MOST_SELECTORS = 10;

/**
 * Selectors with which aligned signatures on mail of the domain itself verified, its own (`d=`) or one of its subdomains',
 * by more than one stranger's word: their keys must be there. At most 10, those that most reporters saw.
 */
export function seenSelectors(
  reports: readonly ReporterRecords[],
  domain: string,
  trust: Pick<Trust, 'isAttested'>,
): readonly CheckedSelector[] {
  const seen = new Map<string, Seen>();
  for (const { reporter, records } of reports) {
    for (const signature of records.flatMap((record) => signaturesOn(record, domain))) {
      const key = `${signature.name} ${signature.domain}`;
      const known = seen.get(key) ?? { ...signature, reporters: new Set<string>() };
      known.reporters.add(reporter);
      seen.set(key, known);
    }
  }
  return [...seen]
    .filter(([, { reporters }]) => trust.isAttested(reporters))
    .sort(([key, a], [other, b]) => b.reporters.size - a.reporters.size || (key < other ? -1 : 1))
    .slice(0, MOST_SELECTORS)
    .map(([, { name, domain: signer }]) => ({ name, from: 'evidence', domain: signer }));
}

function signaturesOn(
  { dkim, dkimResults, headerFrom }: ReporterRecords['records'][number],
  domain: string,
): readonly Pick<Seen, 'name' | 'domain'>[] {
  if (headerFrom !== domain || dkim !== 'pass') return [];
  return dkimResults.flatMap((it) => {
    const name = it.selector?.toLowerCase() ?? '';
    const isOwn = it.domain === domain || it.domain.endsWith(`.${domain}`);
    return it.result === 'pass' && isOwn && isSelector(name) ? [{ name, domain: it.domain }] : [];
  });
}

import { LATEST_END, LONGEST_SPAN } from './limits.js';
import type { PartValues } from './part-values.js';
import { readPolicy } from './read-policy.js';
import type { ReportHead, ReportSchema } from './report.js';
import * as places from './report-places.js';

/**
 * All of a report but its rows, or why it can't be one. `isOfNewKind`: its tag names the namespace of RFC 9990. What
 * isn't there is taken as empty.
 */
export function readHead(
  values: PartValues,
  options: { readonly isOfNewKind: boolean },
): ReportHead | string {
  try {
    return readFields(values, options);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function readFields(values: PartValues, options: { readonly isOfNewKind: boolean }): ReportHead | string {
  const orgName = values.at(places.ORG_NAME).text;
  const email = values.at(places.EMAIL).text;
  const reportId = values.at(places.REPORT_ID).text;
  if (orgName === '' && email === '') return 'report_metadata names no reporter (org_name)';
  if (reportId === '') return 'report_metadata has no report_id';

  const range = values.has(places.DATE_RANGE.part) ? places.DATE_RANGE : places.DATA_RANGE;
  const begin = values.at(range.begin).wholeNumber;
  const end = values.at(range.end).wholeNumber;
  if (begin === null) return 'date_range/begin is missing or no number of seconds';
  if (end === null) return 'date_range/end is missing or no number of seconds';
  const trouble = troubleWithTimes(begin, end);
  if (trouble !== null) return trouble;

  const policy = readPolicy(values);
  if (policy === null) return 'policy_published names no domain';
  const schema = options.isOfNewKind ? 'rfc9990' : schemaByElements(values);
  return {
    schema,
    orgName: orgName || email,
    email: email === '' ? null : email,
    reportId,
    begin,
    end,
    policy,
  };
}

function troubleWithTimes(begin: number, end: number): string | null {
  // Equal is what some write who mean a whole day.
  if (begin > end) return 'date_range ends before it begins';
  // A time long gone does no harm, since no window reaches back to it; zero is one that was never set.
  if (begin === 0 || end > LATEST_END) return 'date_range lies outside the years 1970 to 2100';
  if (end - begin > LONGEST_SPAN) return 'date_range spans more than four years';
  return null;
}

/** By the elements that only RFC 9990 appendix A has, since reporters leave the namespace out. */
function schemaByElements(values: PartValues): ReportSchema {
  const isOfNewKind =
    values.has(places.POLICY_TESTING) || values.has(places.POLICY_T) || values.has(places.POLICY_DISCOVERY);
  return isOfNewKind ? 'rfc9990' : 'rfc7489';
}

import type { PartValues } from './part-values.js';
import type { PublishedPolicy } from './report.js';
import * as places from './report-places.js';
import { readAlignmentMode, readPolicyWord, readYesNo } from './result-words.js';

/**
 * `policy_published` (RFC 9990 3.1.1.5; RFC 7489 appendix C). What is missing or unreadable is null or the default:
 * reporters leave out nearly everything but the domain. Null when it names no domain. Throws a RangeError when a value
 * is too long.
 */
export function readPolicy(values: PartValues): PublishedPolicy | null {
  const { domain } = values.at(places.POLICY_DOMAIN);
  if (domain === null) return null;
  const percent = values.at(places.POLICY_PCT).wholeNumber;
  return {
    domain,
    p: readPolicyWord(values.at(places.POLICY_P).text),
    sp: readPolicyWord(values.at(places.POLICY_SP).text),
    np: readPolicyWord(values.at(places.POLICY_NP).text),
    pct: percent === null || percent > 100 ? null : percent,
    adkim: readAlignmentMode(values.at(places.POLICY_ADKIM).text),
    aspf: readAlignmentMode(values.at(places.POLICY_ASPF).text),
    testing: readYesNo(values.at(places.POLICY_TESTING).text) ?? readYesNo(values.at(places.POLICY_T).text),
  };
}

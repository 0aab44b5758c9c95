import type { PublishedPolicy } from './report.js';
import { readDomain } from './read-names.js';
import { readWholeNumber } from './read-numbers.js';
import { readAlignmentMode, readPolicyWord, readYesNo } from './result-words.js';
import { textOf, type XmlElement } from './xml-element.js';

/**
 * `policy_published` (RFC 9990 3.1.1.5; RFC 7489 appendix C). What is missing or unreadable is null or the default:
 * reporters leave out nearly everything but the domain. Null when it names no domain.
 */
export function readPolicy(element: XmlElement | undefined): PublishedPolicy | null {
  const domain = readDomain(textOf(element, 'domain'));
  if (domain === null) return null;
  const percent = readWholeNumber(textOf(element, 'pct'));
  return {
    domain,
    p: readPolicyWord(textOf(element, 'p')),
    sp: readPolicyWord(textOf(element, 'sp')),
    np: readPolicyWord(textOf(element, 'np')),
    pct: percent === null || percent > 100 ? null : percent,
    adkim: readAlignmentMode(textOf(element, 'adkim')),
    aspf: readAlignmentMode(textOf(element, 'aspf')),
    // Some implementations name the element after the tag.
    testing: readYesNo(textOf(element, 'testing')) ?? readYesNo(textOf(element, 't')),
  };
}

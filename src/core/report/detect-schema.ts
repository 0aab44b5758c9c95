import type { ReportSchema } from './report.js';
import type { Feedback } from './walk-feedback.js';
import { children } from './xml-element.js';

/**
 * Which standard a report follows: by the namespace of RFC 9990 appendix A, or by the elements that only it has, since
 * reporters leave the namespace out.
 */
export function detectSchema({ tag, policy }: Pick<Feedback, 'tag' | 'policy'>): ReportSchema {
  if (tag.includes('urn:ietf:params:xml:ns:dmarc-2.0')) return 'rfc9990';
  const ofNewKind = ['testing', 't', 'discovery_method'].some((name) => children(policy, name).length > 0);
  return ofNewKind ? 'rfc9990' : 'rfc7489';
}

import type { ReportSchema } from './report.js';
import { child, children } from './xml-element.js';

/**
 * Which standard a report follows: by the namespace of RFC 9990 appendix A, or by the elements that only it has, since
 * reporters leave the namespace out.
 */
export function detectSchema(feedback: unknown, xml: string): ReportSchema {
  const start = /<(?:[\w.-]+:)?feedback\b[^>]{0,2048}>/.exec(xml);
  if (start !== null && start[0].includes('urn:ietf:params:xml:ns:dmarc-2.0')) return 'rfc9990';
  const policy = child(feedback, 'policy_published');
  const ofNewKind = ['testing', 't', 'discovery_method'].some((name) => children(policy, name).length > 0);
  return ofNewKind ? 'rfc9990' : 'rfc7489';
}

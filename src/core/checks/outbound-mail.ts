import { reachedTermsOf, type SpfTree } from './spf/spf-tree.js';

/** What is known of the mail that a domain sends: there is some, it says that there is none, or nobody knows. */
export type OutboundMail = 'some' | 'none' | 'unknown';

/** Reads it off the addresses that are known to send, and off whom the SPF record lets send. */
export function outboundMail(senders: readonly string[], { root, authorized }: SpfTree): OutboundMail {
  if (senders.length > 0 || authorized.networks.length > 0) return 'some';
  const terms = reachedTermsOf(root).map(({ term }) => term);
  if (terms.some(({ answer, qualifier }) => answer === 'depends' && qualifier === '+')) return 'some';
  const isClosed = terms.some(({ kind, qualifier }) => kind === 'all' && qualifier === '-');
  return root.state === 'record' && authorized.isComplete && isClosed ? 'none' : 'unknown';
}

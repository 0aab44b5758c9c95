import { effectivePolicy } from '../../record/effective-policy.js';
import { readPolicyTags, readTags, tagValue } from '../../record/tags.js';
import type { DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { newFinding } from '../new-finding.js';

const CLAUSE = 'draft-brand-indicators-for-message-identification 4';

/**
 * Whether the domain shows a logo with its mail (BIMI): for information. `policy`: the record that applies to the domain;
 * null: none, or not known. One look-up.
 */
export async function checkBimi(domain: string, policy: string | null, dns: DnsQuestions): Promise<Finding> {
  const name = `default._bimi.${domain}`;
  const answer = await dns.txt(name);
  if (answer.kind === 'unknown') {
    return newFinding(
      'dmarc',
      'dmarc-bimi-unknown',
      'info',
      `${name} could not be looked up: ${answer.reason}.`,
    );
  }
  const record =
    answer.kind === 'found' ? answer.records.find((text) => /^v=BIMI1\s*(?:;|$)/i.test(text)) : undefined;
  if (record === undefined) {
    return newFinding(
      'dmarc',
      'dmarc-no-bimi',
      'info',
      'No BIMI: no logo is shown with the mail of this domain.',
      { clause: CLAUSE },
    );
  }
  if ((tagValue(readTags(record), 'l') ?? '') === '') {
    return newFinding('dmarc', 'dmarc-bimi-declined', 'info', 'BIMI is declined: the record names no logo.', {
      record,
      clause: CLAUSE,
    });
  }
  if (policy !== null && isEnforced(policy)) {
    return newFinding(
      'dmarc',
      'dmarc-bimi',
      'info',
      'BIMI: a logo is published, and the policy is at Enforcement, which it needs.',
      { record, clause: CLAUSE },
    );
  }
  return newFinding(
    'dmarc',
    'dmarc-bimi-not-shown',
    'info',
    'BIMI: a logo is published, but receivers show it at Enforcement only.',
    {
      record,
      clause: CLAUSE,
      fix: 'Bring the policy to quarantine or reject, without pct or t.',
    },
  );
}

/** No failing mail is let through, for receivers of either kind, subdomains included. */
function isEnforced(text: string): boolean {
  const tags = readPolicyTags(text);
  if (tags === null) return false;
  const kinds = ['rfc7489', 'rfc9989'] as const;
  const scopes = ['domain', 'subdomain'] as const;
  return kinds.every((kind) => scopes.every((scope) => effectivePolicy(tags, kind, scope).none === 0));
}

import { effectivePolicy, type EffectivePolicy, type PolicyScope } from '../../record/effective-policy.js';
import { POLICIES, type Policy, type PolicyTags } from '../../record/policy.js';
import { ruaAddresses } from '../../record/rua.js';
import { readPolicyTags } from '../../record/tags.js';
import type { Finding } from '../finding.js';
import { newFinding } from '../new-finding.js';

const VERBS: Readonly<Record<Policy, string>> = {
  none: 'deliver',
  quarantine: 'quarantine',
  reject: 'reject',
};

const MAIL: Readonly<Record<PolicyScope, string>> = {
  domain: 'mail of the domain',
  subdomain: 'mail of subdomains',
  'non-existent-subdomain': "mail of subdomains that don't exist",
};

/** What old and new receivers each do with failing mail under a record, for each kind of mail that is treated apart. */
export function explainReceivers(text: string, scopes: readonly PolicyScope[]): Finding {
  const tags = readPolicyTags(text);
  const message = tags === null ? explainBroken(text) : sentences(tags, scopes).join(' ');
  return newFinding('dmarc', 'dmarc-receivers', 'info', message, {
    record: text,
    clause: 'RFC 9989 4.7, RFC 7489 6.3',
  });
}

/** RFC 9989 4.10.1, and RFC 7489 6.6.3 alike. */
function explainBroken(text: string): string {
  return ruaAddresses(text).length > 0
    ? 'Receivers read p=none: they deliver failing mail and send reports.'
    : 'Receivers act as if there were no record: failing mail is delivered, and no reports are sent.';
}

/** One sentence for each scope that differs from the one before. */
function sentences(tags: PolicyTags, scopes: readonly PolicyScope[]): readonly string[] {
  const all = scopes.map((scope) => ({ scope, asked: sentence(tags, scope) }));
  return all
    .filter(({ asked }, at) => asked !== all[at - 1]?.asked)
    .map(({ scope, asked }) => `Failing ${MAIL[scope]}: ${asked}.`);
}

function sentence(tags: PolicyTags, scope: PolicyScope): string {
  const old = describePolicy(effectivePolicy(tags, 'rfc7489', scope));
  const current = describePolicy(effectivePolicy(tags, 'rfc9989', scope));
  const neither = describePolicy(effectivePolicy(tags, 'ignores-pct-and-t', scope));
  if (old === current && current === neither) return `all receivers ${old}`;
  return `receivers of the old kind (RFC 7489) ${old}; those of the new kind (RFC 9989) ${current}; those that know neither pct nor t ${neither}`;
}

/** `quarantine 10 % and deliver 90 %`, strictest first. */
function describePolicy(policy: EffectivePolicy): string {
  const parts = POLICIES.toReversed().filter((level) => policy[level] > 0);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return `${VERBS[only]} all of it`;
  return parts.map((level) => `${VERBS[level]} ${Math.round(policy[level] * 100)} %`).join(' and ');
}

import { organizationalDomain } from '../../alignment/organizational-domain.js';
import type { Policy } from '../../record/policy.js';
import { freshRecord, isDmarcRecord, readPolicyTags } from '../../record/tags.js';
import type { DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { newFinding } from '../new-finding.js';
import { txtLine } from '../zone-line.js';
import { advisedPolicy, howToPublish, type PolicySite } from './advised-policy.js';
import { explainReceivers } from './receivers.js';
import { policyOf, walkTree, type PlacedRecord, type TreeWalk } from './tree-walk.js';

/** A record where nobody looks for it. */
interface MisplacedRecord {
  readonly name: string;
  readonly text: string;
}

export interface InheritedPolicy {
  readonly findings: readonly Finding[];
  /** The record above that applies; null: none. */
  readonly record: string | null;
  /** What all receivers apply by it, surely and in full. */
  readonly asked: Policy;
}

/**
 * What applies to a domain that has no record of its own (RFC 9989 4.10.1), and whether one stands where nobody looks
 * for it. `mailbox`: ours for reports; null: not known. At most 13 look-ups.
 */
export async function inheritedPolicy(
  domain: string,
  mailbox: string | null,
  dns: DnsQuestions,
): Promise<InheritedPolicy> {
  const [walk, exists, misplaced] = await Promise.all([
    walkTree(domain, dns),
    doesExist(domain, dns),
    misplacedRecords(domain, dns),
  ]);
  const policy = policyOf(domain, walk);
  const found = policy === null ? noPolicy(domain, mailbox, walk) : applied(domain, policy, { exists });
  const other = [...otherReading(domain, policy, walk)];
  const isFoundByAll = !other.some(({ id }) => id === 'dmarc-found-apart');
  const asked = policy !== null && isFoundByAll ? askedInFull(policy.text) : 'none';
  const misplacedFindings = misplaced.map((record) =>
    wrongPlace(record, { domain, mailbox, instead: asked }),
  );
  return {
    findings: [...found, ...unanswered(walk), ...other, ...misplacedFindings],
    record: policy?.text ?? null,
    asked,
  };
}

/** What a record asks for subdomains that exist, where it asks it for all their mail. */
function askedInFull(record: string): Policy {
  const tags = readPolicyTags(record);
  if (tags === null || tags.pct !== undefined || tags.t === 'y') return 'none';
  return tags.sp ?? tags.p;
}

function* applied(
  domain: string,
  policy: PlacedRecord,
  { exists }: { readonly exists: boolean },
): Iterable<Finding> {
  const isSuffix = organizationalDomain(domain).endsWith(`.${policy.domain}`);
  const whose = isSuffix ? `the public suffix ${policy.domain}` : policy.domain;
  const which = exists ? 'sp, else p' : 'np, else sp, else p, as the domain does not exist';
  yield newFinding(
    'dmarc',
    'dmarc-inherited',
    'info',
    `No DMARC record stands at _dmarc.${domain}; that of ${whose} applies (${which}).`,
    {
      record: policy.text,
      clause: 'RFC 9989 4.10.1',
    },
  );
  yield explainReceivers(policy.text, [exists ? 'subdomain' : 'non-existent-subdomain']);
}

/** A walk that was broken off can't say that there is no policy; that the domain itself has none, it can. */
function* noPolicy(domain: string, mailbox: string | null, walk: TreeWalk): Iterable<Finding> {
  const listed = organizationalDomain(domain);
  if (walk.unknown !== null && listed !== domain) return;
  const rua = mailbox ?? `dmarc-reports@${listed}`;
  const record = txtLine(`_dmarc.${listed}`, freshRecord(rua, { p: 'none' }));
  yield newFinding(
    'dmarc',
    'dmarc-missing',
    'error',
    `No DMARC record stands at _dmarc.${domain}${listed === domain ? '' : ` or above it`}: anybody can send mail as ${domain}, and nobody reports it.`,
    {
      clause: 'RFC 9989 4.10',
      fix: `Publish ${record}${mailbox === null ? ' with the address of your mailbox for reports' : ''}`,
    },
  );
}

function* unanswered({ unknown }: TreeWalk): Iterable<Finding> {
  if (unknown === null) return;
  yield newFinding(
    'dmarc',
    'dmarc-walk-unknown',
    'unknown',
    `Whether a policy above the domain applies could not be looked up: ${unknown}.`,
    {
      clause: 'RFC 9989 4.10',
    },
  );
}

/** Receivers of the old kind look at the domain and at the Organizational Domain of the Public Suffix List only. */
function* otherReading(domain: string, policy: PlacedRecord | null, walk: TreeWalk): Iterable<Finding> {
  const listed = organizationalDomain(domain);
  const records = walk.steps.filter((step) => step.kind === 'record');
  const old = records.find((step) => step.domain === listed) ?? null;
  const between = records.filter((step) => step.domain !== policy?.domain && step.domain !== listed);
  if (policy !== null && (old?.domain ?? null) !== policy.domain) {
    yield newFinding(
      'dmarc',
      'dmarc-found-apart',
      'info',
      `Receivers of the old kind don't find this record: they ${old === null ? 'find none' : `apply that of ${old.domain}`}.`,
      {
        record: old?.text ?? null,
        clause: 'RFC 7489 6.6.3',
        fix: `Publish a record at _dmarc.${domain} itself.`,
      },
    );
  }
  for (const step of between) {
    if (step.psd === 'y') continue;
    yield newFinding(
      'dmarc',
      'dmarc-passed-over',
      'info',
      `The record of ${step.domain} does not apply to ${domain}: it is neither its own nor that of its Organizational Domain ${walk.organizationalDomain}.`,
      {
        record: step.text,
        clause: 'RFC 9989 4.10.1',
      },
    );
  }
}

/** At the domain itself, or below it twice, as when a zone file lacks the final dot. */
async function misplacedRecords(domain: string, dns: DnsQuestions): Promise<readonly MisplacedRecord[]> {
  const places = [domain, `_dmarc.${domain}.${domain}`].filter((name) => name.length <= 253);
  const answers = await Promise.all(places.map(async (name) => ({ name, answer: await dns.txt(name) })));
  return answers.flatMap(({ name, answer }) => {
    // What can't be looked up here was only a guess.
    const text = answer.kind === 'found' ? answer.records.find(isDmarcRecord) : undefined;
    return text === undefined ? [] : [{ name, text }];
  });
}

function wrongPlace({ name, text }: MisplacedRecord, site: PolicySite): Finding {
  const advised = advisedPolicy(text, site);
  return newFinding(
    'dmarc',
    'dmarc-wrong-place',
    'error',
    `A DMARC record stands at ${name}; receivers look at _dmarc.${site.domain} only.`,
    {
      record: text,
      clause: 'RFC 9989 4.5',
      fix: advised === null ? 'Take it out.' : howToPublish(advised, text, site),
    },
  );
}

/** RFC 9989 3.2.13: a domain that DNS denies (NXDOMAIN). In doubt it exists. */
async function doesExist(domain: string, dns: DnsQuestions): Promise<boolean> {
  const answer = await dns.a(domain);
  return answer.kind !== 'none' || answer.exists;
}

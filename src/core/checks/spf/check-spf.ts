import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { isDmarcRecord } from '../../record/tags.js';
import type { DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { advisedRecord } from './advised-record.js';
import { allFindings } from './all-findings.js';
import { buildTree } from './build-tree.js';
import { mergedRecord } from './edit-record.js';
import { explainSpfNearMiss } from './explain-slip.js';
import { includeFindings, unknownFinding } from './include-findings.js';
import { lookUpFindings } from './look-up-findings.js';
import { parseSpfRecord } from './parse-record.js';
import { rangeFindings } from './range-findings.js';
import { recordFindings, sizeFinding } from './record-findings.js';
import { count, publish, spfFinding } from './spf-finding.js';
import type { AuthorizedNetworks, SpfNode, SpfTree } from './spf-tree.js';

export interface SpfCheck {
  /** Never empty. */
  readonly findings: readonly Finding[];
  readonly tree: SpfTree;
}

/** Findings of a hostile record are as many as its terms. */
const MOST_FINDINGS = 40;
const ALL_IP4 = 2 ** 32;

/**
 * The SPF check of a domain (small letters, no final dot): what its record says, what is wrong with it, and all that it
 * leads to. Asks at most 130 questions, whatever the records say.
 */
export async function checkSpf(domain: string, dns: DnsQuestions): Promise<SpfCheck> {
  const [tree, texts, hasDmarc] = await Promise.all([
    buildTree(domain, dns),
    textsOf(domain, dns),
    hasDmarcRecord(domain, dns),
  ]);
  const findings = [...(await rootFindings(tree, { texts, hasDmarc }, dns))];
  return { findings: findings.slice(0, MOST_FINDINGS), tree };
}

interface Around {
  /** All TXT records of the domain. */
  readonly texts: readonly string[];
  /** Null: nobody could say. */
  readonly hasDmarc: boolean | null;
}

async function rootFindings(tree: SpfTree, around: Around, dns: DnsQuestions): Promise<readonly Finding[]> {
  const { root } = tree;
  const nearMisses = nearMissFindings(around.texts, root);
  switch (root.state) {
    case 'none':
      return [await missing(root.domain, dns), ...nearMisses];
    case 'unknown':
      return [unknownFinding(root.domain, root.reason ?? 'no answer', root)];
    case 'several':
      return [severalFinding(root), ...nearMisses];
    case 'record':
    case 'broken':
      return [...presentFindings(tree, around), ...nearMisses];
    case 'loop':
    case 'not-followed':
      return [];
  }
}

function presentFindings(tree: SpfTree, { texts, hasDmarc }: Around): readonly Finding[] {
  const { root } = tree;
  if (root.record === null) return [];
  const own = {
    domain: root.domain,
    record: parseSpfRecord(root.record),
    advised: advisedRecord(root, hasDmarc),
  };
  return [
    ...recordFindings(own),
    ...(root.state === 'record' ? [summary(tree)] : []),
    ...allFindings(root, own, hasDmarc),
    ...includeFindings(tree),
    ...lookUpFindings(tree, own),
    ...rangeFindings(tree),
    ...sizeFinding(root.domain, texts, root.record),
  ];
}

function summary({ root, lookups, isComplete, authorized }: SpfTree): Finding {
  const needs = `needs ${isComplete ? '' : 'at least '}${count(lookups, 'look-up')}`;
  return spfFinding('spf-record', 'ok', `Authorizes ${authorizedText(authorized)}; ${needs}.`, {
    record: root.record,
    clause: 'RFC 7208 4.5',
  });
}

function authorizedText({ ip4Addresses, networkCounts, isComplete }: AuthorizedNetworks): string {
  const parts = [
    ...(ip4Addresses > 0 && ip4Addresses < ALL_IP4 ? [count(ip4Addresses, 'IPv4 address')] : []),
    ...(ip4Addresses === ALL_IP4 ? ['every IPv4 address'] : []),
    ...(networkCounts.ip6 > 0 ? [count(networkCounts.ip6, 'IPv6 network')] : []),
  ];
  if (parts.length === 0) return isComplete ? 'nobody' : 'no address whatever the message says';
  return `${isComplete ? '' : 'at least '}${parts.join(' and ')}`;
}

async function missing(domain: string, dns: DnsQuestions): Promise<Finding> {
  const mx = await dns.mx(domain);
  const hasHosts = mx.kind === 'found' && mx.records.some(({ exchange }) => exchange !== '');
  return spfFinding('spf-missing', 'error', `${domain} has no SPF record.`, {
    clause: 'RFC 7208 4.5',
    fix: hasHosts
      ? `${publish(domain, 'v=spf1 mx ~all')} with all that sends its mail beside its MX hosts`
      : `If it sends no mail: ${publish(domain, 'v=spf1 -all')}`,
  });
}

function severalFinding(root: SpfNode): Finding {
  const texts = root.record?.split('\n') ?? [];
  const merged = mergedRecord(texts);
  return spfFinding(
    'spf-several-records',
    'error',
    `${texts.length} SPF records stand at ${root.domain}; receivers take none of them (permerror).`,
    {
      record: root.record,
      clause: 'RFC 7208 4.5',
      fix: merged === null ? 'Keep exactly one.' : `In their place: ${publish(root.domain, merged)}`,
    },
  );
}

function* nearMissFindings(texts: readonly string[], { state }: SpfNode): Iterable<Finding> {
  for (const text of texts) {
    const why = explainSpfNearMiss(text);
    if (why === null) continue;
    yield spfFinding(
      'spf-not-a-record',
      state === 'none' ? 'error' : 'warning',
      `Receivers don't take this for an SPF record: ${why}.`,
      {
        record: text,
        clause: 'RFC 7208 4.5',
        fix: state === 'none' ? 'Correct it.' : 'Take it out; another record stands beside it.',
      },
    );
  }
}

async function textsOf(domain: string, dns: DnsQuestions): Promise<readonly string[]> {
  const answer = await dns.txt(domain);
  return answer.kind === 'found' ? answer.records : [];
}

async function hasDmarcRecord(domain: string, dns: DnsQuestions): Promise<boolean | null> {
  const names = new Set([domain, organizationalDomain(domain)]);
  const answers = await Promise.all([...names].map((name) => dns.txt(`_dmarc.${name}`)));
  if (answers.some((answer) => answer.kind === 'found' && answer.records.some(isDmarcRecord))) return true;
  return answers.some(({ kind }) => kind === 'unknown') ? null : false;
}

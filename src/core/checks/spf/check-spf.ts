import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { isDmarcRecord } from '../../record/tags.js';
import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { advisedRecord } from './advised-record.js';
import { allFindings } from './all-findings.js';
import { buildTree } from './build-tree.js';
import { checkHost } from './check-host.js';
import { mergedRecord, withNetworksFirst } from './edit-record.js';
import { explainSpfNearMiss, meantNearMiss } from './explain-slip.js';
import { includeFindings, unknownFinding } from './include-findings.js';
import { lookUpFindings } from './look-up-findings.js';
import { parseSpfRecord } from './parse-record.js';
import { rangeFindings } from './range-findings.js';
import { recordFindings, sizeFinding } from './record-findings.js';
import { senderFindings } from './sender-findings.js';
import type { SenderCheck } from './sender-findings.js';
import { count, publish, spfFinding } from './spf-finding.js';
import type { AuthorizedNetworks, SpfNode, SpfTree } from './spf-tree.js';

export interface SpfCheck {
  /** Never empty. */
  readonly findings: readonly Finding[];
  readonly tree: SpfTree;
  /** For each sender: may it send as this domain? */
  readonly senders: readonly SenderCheck[];
}

/** Findings of a hostile record are as many as its terms. */
const MOST_FINDINGS = 40;
const ALL_IP4 = 2 ** 32;
const ALL_IP6_SLASH64S = 2 ** 64;

/**
 * The SPF check of a domain (small letters, no final dot): what its record says, what is wrong with it, and all that it
 * leads to, and whether each of the addresses `senders` may send as it. Asks at most 130 questions, whatever the records
 * say, and 124 for each sender, most of them the same. Throws a RangeError when a sender is no IP address.
 */
export async function checkSpf(
  domain: string,
  dns: DnsQuestions,
  { senders: addresses }: { readonly senders: readonly string[] } = { senders: [] },
): Promise<SpfCheck> {
  const [tree, texts, hasDmarc, senders] = await Promise.all([
    buildTree(domain, dns),
    textsOf(domain, dns),
    hasDmarcRecord(domain, dns),
    Promise.all(addresses.map((ip) => checkSender(ip, domain, dns))),
  ]);
  const { root } = tree;
  const merged = root.state === 'several' ? await soundMerged(root, dns) : null;
  const around = { texts, hasDmarc, merged, senders: addresses };
  const findings = await rootFindings(tree, around, dns);
  const base = root.state === 'several' ? merged : advisedRecord(root, hasDmarc);
  const about = { record: root.record, base };
  return {
    findings: [...findings.slice(0, MOST_FINDINGS), ...senderFindings(senders, domain, about)],
    tree,
    senders,
  };
}

async function checkSender(ip: string, domain: string, dns: DnsQuestions): Promise<SenderCheck> {
  return { ip, verdict: await checkHost({ ip, sender: `postmaster@${domain}`, helo: domain }, dns) };
}

/** One record in place of several; null: it can't be made, or would be an error itself, as with too many look-ups. */
async function soundMerged(root: SpfNode, dns: DnsQuestions): Promise<string | null> {
  const text = mergedRecord(textsIn(root));
  if (text === null) return null;
  const tree = await buildTree(root.domain, withRecord(root.domain, text, dns));
  const findings = presentFindings(tree, { texts: [text], hasDmarc: null });
  return findings.some(({ severity }) => severity === 'error') ? null : text;
}

/** DNS as it would be with one record at a name. */
function withRecord(at: string, text: string, dns: DnsQuestions): DnsQuestions {
  return {
    txt: (name) => (name === at ? Promise.resolve(foundAlone(text)) : dns.txt(name)),
    a: (name) => dns.a(name),
    aaaa: (name) => dns.aaaa(name),
    mx: (name) => dns.mx(name),
    ptr: (address) => dns.ptr(address),
    cname: (name) => dns.cname(name),
  };
}

function foundAlone(text: string): DnsAnswer<string> {
  return { kind: 'found', records: [text], aliases: [] };
}

/** The records as seen, one of them as a rule. */
function textsIn({ record }: SpfNode): readonly string[] {
  return record?.split('\n') ?? [];
}

interface Around {
  /** All TXT records of the domain. */
  readonly texts: readonly string[];
  /** Null: nobody could say. */
  readonly hasDmarc: boolean | null;
  /** What is to stand in place of several records; null: that can't be said, or there is one. */
  readonly merged: string | null;
  /** Addresses that send. */
  readonly senders: readonly string[];
}

async function rootFindings(tree: SpfTree, around: Around, dns: DnsQuestions): Promise<readonly Finding[]> {
  const { root } = tree;
  const nearMisses = [...nearMissFindings(around.texts, root)];
  switch (root.state) {
    case 'none':
      // Who has mistyped a record is told how to mend it, not to publish another.
      return nearMisses.length > 0
        ? [{ ...(await missing(root.domain, around.senders, dns)), fix: null }, ...nearMisses]
        : [await missing(root.domain, around.senders, dns)];
    case 'unknown':
      return [unknownFinding(root.domain, root.reason ?? 'no answer', root)];
    case 'several':
      return [severalFinding(root, around.merged), ...nearMisses];
    case 'record':
    case 'broken':
      return [...presentFindings(tree, around), ...nearMisses];
    case 'loop':
    case 'not-followed':
      return [];
  }
}

function presentFindings(
  tree: SpfTree,
  { texts, hasDmarc }: Pick<Around, 'texts' | 'hasDmarc'>,
): readonly Finding[] {
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
    ...includeFindings(tree, own),
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

function authorizedText({
  ip4Addresses,
  ip6Slash64s,
  networkCounts,
  isComplete,
}: AuthorizedNetworks): string {
  const isAllIp6 = ip6Slash64s >= ALL_IP6_SLASH64S;
  const parts = [
    ...(ip4Addresses > 0 && ip4Addresses < ALL_IP4 ? [count(ip4Addresses, 'IPv4 address')] : []),
    ...(ip4Addresses === ALL_IP4 ? ['every IPv4 address'] : []),
    ...(networkCounts.ip6 > 0 && !isAllIp6 ? [count(networkCounts.ip6, 'IPv6 network')] : []),
    ...(isAllIp6 ? ['every IPv6 address'] : []),
  ];
  if (parts.length === 0) return isComplete ? 'nobody' : 'no address whatever the message says';
  return `${isComplete ? '' : 'at least '}${parts.join(' and ')}`;
}

async function missing(domain: string, senders: readonly string[], dns: DnsQuestions): Promise<Finding> {
  const mx = await dns.mx(domain);
  const hasHosts = mx.kind === 'found' && mx.records.some(({ exchange }) => exchange !== '');
  const isIdle = !hasHosts && senders.length === 0;
  const right = withNetworksFirst(hasHosts ? 'v=spf1 mx ~all' : 'v=spf1 ~all', senders);
  return spfFinding('spf-missing', 'error', `${domain} has no SPF record.`, {
    clause: 'RFC 7208 4.5',
    fix: isIdle
      ? `If it sends no mail: ${publish(domain, 'v=spf1 -all')}`
      : `${publish(domain, right)} with all that sends its mail beside ${hasHosts ? 'its MX hosts' : 'these'}`,
  });
}

function severalFinding(root: SpfNode, merged: string | null): Finding {
  const texts = textsIn(root);
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

function* nearMissFindings(texts: readonly string[], { state, domain }: SpfNode): Iterable<Finding> {
  for (const text of texts) {
    const why = explainSpfNearMiss(text);
    if (why === null) continue;
    const meant = meantNearMiss(text);
    const mended = meant === null ? 'Correct it.' : publish(domain, meant);
    yield spfFinding(
      'spf-not-a-record',
      state === 'none' ? 'error' : 'warning',
      `Receivers don't take this for an SPF record: ${why}.`,
      {
        record: text,
        clause: 'RFC 7208 4.5',
        fix: state === 'none' ? mended : 'Take it out; another record stands beside it.',
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

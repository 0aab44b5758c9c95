import type { Observation } from '../rollout/observation.js';
import { checkDkim } from './dkim/check-dkim.js';
import type { CheckedSelector } from './dkim/selectors.js';
import { checkDmarc } from './dmarc/check-dmarc.js';
import type { DnsQuestions } from './dns-answers.js';
import { overallStatus, type CheckName, type Finding, type Severity } from './finding.js';
import { checkMx, type MxCheck } from './mx/check-mx.js';
import { outboundMail, type OutboundMail } from './outbound-mail.js';
import { checkReverseDns, type CheckedAddress } from './rdns/check-reverse-dns.js';
import { checkSpf, type SpfCheck } from './spf/check-spf.js';
import type { SenderCheck } from './spf/sender-findings.js';
import type { SpfNode, SpfTree } from './spf/spf-tree.js';

/** What is known about a domain before DNS is asked. */
export interface CheckOptions {
  /** Addresses that send its mail: their names are checked, and whether they pass SPF. Valid IP addresses. */
  readonly senders: readonly string[];
  /** Where DKIM keys should stand; the common places are tried besides. */
  readonly selectors: readonly CheckedSelector[];
  /** Our mailbox for reports; null: it isn't known. */
  readonly mailbox: string | null;
}

/** What the five checks found. Plain values: it may be stored as JSON. */
export interface DomainCheck {
  readonly domain: string;
  readonly status: Severity;
  /** In the order of the checks. */
  readonly findings: readonly Finding[];
  /** For each sender: may it send as this domain? */
  readonly spf: readonly SenderCheck[];
  readonly spfTree: SpfTree;
}

/** Addresses of the SPF record whose names are looked up. */
const MOST_NAMED = 10;

/** The checks in the order in which people read them. */
export const CHECK_ORDER: readonly CheckName[] = ['rdns', 'mx', 'spf', 'dkim', 'dmarc'];

/**
 * Reverse DNS, MX, SPF, DKIM and DMARC of a domain, all that can be asked at once asked at once. `domain` in small
 * letters without a final dot; `observation`: what stands at `_dmarc.<domain>`. Throws a RangeError when a sender is no
 * IP address, and what the observation throws; never for what DNS says.
 */
export async function checkDomain(
  domain: string,
  options: CheckOptions,
  dns: DnsQuestions,
  observation: Observation | Promise<Observation>,
): Promise<DomainCheck> {
  const spfCheck = checkSpf(domain, dns, options);
  const outbound = spfCheck.then(
    ({ tree }) => outboundMail(options.senders, tree),
    () => 'unknown' as const, // what it throws is thrown below
  );
  const [inbound, spf, dkim, dmarc] = await Promise.all([
    checkInbound(domain, { senders: options.senders, outbound }, spfCheck, dns),
    spfCheck,
    checkDkim(domain, options.selectors, dns, { outbound }),
    checkPolicy(domain, options, dns, observation),
  ]);
  const findings = [...inbound.rdns, ...inbound.mx.findings, ...spf.findings, ...dkim, ...dmarc];
  return { domain, status: overallStatus(findings), findings, spf: spf.senders, spfTree: spf.tree };
}

/** The names of hosts can be looked up when MX and SPF have said who they are. */
async function checkInbound(
  domain: string,
  { senders, outbound }: { readonly senders: readonly string[]; readonly outbound: Promise<OutboundMail> },
  spfCheck: Promise<SpfCheck>,
  dns: DnsQuestions,
): Promise<{ readonly mx: MxCheck; readonly rdns: readonly Finding[] }> {
  const [mx, { tree }] = await Promise.all([checkMx(domain, dns, { outbound }), spfCheck]);
  const addresses: readonly CheckedAddress[] = [
    ...senders.map((address) => ({ address, role: 'sender', host: null }) as const),
    ...mx.addresses,
    ...namedSenders(tree.root).map((address) => ({ address, role: 'mx', host: null }) as const),
  ];
  return { mx, rdns: await checkReverseDns(addresses, dns) };
}

/** Single addresses that the domain's own SPF record names: mail may come from there, whether any does is not known. */
function namedSenders({ terms }: SpfNode): readonly string[] {
  const single = terms.flatMap(({ kind, qualifier, isReached, networks }) => {
    if ((kind !== 'ip4' && kind !== 'ip6') || qualifier !== '+' || !isReached) return [];
    const whole = kind === 'ip4' ? '/32' : '/128';
    return networks
      .filter((it) => it.endsWith(whole) || !it.includes('/'))
      .map((it) => it.replace(whole, ''));
  });
  return single.slice(0, MOST_NAMED);
}

async function checkPolicy(
  domain: string,
  { mailbox }: CheckOptions,
  dns: DnsQuestions,
  observation: Observation | Promise<Observation>,
): Promise<readonly Finding[]> {
  return checkDmarc(domain, await observation, dns, { mailbox });
}

import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { mailAddress, ruaAddresses } from '../../record/rua.js';
import { isDmarcRecord, readPolicyTags } from '../../record/tags.js';
import type { Observation } from '../../rollout/observation.js';
import { checkDmarcRecord, nearMisses, recordFindings } from '../dmarc-record.js';
import type { DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { newFinding, quoted } from '../new-finding.js';
import { txtLine } from '../zone-line.js';
import { explainTags } from './advice.js';
import { advisedPolicy, howToPublish, withAdvice, withRepair, type PolicySite } from './advised-policy.js';
import { checkBimi } from './bimi.js';
import { checkDestinations } from './check-destinations.js';
import { inheritedPolicy } from './inherited-policy.js';
import { explainReceivers } from './receivers.js';
import { uriFindings } from './uri-findings.js';

/** What was found, and the record that applies to the domain. */
interface Judged {
  readonly findings: readonly Finding[];
  readonly policy: string | null;
}

/**
 * The DMARC check: what stands at `_dmarc.<domain>` or applies from above, what old and new receivers make of it, whether
 * reports arrive where it sends them, and whether a logo is published (BIMI). `domain` in small letters without a final
 * dot; `mailbox`: ours for reports, which should be among them; null: not known. At most 155 look-ups. Never empty.
 */
export async function checkDmarc(
  domain: string,
  observation: Observation,
  dns: DnsQuestions,
  { mailbox }: { readonly mailbox: string | null },
): Promise<readonly Finding[]> {
  const { findings, policy } = await judge(domain, observation, mailbox, dns);
  return [...findings, await checkBimi(domain, policy, dns)];
}

async function judge(
  domain: string,
  observation: Observation,
  mailbox: string | null,
  dns: DnsQuestions,
): Promise<Judged> {
  switch (observation.kind) {
    case 'record': {
      const { text } = observation;
      const instead = readPolicyTags(text) === null ? 'none' : null;
      const site: PolicySite = { domain, mailbox, instead };
      const [record, both] = await Promise.all([
        judgeRecord(domain, text, mailbox, dns),
        besideAlias(domain, text, dns),
      ]);
      const alone = checkDmarcRecord(observation, domain).flatMap((finding) =>
        // A second text is not to be mended: it would be a second record.
        finding.record === text ? withRepair([finding], site) : [finding],
      );
      const findings = withAdvice([...alone, ...both, ...record], text, site);
      return { findings: withoutOtherRua(findings), policy: text };
    }
    case 'cname':
      return judgeBehindAlias(domain, observation, mailbox, dns);
    case 'absent': {
      const inherited = await inheritedPolicy(domain, mailbox, dns);
      const site: PolicySite = { domain, mailbox, instead: inherited.asked };
      const misses = withRepair([...nearMisses(observation.others ?? [])], site);
      const isMistyped = misses.length > 0 || inherited.findings.some(({ id }) => id === 'dmarc-wrong-place');
      const findings = isMistyped ? inherited.findings.map(withoutFresh) : inherited.findings;
      return { findings: [...misses, ...findings], policy: inherited.record };
    }
    case 'several-records': {
      const findings = checkDmarcRecord(observation, domain);
      const start = soleRecord(observation.texts, { domain, mailbox, instead: 'none' });
      return { findings: findings.map((it) => ({ ...it, fix: `${it.fix ?? ''}${start}` })), policy: null };
    }
    case 'no-alias':
    case 'disagree':
    case 'unknown':
      return { findings: checkDmarcRecord(observation, domain), policy: null };
  }
}

/** Which of several records to keep, where one alone would ask for what none of them does today; else empty. */
function soleRecord(texts: readonly string[], site: PolicySite): string {
  const isHarmless = texts.every((text) => readPolicyTags(text)?.p === 'none');
  const [first] = isHarmless
    ? []
    : texts.flatMap((text) => {
        const advised = advisedPolicy(text, site);
        return advised === null ? [] : [howToPublish(advised, text, site)];
      });
  return first === undefined ? '' : ` ${first}`;
}

/** Who has mistyped an address for reports is told how to mend the record, not to think of another. */
function withoutOtherRua(findings: readonly Finding[]): readonly Finding[] {
  const isMended = findings.some(
    ({ severity, fix }) => severity === 'error' && fix?.includes('rua=') === true,
  );
  return isMended ? findings.filter(({ id }) => id !== 'dmarc-no-rua') : findings;
}

/** Who has mistyped a record is told how to mend it, not to publish another. */
function withoutFresh(finding: Finding): Finding {
  return finding.id === 'dmarc-missing' ? { ...finding, fix: null } : finding;
}

/** What can be said of a valid record beyond its text. */
async function judgeRecord(
  domain: string,
  text: string,
  mailbox: string | null,
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  // For names below it receivers look further up (RFC 9989 4.7 "sp").
  const isOrganization = organizationalDomain(domain) === domain;
  return [
    explainReceivers(text, isOrganization ? ['domain', 'subdomain', 'non-existent-subdomain'] : ['domain']),
    ...explainTags(text, domain),
    ...uriFindings(text),
    ...ourMailbox(domain, text, mailbox),
    ...(await checkDestinations({ domain, text }, dns)),
  ];
}

/** Somebody else's record is read like one's own: receivers follow the alias. */
async function judgeBehindAlias(
  domain: string,
  observation: Observation & { readonly kind: 'cname' },
  mailbox: string | null,
  dns: DnsQuestions,
): Promise<Judged> {
  const alias = checkDmarcRecord(observation, domain);
  const name = `_dmarc.${domain}`;
  const answer = await dns.txt(name);
  if (answer.kind === 'unknown') {
    const message = `What stands behind the alias ${name} could not be looked up: ${answer.reason}.`;
    return { findings: [...alias, newFinding('dmarc', 'dmarc-unknown', 'unknown', message)], policy: null };
  }
  const texts = answer.kind === 'found' ? answer.records : [];
  const records = texts.filter(isDmarcRecord);
  const [text] = records;
  if (text === undefined) {
    const { findings, policy } = await judgeAliasToNothing(domain, observation.target, mailbox, dns);
    return { findings: [...alias, ...findings, ...nearMisses(texts)], policy };
  }
  if (records.length > 1) {
    const several = checkDmarcRecord({ kind: 'several-records', texts: records }, domain);
    return { findings: [...alias, ...several], policy: null };
  }
  const findings = [...recordFindings(text, null), ...(await judgeRecord(domain, text, mailbox, dns))];
  return { findings: [...alias, ...findings], policy: text };
}

/** As good as no record: one above may apply (RFC 9989 4.10.1). */
async function judgeAliasToNothing(
  domain: string,
  target: string,
  mailbox: string | null,
  dns: DnsQuestions,
): Promise<Judged> {
  const { findings: above, record: policy } = await inheritedPolicy(domain, mailbox, dns);
  const missing = above.find(({ id }) => id === 'dmarc-missing');
  const instead = missing?.fix ?? 'Take the alias out, and the policy above still applies';
  const message = `No DMARC record stands at ${quoted(target)}, to which _dmarc.${domain} leads.`;
  const nothing = newFinding(
    'dmarc',
    'dmarc-alias-to-nothing',
    policy === null ? 'error' : 'warning',
    message,
    { clause: 'RFC 9989 4.10', fix: `Have a record published there, or in place of the alias: ${instead}` },
  );
  return { findings: [nothing, ...above.filter((finding) => finding !== missing)], policy };
}

/** A name with a CNAME has no other records; servers that give both give them by chance. */
async function besideAlias(domain: string, text: string, dns: DnsQuestions): Promise<readonly Finding[]> {
  const name = `_dmarc.${domain}`;
  const [alias, txt] = await Promise.all([dns.cname(name), dns.txt(name)]);
  const [target] = alias.kind === 'found' ? alias.records : [];
  // What was found by following the alias does not stand beside it.
  if (target === undefined || txt.kind !== 'found' || txt.aliases.length > 0) return [];
  return [
    newFinding(
      'dmarc',
      'dmarc-txt-and-cname',
      'error',
      `A TXT record and a CNAME (to ${quoted(target)}) both stand at ${name}; receivers get one or the other.`,
      {
        record: `${txtLine(name, text)}\n${name}. CNAME ${target}.`,
        clause: 'RFC 1034 3.6.2',
        fix: 'Keep the TXT record, and take the CNAME out.',
      },
    ),
  ];
}

function* ourMailbox(domain: string, text: string, mailbox: string | null): Iterable<Finding> {
  if (mailbox === null) return;
  const ours = mailbox.toLowerCase().replace(/^mailto:/, '');
  const addresses = ruaAddresses(text);
  if (addresses.some((address) => address.includes(ours))) return;
  const whole = mailAddress(`mailto:${ours}`);
  yield newFinding(
    'dmarc',
    'dmarc-not-our-mailbox',
    'error',
    `Our mailbox ${quoted(ours)} is not among those that reports go to; nothing that is sent in the name of ${domain} is seen here.`,
    {
      record: text,
      clause: 'RFC 9989 4.7',
      fix: whole === null ? `Add it to rua.` : `Publish ${txtLine(`_dmarc.${domain}`, withRua(text, whole))}`,
    },
  );
}

/** The record with one more address for aggregate reports; all else stays as it is. */
function withRua(text: string, address: string): string {
  const tags = text.split(';');
  const at = tags.findIndex((tag) => /^\s*rua\s*=\s*\S/i.test(tag));
  if (at === -1) return `${text.replace(/[;\s]+$/, '')}; rua=mailto:${address}`;
  return tags.with(at, `${(tags[at] ?? '').trimEnd()},mailto:${address}`).join(';');
}

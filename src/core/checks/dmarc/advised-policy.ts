import { getPublicSuffix } from 'tldts';
import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { lintRecord } from '../../record/lint.js';
import { strictness, type Policy, type PolicyTags } from '../../record/policy.js';
import { editPolicy, readPolicyTags, readTags } from '../../record/tags.js';
import type { Finding } from '../finding.js';
import { txtLine } from '../zone-line.js';
import { repairRecord } from './repair-record.js';

/** Findings that are gone when the advised record is published. */
const CORRECTED: ReadonlySet<string> = new Set([
  'dmarc-leading-space',
  'dmarc-not-ascii',
  'dmarc-stray-text',
  'dmarc-capital-tag',
  'dmarc-policy-not-second',
  ...['adkim', 'aspf', 'pct', 't', 'psd', 'fo'].map((tag) => `dmarc-invalid-${tag}`),
  'dmarc-sampling-of-nothing',
  'dmarc-pct-without-t',
  'dmarc-t-without-pct',
  'dmarc-historic-tag',
  'dmarc-no-rua',
  'dmarc-invalid-size',
  'dmarc-duplicate-address',
  'dmarc-conflicting-fo',
  'dmarc-fo-without-ruf',
  'dmarc-psd',
  'dmarc-unused-subdomain-policy',
]);

/** What a tag's meaning hangs on. */
interface Around {
  readonly domain: string;
  readonly hasRuf: boolean;
}

/** The value that a tag should have; null: the record says the same without it. Others stay. */
const RULES: Readonly<Record<string, (value: string, around: Around) => string | null>> = {
  rf: () => null,
  ri: () => null,
  pct: (value) => (/^\d{1,3}$/.test(value) ? value : null),
  t: (value) => (/^[yn]$/i.test(value) ? value : null),
  adkim: (value) => (/^[rs]$/i.test(value) ? value : null),
  aspf: (value) => (/^[rs]$/i.test(value) ? value : null),
  psd: (value, { domain }) =>
    /^[nu]$/i.test(value) || (/^y$/i.test(value) && getPublicSuffix(domain) === domain) ? value : null,
  sp: (value, { domain }) => (organizationalDomain(domain) === domain ? value : null),
  np: (value, { domain }) => (organizationalDomain(domain) === domain ? value : null),
  fo: (value, { hasRuf }) => (hasRuf ? rightFailureOptions(value) : null),
  rua: onlyAddresses,
  ruf: onlyAddresses,
};

/** Where a record is to stand, and what receivers do there today. */
export interface PolicySite {
  readonly domain: string;
  /** Ours for reports; null: not known. */
  readonly mailbox: string | null;
  /** What receivers apply instead of the record, as they don't take it for one; null: they apply the record. */
  readonly instead: Policy | null;
}

/** The findings of a record, those that can be mended with the record to publish: one for all of them. */
export function withAdvice(findings: readonly Finding[], text: string, site: PolicySite): readonly Finding[] {
  const advised = advisedPolicy(text, site);
  if (advised === null || advised === text) return findings;
  const publish = howToPublish(advised, text, site);
  return findings.map((finding) => {
    if (!CORRECTED.has(finding.id) || finding.record !== text) return finding;
    const how = finding.id === 'dmarc-no-rua' || finding.fix === null ? '' : `${finding.fix} `;
    return { ...finding, fix: `${how}${publish}` };
  });
}

/** The same for the errors of texts that can be made out all the same, each with the record that was meant by its own. */
export function withRepair(findings: readonly Finding[], site: PolicySite): readonly Finding[] {
  return findings.map((finding) => {
    const { record, severity, fix } = finding;
    if (severity !== 'error' || record === null || repairRecord(record) === null) return finding;
    const advised = advisedPolicy(record, site);
    if (advised === null) return finding;
    return { ...finding, fix: `${fix ?? ''} ${howToPublish(advised, record, site)}`.trimStart() };
  });
}

/** The advice to publish a record in place of a text, and why it asks for less, if it does. */
export function howToPublish(
  advised: string,
  text: string,
  { domain, mailbox, instead }: PolicySite,
): string {
  const meant = readPolicyTags(repairRecord(text) ?? text);
  const begun = readPolicyTags(advised);
  const isLess = begun?.p !== meant?.p || begun?.sp !== meant?.sp || begun?.np !== meant?.np;
  const why =
    instead !== null && isLess
      ? `Receivers don't apply its policy today: begin with p=${begun?.p ?? instead}, and go on from there rung by rung. `
      : '';
  const isOpen = mailbox === null && !readTags(repairRecord(text) ?? text).some(({ name }) => name === 'rua');
  const whose = isOpen ? ' with the address of your mailbox for reports' : '';
  return `${why}Publish ${txtLine(`_dmarc.${domain}`, advised)}${whose}`;
}

/**
 * The record as it should stand: without slips and without what has no effect, policy and addresses as they are, `pct` and
 * `t` beside each other. Where receivers ignore it today, it asks for no more than they apply today: mended as it is, it
 * would reach a policy that nobody has seen the mail pass. Null: what is meant can't be made out.
 */
export function advisedPolicy(text: string, { domain, mailbox, instead }: PolicySite): string | null {
  const base = repairRecord(text) ?? text;
  const policy = readPolicyTags(base);
  if (policy === null || lintRecord(base).some(({ severity }) => severity === 'error')) return null;
  const given = readTags(base);
  const around = { domain, hasRuf: given.some(({ name }) => name === 'ruf') };
  const parts = given.flatMap(({ name, value }) => {
    if (instead !== null && (name === 'sp' || name === 'np')) return [];
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    const right = rule === undefined ? value : rule(value, around);
    return right === null ? [] : [`${name}=${right}`];
  });
  if (!given.some(({ name }) => name === 'rua')) {
    parts.push(`rua=mailto:${mailbox ?? `dmarc-reports@${organizationalDomain(domain)}`}`);
  }
  return bounded(parts.join('; '), instead === null ? policy : noStronger(policy, instead));
}

function noStronger(policy: PolicyTags, than: Policy): PolicyTags {
  return strictness(policy.p) > strictness(than) ? { p: than } : policy;
}

/** `pct` and `t` as each kind of receiver reads one of them: both or neither (RFC 9989 A.6), and none at `none`. */
function bounded(text: string, { p, pct, t }: PolicyTags): string {
  const isSampled = pct !== undefined && pct < 100;
  const isBounded = p !== 'none' && (isSampled || t === 'y');
  return editPolicy(text, isBounded ? { p, pct: isSampled ? pct : 0, t: 'y' } : { p });
}

/** Each option once, and 0 only alone: with 1 beside it, it says nothing. */
export function rightFailureOptions(value: string): string {
  const options = value.split(':').map((option) => option.trim().toLowerCase());
  return [...new Set(options)].filter((option) => /^[1ds]$/.test(option)).join(':') || '0';
}

/** Each URI once, without the size that nobody reads any more. */
function onlyAddresses(value: string): string {
  const uris = value.split(',').map((uri) => uri.trim().replace(/!.*$/s, ''));
  return [...new Set(uris)].filter((uri) => uri !== '').join(',');
}

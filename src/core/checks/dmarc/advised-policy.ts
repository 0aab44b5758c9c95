import { getPublicSuffix } from 'tldts';
import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { lintRecord } from '../../record/lint.js';
import type { PolicyTags } from '../../record/policy.js';
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

/**
 * The findings of a record that stands at `_dmarc.<domain>`, those that can be mended with the record to publish: one
 * for all of them. `mailbox`: ours for reports; null: not known.
 */
export function withAdvice(
  findings: readonly Finding[],
  at: { readonly domain: string; readonly text: string; readonly mailbox: string | null },
): readonly Finding[] {
  const advised = advisedPolicy(at.text, at.domain, at.mailbox);
  if (advised === null) return findings;
  const isOpen = at.mailbox === null && !readTags(at.text).some(({ name }) => name === 'rua');
  const publish = `Publish ${txtLine(`_dmarc.${at.domain}`, advised)}${isOpen ? ' with the address of your mailbox for reports' : ''}`;
  return findings.map((finding) => {
    if (!CORRECTED.has(finding.id) || finding.record !== at.text) return finding;
    const how = finding.id === 'dmarc-no-rua' || finding.fix === null ? '' : `${finding.fix} `;
    return { ...finding, fix: `${how}${publish}` };
  });
}

/**
 * The record without slips and without what has no effect, policy and addresses as they are, `pct` and `t` beside each
 * other. Null: it is right already, or what is meant can't be made out.
 */
export function advisedPolicy(text: string, domain: string, mailbox: string | null): string | null {
  const base = repairRecord(text) ?? text;
  const policy = readPolicyTags(base);
  if (policy === null || lintRecord(base).some(({ severity }) => severity === 'error')) return null;
  const given = readTags(base);
  const around = { domain, hasRuf: given.some(({ name }) => name === 'ruf') };
  const parts = given.flatMap(({ name, value }) => {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    const right = rule === undefined ? value : rule(value, around);
    return right === null ? [] : [`${name}=${right}`];
  });
  if (!given.some(({ name }) => name === 'rua')) {
    parts.push(`rua=mailto:${mailbox ?? `dmarc-reports@${organizationalDomain(domain)}`}`);
  }
  const advised = bounded(parts.join('; '), policy);
  return advised === text ? null : advised;
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

import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { isDmarcRecord, readTags, tagValue } from '../../record/tags.js';
import type { DnsQuestions } from '../dns-answers.js';

/** What stands at `_dmarc.<domain>` for those who look for a policy. Several records count as none (RFC 9989 4.10). */
export type WalkStep = { readonly domain: string } & (
  | { readonly kind: 'record'; readonly text: string; readonly psd: 'y' | 'n' | 'u' }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string }
);

export interface PlacedRecord {
  readonly domain: string;
  readonly text: string;
}

export interface TreeWalk {
  /** From the longest name to the shortest, up to where the walk stops. */
  readonly steps: readonly WalkStep[];
  /** As the walk finds it (RFC 9989 4.10.2). */
  readonly organizationalDomain: string;
  /** Why a step could not be taken; null: each could. */
  readonly unknown: string | null;
}

/** Names with more labels are cut to this many after the first question. */
const LONGEST_TARGET = 7;

/**
 * The names that are asked for a policy, the domain itself first and the top-level domain last: eight at most
 * (RFC 9989 4.10).
 */
export function walkNames(domain: string): readonly string[] {
  const labels = domain.split('.');
  const first = Math.max(1, labels.length - LONGEST_TARGET);
  const parents = labels.slice(first).map((_label, at) => labels.slice(first + at).join('.'));
  return [domain, ...parents];
}

/**
 * The tree walk from a domain upwards (RFC 9989 4.10). Names above the Organizational Domain of the Public Suffix List
 * are asked only when it has no record: who runs a top-level domain and who owns a domain are never the same. Eight
 * look-ups at most.
 */
export async function walkTree(domain: string, dns: DnsQuestions): Promise<TreeWalk> {
  const names = walkNames(domain);
  const listed = organizationalDomain(domain);
  const own = names.filter((name) => name.endsWith(listed));
  const above = names.filter((name) => !name.endsWith(listed));
  const below = await Promise.all(own.map((name) => step(name, dns)));
  const isSettled = below.at(-1)?.kind === 'record';
  const more = isSettled ? [] : await Promise.all(above.map((name) => step(name, dns)));
  const steps = untilStop([...below, ...more]);
  const unknown = steps.find((one) => one.kind === 'unknown');
  return {
    steps,
    organizationalDomain: chooseOrganizationalDomain(domain, steps),
    unknown: unknown?.kind === 'unknown' ? `_dmarc.${unknown.domain}: ${unknown.reason}` : null,
  };
}

/** The record that applies to a domain (RFC 9989 4.10.1): its own, its Organizational Domain's, its public suffix's. */
export function policyOf(domain: string, walk: TreeWalk): PlacedRecord | null {
  const records = walk.steps.filter((one) => one.kind === 'record');
  return (
    records.find((one) => one.domain === domain) ??
    records.find((one) => one.domain === walk.organizationalDomain) ??
    records.find((one) => one.psd === 'y') ??
    null
  );
}

async function step(domain: string, dns: DnsQuestions): Promise<WalkStep> {
  const answer = await dns.txt(`_dmarc.${domain}`);
  if (answer.kind === 'unknown') return { domain, ...answer };
  const records = answer.kind === 'found' ? answer.records.filter(isDmarcRecord) : [];
  const [text] = records;
  if (text === undefined || records.length > 1) return { domain, kind: 'none' };
  return { domain, kind: 'record', text, psd: psdOf(text) };
}

function psdOf(text: string): 'y' | 'n' | 'u' {
  const value = tagValue(readTags(text), 'psd')?.toLowerCase();
  return value === 'y' || value === 'n' ? value : 'u';
}

/** RFC 9989 4.10, steps 2 and 6: the walk ends at a record that says whether its domain is a public suffix. */
function untilStop(steps: readonly WalkStep[]): readonly WalkStep[] {
  const stop = steps.findIndex((one) => one.kind === 'record' && one.psd !== 'u');
  return stop === -1 ? steps : steps.slice(0, stop + 1);
}

function chooseOrganizationalDomain(domain: string, steps: readonly WalkStep[]): string {
  const records = steps.filter((one) => one.kind === 'record');
  for (const one of records) {
    if (one.psd === 'n') return one.domain;
    if (one.psd === 'y' && one.domain !== domain) return oneLabelBelow(one.domain, domain);
  }
  return records.at(-1)?.domain ?? domain;
}

/** The name on the way from `domain` up to `above` that has one label more than it. */
function oneLabelBelow(above: string, domain: string): string {
  return domain
    .split('.')
    .slice(-above.split('.').length - 1)
    .join('.');
}

import type { Instant } from '../instant.js';
import type { DomainCheck } from './check-domain.js';
import type { CheckName, Finding, Severity } from './finding.js';
import type { SpfResult } from './spf/check-host.js';
import type { SpfTree } from './spf/spf-tree.js';

/** What a check of a domain found at an instant. */
export interface StoredCheck {
  readonly domain: string;
  readonly at: Instant;
  readonly status: Severity;
  /** Nothing that a rollout waits for could not be looked up. */
  readonly isComplete: boolean;
  readonly findings: readonly Finding[];
  /** For each address that sends the domain's mail: may it? */
  readonly spf: readonly { readonly ip: string; readonly result: SpfResult }[];
  readonly spfTree: SpfTree;
}

/** What of a check counts on once a newer one was made. */
export type EarlierCheck = Pick<StoredCheck, 'at' | 'findings' | 'spf'>;

/** The DMARC record itself has holds of its own, and is read from its authoritative servers. */
const WEIGHED: readonly CheckName[] = ['rdns', 'mx', 'spf', 'dkim'];

/** Nothing that mail of the domain depends on: selectors that were guessed, how mail comes in, names that may come later. */
const FOR_INFORMATION: readonly string[] = ['dkim-common-unknown', 'mx-host-unknown', 'rdns-unknown'];

/** Whether a rollout heeds a finding. */
export function isWeighed({ check, id }: Pick<Finding, 'check' | 'id'>): boolean {
  return WEIGHED.includes(check) && !FOR_INFORMATION.includes(id);
}

/** A check as it is kept. */
export function storedCheck(check: DomainCheck, at: Instant): StoredCheck {
  const { domain, status, findings, spf, spfTree } = check;
  const isOpen = (finding: Finding) => finding.severity === 'unknown' && isWeighed(finding);
  return {
    domain,
    at,
    status,
    isComplete: !findings.some(isOpen),
    findings,
    spf: spf.map(({ ip, verdict }) => ({ ip, result: verdict.result })),
    spfTree,
  };
}

import type { Instant } from '../instant.js';
import type { DomainCheck } from './check-domain.js';
import type { CheckName, Finding, Severity } from './finding.js';
import type { SpfResult } from './spf/check-host.js';
import type { SpfTree } from './spf/spf-tree.js';

/** Whether an address may send the domain's mail. */
interface SenderResult {
  readonly ip: string;
  readonly result: SpfResult;
  /** Of one that does not pass: when a check last found that it does; absent: none did, as far as is known. */
  readonly passedAt?: Instant;
}

/** What a check of a domain found at an instant. */
export interface StoredCheck {
  readonly domain: string;
  readonly at: Instant;
  readonly status: Severity;
  /** Nothing that a rollout waits for could not be looked up. */
  readonly isComplete: boolean;
  readonly findings: readonly Finding[];
  /** For each address that sends the domain's mail: may it? */
  readonly spf: readonly SenderResult[];
  readonly spfTree: SpfTree;
}

/** What of a check counts on once a newer one was made. */
export type EarlierCheck = Pick<StoredCheck, 'at' | 'findings' | 'spf'>;

/** The DMARC record itself has holds of its own, and is read from its authoritative servers. */
const WEIGHED: readonly CheckName[] = ['rdns', 'mx', 'spf', 'dkim'];

/** Nothing that mail of the domain depends on: how mail comes in, names that may come later. */
const FOR_INFORMATION: readonly string[] = ['mx-host-unknown', 'rdns-unknown'];

/** Whether a rollout heeds a finding. */
export function isWeighed({ check, id, isGuessed }: Pick<Finding, 'check' | 'id' | 'isGuessed'>): boolean {
  return WEIGHED.includes(check) && !isGuessed && !FOR_INFORMATION.includes(id);
}

/** A check as it is kept. `earlier`: the checks before it, newest first. */
export function storedCheck(
  check: DomainCheck,
  at: Instant,
  earlier: readonly EarlierCheck[] = [],
): StoredCheck {
  const { domain, status, findings, spf, spfTree } = check;
  const isOpen = (finding: Finding) => finding.severity === 'unknown' && isWeighed(finding);
  return {
    domain,
    at,
    status,
    isComplete: !findings.some(isOpen),
    findings,
    spf: spf.map(({ ip, verdict: { result } }) => {
      const before = result === 'pass' ? null : passedAt(ip, earlier);
      return { ip, result, ...(before === null ? {} : { passedAt: before }) };
    }),
    spfTree,
  };
}

/** When an address last passed SPF; null: never, as far as the checks know. `checks`: newest first. */
export function passedAt(ip: string, checks: readonly EarlierCheck[]): Instant | null {
  for (const { at, spf } of checks) {
    const known = spf.find((it) => it.ip === ip);
    if (known?.result === 'pass') return at;
    if (known?.passedAt !== undefined) return known.passedAt;
  }
  return null;
}

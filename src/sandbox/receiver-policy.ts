import { isPolicy, strictness, POLICIES, type Policy } from '../core/record/policy.js';
import type { PublishedPolicy } from '../core/report/report.js';
import type { ReceiverKind } from './world.js';

/**
 * A receiver's own, deliberately separate reading of a DMARC Policy Record: were it the product's, a mistake there
 * would hide itself here.
 */
export interface RecordAsRead {
  readonly p: Policy;
  readonly sp: Policy | null;
  readonly pct: number;
  readonly testing: boolean;
  readonly adkim: 'r' | 's';
  readonly aspf: 'r' | 's';
}

/** Null: no DMARC Policy Record that a receiver would act on. */
export function readRecord(text: string | null): RecordAsRead | null {
  if (text === null) return null;
  const parts = text.split(';').map((part) => part.trim());
  if (!/^v\s*=\s*DMARC1$/.test(parts[0] ?? '')) return null; // RFC 9989 4.7: "v" comes first, case-sensitive
  const tags = new Map<string, string>();
  for (const part of parts.slice(1)) {
    const [, name, value] = /^([a-z]+)\s*=\s*(.*)$/i.exec(part) ?? [];
    if (name !== undefined && value !== undefined) tags.set(name.toLowerCase(), value.trim().toLowerCase());
  }
  const p = tags.get('p') ?? '';
  // RFC 9989 4.10.1: without a valid "p" a valid rua makes it "none", and nothing makes it no policy at all
  if (!isPolicy(p) && !tags.has('rua')) return null;
  const sp = tags.get('sp') ?? '';
  const pct = Number(tags.get('pct') ?? '100');
  return {
    p: isPolicy(p) ? p : 'none',
    sp: isPolicy(sp) ? sp : null,
    pct: Number.isInteger(pct) && pct >= 0 && pct <= 100 ? pct : 100,
    testing: tags.get('t') === 'y',
    adkim: tags.get('adkim') === 's' ? 's' : 'r',
    aspf: tags.get('aspf') === 's' ? 's' : 'r',
  };
}

/** What a receiver does with failing mail: `share` of it gets `policy`, the rest `otherwise`. */
export interface Treatment {
  readonly policy: Policy;
  readonly share: number;
  readonly otherwise: Policy;
  /** RFC 7489: `sampled_out` for the rest; RFC 9989: `policy_test_mode` for all; null: nothing to explain. */
  readonly reason: 'sampled_out' | 'policy_test_mode' | null;
}

/** How a receiver of that kind treats failing mail from the domain itself, or from a subdomain without a record. */
export function treatment(
  record: RecordAsRead,
  kind: ReceiverKind,
  level: 'domain' | 'subdomain',
): Treatment {
  const policy = level === 'subdomain' ? (record.sp ?? record.p) : record.p;
  const full: Treatment = { policy, share: 1, otherwise: policy, reason: null };
  if (policy === 'none') return full;
  if (kind === 'rfc7489' && record.pct < 100) {
    return { policy, share: record.pct / 100, otherwise: oneLevelLower(policy), reason: 'sampled_out' };
  }
  if (kind === 'rfc9989' && record.testing) {
    const lower = oneLevelLower(policy);
    return { policy: lower, share: 1, otherwise: lower, reason: 'policy_test_mode' };
  }
  return full;
}

/** `policy_published` as such a receiver writes it. */
export function publishedPolicy(domain: string, record: RecordAsRead, kind: ReceiverKind): PublishedPolicy {
  const isNew = kind === 'rfc9989';
  return {
    domain,
    p: record.p,
    sp: record.sp,
    np: null,
    pct: isNew ? null : record.pct,
    adkim: record.adkim,
    aspf: record.aspf,
    testing: isNew ? record.testing : null,
  };
}

function oneLevelLower(policy: Policy): Policy {
  return POLICIES[strictness(policy) - 1] ?? 'none';
}

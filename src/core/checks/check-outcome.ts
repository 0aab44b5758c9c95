import { DAY_MS, dayOf, HOUR_MS, type Instant } from '../instant.js';
import type { CheckName, Finding } from './finding.js';
import { isWeighed, type StoredCheck } from './stored-check.js';

/** The stored checks that a decision looks at. */
export interface CheckRecord {
  /** Null: none was made yet. */
  readonly latest: StoredCheck | null;
  /** The newest in which nothing was left open. */
  readonly lastComplete: StoredCheck | null;
}

/** What a decision knows of the domain beside its checks. */
export interface CheckedRollout {
  /** It sends no mail. */
  readonly isParked: boolean;
  readonly enrolledAt: Instant;
}

/** For so long a check that was complete stands in for ones that could not look everything up. */
const STANDS_FOR_MS = 3 * DAY_MS;
const MOST_TOLD = 3;
const LONGEST_PART = 300;

/** What says nothing of a domain that sends no mail: it takes none either, and its own SPF record only helps. */
const PARKED: readonly string[] = ['mx-missing', 'mx-implicit', 'spf-missing'];

/** Errors only where the selector is known to be in use. */
const OF_KNOWN_SELECTORS: readonly string[] = ['dkim-missing', 'dkim-alias-to-nothing', 'dkim-revoked'];

const NAMES: Readonly<Record<CheckName, string>> = {
  rdns: 'reverse DNS',
  mx: 'MX',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
};

/**
 * Why the checks hold a rollout, with what to fix; null: they don't. Errors of reverse DNS, MX, SPF and DKIM hold. What
 * could not be looked up holds nothing, but what was last found counts on, and after 3 days nothing counts as checked.
 */
export function checksHold(
  { latest, lastComplete }: CheckRecord,
  rollout: CheckedRollout,
  now: Instant,
): string | null {
  const errors = errorsOf(latest, rollout);
  if (errors.length > 0) return told(errors);
  const checkedAt = lastComplete?.at ?? rollout.enrolledAt;
  if (now - checkedAt > STANDS_FOR_MS) return notChecked(latest, lastComplete);
  const before = latest?.isComplete === true ? [] : errorsOf(lastComplete, rollout);
  return before.length > 0 ? told(before) : null;
}

/** Whether to check anew: once a day, once an hour while something is wrong or open, and before a rung is taken. */
export function isCheckDue(
  { latest }: Pick<CheckRecord, 'latest'>,
  situation: { readonly isAboutToStrengthen: boolean; readonly now: Instant },
): boolean {
  if (latest === null) return true;
  const age = situation.now - latest.at;
  const isUneasy = latest.status === 'error' || !latest.isComplete;
  return age >= DAY_MS || (age >= HOUR_MS && (isUneasy || situation.isAboutToStrengthen));
}

function errorsOf(check: StoredCheck | null, rollout: CheckedRollout): readonly Finding[] {
  if (check === null) return [];
  // The owner can do nothing about the name of a vendor's address: one that is right shows that mail has a way.
  const isNamed = check.findings.some(({ id }) => id === 'rdns-confirmed');
  return check.findings.filter(
    (finding) =>
      finding.severity === 'error' &&
      isWeighed(finding) &&
      isOfUsedKey(finding) &&
      !(isNamed && finding.check === 'rdns') &&
      !(rollout.isParked && PARKED.includes(finding.id)),
  );
}

/** A key that nobody signs with may be as broken as it likes; what reports were signed with is called so. */
function isOfUsedKey({ check, id, message }: Finding): boolean {
  return check !== 'dkim' || message.includes('seen in reports') || OF_KNOWN_SELECTORS.includes(id);
}

function told(errors: readonly Finding[]): string {
  const parts = errors.slice(0, MOST_TOLD).map(({ check, message, fix }) => {
    const part = `${NAMES[check]}: ${message}${fix === null ? '' : ` ${fix}`}`;
    return part.length <= LONGEST_PART ? part : `${part.slice(0, LONGEST_PART - 1)}…`;
  });
  const left = errors.length - parts.length;
  return [...parts, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

function notChecked(latest: StoredCheck | null, lastComplete: StoredCheck | null): string {
  const open = latest?.findings.find((finding) => finding.severity === 'unknown' && isWeighed(finding));
  const why = open === undefined ? '' : `: ${open.message}`;
  const since = lastComplete === null ? 'never' : `last on ${dayOf(lastComplete.at)}`;
  return `all that mail needs in DNS could be checked ${since}${why}`;
}

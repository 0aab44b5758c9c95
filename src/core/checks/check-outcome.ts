import { DAY_MS, HOUR_MS, type Instant } from '../instant.js';
import type { CheckName, Finding } from './finding.js';
import { isWeighed, type EarlierCheck, type StoredCheck } from './stored-check.js';

/** The stored checks that a decision looks at. */
export interface CheckRecord {
  /** Null: none was made yet. */
  readonly latest: StoredCheck | null;
  /** Those before the latest, newest first; of them the ones of the last 3 days count. */
  readonly earlier: readonly EarlierCheck[];
  /** When the first of all was made; null: none was. */
  readonly firstAt: Instant | null;
}

/** What a decision knows of the domain's mail beside its checks. */
export interface CheckedMail {
  /** It sends none, by its owner's word. */
  readonly isParked: boolean;
  /** Some of it passes by SPF alone, or nobody can say. */
  readonly needsSpf: boolean;
  /** Addresses whose mail passes by SPF alone. */
  readonly onSpfAlone: readonly string[];
}

/** For so long a check that could look something up stands in for ones that could not. */
export const STANDS_FOR_MS = 3 * DAY_MS;
const MOST_TOLD = 3;
const LONGEST_PART = 300;

/** Errors only where the selector is known to be in use. */
const OF_KNOWN_SELECTORS: readonly string[] = ['dkim-missing', 'dkim-alias-to-nothing', 'dkim-revoked'];

/** By these anybody passes: as much as the owner's own mail does, and so whether that needs SPF or not. */
const OPEN_TO_ANYBODY: readonly string[] = ['spf-plus-all', 'spf-wide-range', 'spf-open-exists'];

const NAMES: Readonly<Record<CheckName, string>> = {
  rdns: 'reverse DNS',
  mx: 'MX',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
};

/**
 * Why the checks hold a rollout, with what to fix; null: they don't. Errors of reverse DNS, MX, SPF and DKIM hold, those
 * of SPF while mail needs it. Where the latest check could not look something up, it is taken as last seen; what nobody
 * could look up for 3 days holds, unless reports tell as much.
 */
export function checksHold(record: CheckRecord, mail: CheckedMail, now: Instant): string | null {
  const { latest } = record;
  if (latest === null) return null; // none was made yet: the first one comes with the next decision
  const earlier = record.earlier.filter(({ at }) => now - at <= STANDS_FOR_MS);
  const errors = errorsOf([latest, ...earlier], mail);
  if (errors.length > 0) return told(errors);
  const open = latest.findings.filter((finding) => isMissed(finding, mail));
  const isYoung = now - (record.firstAt ?? latest.at) <= STANDS_FOR_MS;
  return isYoung ? null : neverSeen(open, earlier);
}

/** When to check anew: once a day; once an hour while checks hold or something is open, and before a rung is taken. */
export function nextCheckAt(
  latest: Pick<StoredCheck, 'at' | 'isComplete'>,
  situation: { readonly isHeld: boolean; readonly isAboutToStrengthen: boolean },
): Instant {
  const isSoon = situation.isHeld || situation.isAboutToStrengthen || !latest.isComplete;
  return latest.at + (isSoon ? HOUR_MS : DAY_MS);
}

/** Errors of the newest check, and those of the others that no check since could judge anew. `checks`: newest first. */
function errorsOf(checks: readonly EarlierCheck[], mail: CheckedMail): readonly Finding[] {
  const standing = new Map<string, Finding>();
  for (const [at, check] of checks.entries()) {
    const newer = checks.slice(0, at);
    if (newer.length > 0 && newer.at(-1)?.findings.some(leavesOpen) !== true) break;
    for (const finding of check.findings) {
      if (standing.has(finding.message) || !isHeeded(finding, checks.slice(at), mail)) continue;
      if (newer.every((one) => isLeftOpen(finding, check, one))) standing.set(finding.message, finding);
    }
  }
  const isNamed = checks[0]?.findings.some(isName) === true;
  return [...standing.values()].filter(({ check }) => check !== 'rdns' || !isNamed);
}

/** `checks`: the one that found it, and those before it. */
function isHeeded(finding: Finding, [check, ...older]: readonly EarlierCheck[], mail: CheckedMail): boolean {
  if (finding.severity !== 'error') return false;
  switch (finding.check) {
    case 'rdns':
      // The owner can do nothing about the name of a vendor's address: one that is right shows that mail has a way.
      return check?.findings.some(isName) !== true;
    case 'mx':
      return !mail.isParked; // it takes no mail either
    case 'spf':
      return isSpfHeeded(finding, older, mail);
    case 'dkim':
      return isOfUsedKey(finding);
    case 'dmarc':
      return false; // has holds of its own
  }
}

function isName({ id }: Finding): boolean {
  return id === 'rdns-confirmed';
}

/**
 * DMARC takes SPF or DKIM (RFC 9989 4.4): where all mail is signed, an SPF record that is missing or broken costs none of
 * it. Not by a permerror either: a receiver that refuses mail for that (RFC 7208 8.7) does so at `p=none` as well, and no
 * rung changes it.
 */
function isSpfHeeded(finding: Finding, older: readonly EarlierCheck[], mail: CheckedMail): boolean {
  if (OPEN_TO_ANYBODY.includes(finding.id)) return !mail.isParked;
  return mail.needsSpf && (!finding.id.startsWith('spf-sender-') || isTakenOut(finding, older, mail));
}

/**
 * Whether an address whose mail passes by SPF alone did pass by this record. Reports don't say whose record an address
 * passed by: that of a subdomain, which its mail bounces to, is aligned as well, and then nothing is lost.
 */
function isTakenOut(
  { message }: Finding,
  older: readonly EarlierCheck[],
  { onSpfAlone }: CheckedMail,
): boolean {
  const passed = older.flatMap(({ spf }) => spf.filter(({ result }) => result === 'pass'));
  return onSpfAlone.some((ip) => message.startsWith(`Mail from ${ip} `) && passed.some((it) => it.ip === ip));
}

/** A key that nobody signs with may be as broken as it likes; what reports were signed with is called so. */
function isOfUsedKey({ id, message }: Finding): boolean {
  return message.includes('seen in reports') || OF_KNOWN_SELECTORS.includes(id);
}

/** No error is about selectors that were guessed. */
function leavesOpen({ id, severity }: Finding): boolean {
  return severity === 'unknown' && id !== 'dkim-common-unknown';
}

/** Whether a newer check could not look up what an error is about. */
function isLeftOpen(error: Finding, seenIn: EarlierCheck, newer: EarlierCheck): boolean {
  const open = newer.findings.filter((it) => leavesOpen(it) && it.check === error.check);
  if (error.check === 'dkim') return open.some((it) => isSameSelector(error, it));
  if (error.check !== 'spf') return open.length > 0;
  // Another record than it was made of: who changed it is judged by what it says now.
  const record = seenIn.findings.find(({ id }) => id === 'spf-record')?.record ?? null;
  return open.some((it) => it.record === null || it.record === record);
}

function isSameSelector(error: Finding, { message }: Finding): boolean {
  const name = /selector (\S+) /.exec(message)?.[1];
  if (name === undefined) return true;
  return [`selector ${name} `, ` ${name}._domainkey.`].some((text) => ` ${error.message}`.includes(text));
}

/**
 * Look-ups that a rollout can't do without. Of a key it can: it is one with which receivers verified mail within the last
 * days, whatever our resolver makes of it.
 */
function isMissed(finding: Finding, { isParked, needsSpf }: CheckedMail): boolean {
  if (finding.severity !== 'unknown' || !isWeighed(finding)) return false;
  return finding.check === 'spf' ? needsSpf : finding.check === 'mx' && !isParked;
}

/** What all checks of the last days left open. */
function neverSeen(open: readonly Finding[], earlier: readonly EarlierCheck[]): string | null {
  const missed = open.find((finding) =>
    earlier.every(({ findings }) => findings.some((it) => subjectOf(it) === subjectOf(finding))),
  );
  return missed === undefined ? null : `what mail needs could not be looked up for 3 days: ${told([missed])}`;
}

/** What could not be looked up, whatever the reason was this time. */
function subjectOf({ id, message }: Finding): string {
  return `${id} ${message.split(/ could not | may /)[0] ?? ''}`;
}

function told(errors: readonly Finding[]): string {
  const parts = errors.slice(0, MOST_TOLD).map(({ check, message, fix }) => {
    const part = `${NAMES[check]}: ${message}${fix === null ? '' : ` ${fix}`}`;
    return part.length <= LONGEST_PART ? part : `${part.slice(0, LONGEST_PART - 1)}…`;
  });
  const left = errors.length - parts.length;
  return [...parts, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

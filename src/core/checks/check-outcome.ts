import { addDays, DAY_MS, dayOf, HOUR_MS, type Day, type Instant } from '../instant.js';
import type { CheckName, Finding } from './finding.js';
import { isWeighed, passedAt, type EarlierCheck, type StoredCheck } from './stored-check.js';

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
  /** Addresses whose mail passes by SPF alone, each with the last day on which it did. */
  readonly onSpfAlone: ReadonlyMap<string, Day>;
  /** The domain whose subdomains the next change leaves as they are; null: it reaches them, or there are none. */
  readonly sparesSubdomainsOf: string | null;
}

/** For so long a check that could look something up stands in for ones that could not. */
export const STANDS_FOR_MS = 3 * DAY_MS;
/** For so long an address that was taken out passes on by what receivers remember of the record. */
const REMEMBERED_DAYS = 3;
const MOST_TOLD = 3;
const LONGEST_PART = 300;

/** An address that sends doesn't pass: to DMARC `~all` and `?all` are as good as `-all` (RFC 9989 4.4). */
const OF_SENDERS: readonly string[] = [
  'spf-sender-fail',
  'spf-sender-softfail',
  'spf-sender-neutral',
  'spf-sender-permerror',
];

/** By these anybody passes: as much as the owner's own mail does, and so whether that needs SPF or not. */
const OPEN_TO_ANYBODY: readonly string[] = ['spf-plus-all', 'spf-wide-range', 'spf-open-exists'];

/** The name of an address leads back to it, be it a mail server's own or one that an access network gave it. */
const NAMED: readonly string[] = ['rdns-confirmed', 'rdns-generic-name'];

const NAMES: Readonly<Record<CheckName, string>> = {
  rdns: 'reverse DNS',
  mx: 'MX',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
};

/**
 * Why the checks hold a rollout, with what to fix; null: they don't. Errors of reverse DNS, MX, SPF and DKIM hold, those
 * of SPF while mail needs it, then also an address that passes no more. Where the latest check could not look something up,
 * it is taken as last seen; what nobody could look up for 3 days holds, unless reports tell as much.
 */
export function checksHold(record: CheckRecord, mail: CheckedMail, now: Instant): string | null {
  const { latest } = record;
  if (latest === null) return null; // none was made yet: the first one comes with the next decision
  const earlier = record.earlier.filter(({ at }) => now - at <= STANDS_FOR_MS);
  const faults = faultsOf([latest, ...earlier], mail);
  if (faults.length > 0) return told(faults);
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

/** What holds by the newest check, and by the others where no check since could judge it anew. `checks`: newest first. */
function faultsOf(checks: readonly EarlierCheck[], mail: CheckedMail): readonly Finding[] {
  const standing = new Map<string, Finding>();
  for (const [at, check] of checks.entries()) {
    const newer = checks.slice(0, at);
    if (newer.length > 0 && newer.at(-1)?.findings.some(leavesOpen) !== true) break;
    for (const finding of check.findings) {
      if (standing.has(finding.message) || !isHeeded(finding, checks.slice(at), mail)) continue;
      if (newer.every((one) => isLeftOpen(finding, check, one))) standing.set(finding.message, finding);
    }
  }
  const isNamed = checks.slice(0, 1).some(hasNamedSender);
  return [...standing.values()].filter(({ check }) => check !== 'rdns' || !isNamed);
}

/** `checks`: the one that found it, and those before it. */
function isHeeded(finding: Finding, checks: readonly EarlierCheck[], mail: CheckedMail): boolean {
  if (finding.severity !== 'error' && !OF_SENDERS.includes(finding.id)) return false;
  switch (finding.check) {
    case 'rdns':
      // The owner can do nothing about the name of a vendor's address: one that is right shows that mail has a way.
      return !checks.slice(0, 1).some(hasNamedSender);
    case 'mx':
      return !mail.isParked; // it takes no mail either
    case 'spf':
      return isSpfHeeded(finding, checks, mail);
    case 'dkim':
      // A key that nobody signs with may be as broken as it likes.
      return !finding.isGuessed && !isSpared(finding, mail);
    case 'dmarc':
      return false; // has holds of its own
  }
}

/** Of a check that was stored before findings kept what they are about, any name may be that of a sender. */
function hasNamedSender({ findings, spf }: EarlierCheck): boolean {
  const isSender = (address: string | null) => address === null || spf.some(({ ip }) => ip === address);
  return findings.some(({ id, subject }) => NAMED.includes(id) && isSender(subject));
}

/** The key of a subdomain (`d=`) whose mail the next change doesn't touch. */
function isSpared({ subject }: Finding, { sparesSubdomainsOf: domain }: CheckedMail): boolean {
  return domain !== null && subject !== null && !subject.endsWith(`._domainkey.${domain}`);
}

/**
 * DMARC takes SPF or DKIM (RFC 9989 4.4): where all mail is signed, an SPF record that is missing or broken costs none of
 * it. Not by a permerror either: a receiver that refuses mail for that (RFC 7208 8.7) does so at `p=none` as well, and no
 * rung changes it.
 */
function isSpfHeeded(finding: Finding, checks: readonly EarlierCheck[], mail: CheckedMail): boolean {
  if (OPEN_TO_ANYBODY.includes(finding.id)) return !mail.isParked;
  return mail.needsSpf && (!OF_SENDERS.includes(finding.id) || isTakenOut(finding, checks, mail));
}

/**
 * Whether an address whose mail passes by SPF alone did pass by this record, however long ago. Reports don't say whose
 * record an address passed by: that of a subdomain, which its mail bounces to, is aligned as well, and then nothing is
 * lost. So it is where mail from there still passes days later.
 */
function isTakenOut(finding: Finding, checks: readonly EarlierCheck[], { onSpfAlone }: CheckedMail): boolean {
  return [...onSpfAlone].some(([ip, lastDay]) => {
    const at = mayBeAbout(finding, ip) ? passedAt(ip, checks) : null;
    return at !== null && lastDay < addDays(dayOf(at), REMEMBERED_DAYS);
  });
}

/** No error that counts is about selectors that were guessed. */
function leavesOpen({ severity, isGuessed }: Finding): boolean {
  return severity === 'unknown' && !isGuessed;
}

/** Whether a newer check could not look up what an error is about. */
function isLeftOpen(error: Finding, seenIn: EarlierCheck, newer: EarlierCheck): boolean {
  const open = newer.findings.filter(
    (it) => leavesOpen(it) && it.check === error.check && mayBeAbout(error, it.subject),
  );
  if (error.check !== 'spf') return open.length > 0;
  // Another record than it was made of: who changed it is judged by what it says now.
  const record = seenIn.findings.find(({ id }) => id === 'spf-record')?.record ?? null;
  return open.some((it) => it.record === null || it.record === record);
}

/** What is about the domain as a whole, or stored by a version that kept no subject, may be about anything. */
function mayBeAbout(finding: Finding, subject: string | null): boolean {
  return subject === null || finding.subject === null || finding.subject === subject;
}

/**
 * Look-ups that a rollout can't do without. Of a key it can: it is one with which receivers verified the latest mail of its
 * source, whatever our resolver makes of it.
 */
function isMissed(finding: Finding, { isParked, needsSpf }: CheckedMail): boolean {
  if (finding.severity !== 'unknown' || !isWeighed(finding)) return false;
  return finding.check === 'spf' ? needsSpf : finding.check === 'mx' && !isParked;
}

/** What all checks of the last days left open. */
function neverSeen(open: readonly Finding[], earlier: readonly EarlierCheck[]): string | null {
  const missed = open.find((finding) =>
    earlier.every(({ findings }) =>
      findings.some((it) => it.id === finding.id && mayBeAbout(it, finding.subject)),
    ),
  );
  return missed === undefined ? null : `what mail needs could not be looked up for 3 days: ${told([missed])}`;
}

function told(faults: readonly Finding[]): string {
  const parts = faults.slice(0, MOST_TOLD).map(({ check, message, fix }) => {
    const part = `${NAMES[check]}: ${message}${fix === null ? '' : ` ${fix}`}`;
    return part.length <= LONGEST_PART ? part : `${part.slice(0, LONGEST_PART - 1)}…`;
  });
  const left = faults.length - parts.length;
  return [...parts, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

import type { Trust } from '../evidence/trust.js';
import { addDays, dayOf, daysBetween, type Day, type Instant } from '../instant.js';
import { isSelector, type CheckedSelector } from './dkim/selectors.js';
import { originKey, type OwnOrigins } from './own-mail.js';
import type { SignedMail } from './signed-mail.js';

/** Whose word counts, and what is known of where mail comes from. */
export interface SeenBy {
  readonly trust: Pick<Trust, 'isAttested' | 'canBearOut'>;
  /** Addresses that pass on what was signed elsewhere. */
  readonly forwarders: ReadonlySet<string>;
  readonly origins: OwnOrigins;
  readonly now: Instant;
}

/** One signature on mail from one address, as one reporter saw it. */
interface Signature {
  readonly name: string;
  /** The signing domain. */
  readonly domain: string;
  /** It verified, on mail that passed by a signature. */
  readonly isSound: boolean;
  /** Of the own source that the address belongs to; null: none. */
  readonly source: string | null;
  readonly mail: SignedMail;
}

const DAY_S = 86_400;
const MOST_SELECTORS = 20;
/** Days for which a key counts that was seen on mail of no source of one's own, as on what a list passed on. */
const STRAY_DAYS = 3;

/**
 * Selectors with which aligned signatures on mail of the domain or of its subdomains verified, its own (`d=`) or one of
 * its subdomains', by more than one stranger's word: their keys must be there. Of each source those of its last active
 * days. At most 20, those that most reporters saw. One that was replaced is left out.
 */
export function seenSelectors(
  mails: readonly SignedMail[],
  domain: string,
  by: SeenBy,
): readonly CheckedSelector[] {
  const signatures = mails.flatMap((mail) => signaturesIn(mail, domain, by.origins));
  const seen = new Map<string, Signature[]>();
  for (const signature of signatures.filter((it) => it.isSound && isRecent(it, by))) {
    const key = `${signature.name} ${signature.domain}`;
    const known = seen.get(key) ?? [];
    known.push(signature);
    seen.set(key, known);
  }
  return [...seen]
    .map(([key, made]) => ({ key, made, reporters: reportersOf(made) }))
    .filter(({ made, reporters }) => by.trust.isAttested(reporters) && !isReplaced(made, signatures, by))
    .sort((a, b) => b.reporters.size - a.reporters.size || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_SELECTORS)
    .flatMap(({ made: [first] }) =>
      first === undefined ? [] : [{ name: first.name, from: 'evidence', domain: first.domain }],
    );
}

function isRecent({ mail }: Signature, { origins, now }: SeenBy): boolean {
  const from = origins.get(originKey(mail))?.from ?? addDays(dayOf(now), -STRAY_DAYS);
  return lastDayOf(mail) >= from;
}

/**
 * Whether a key was changed for another: each address that signed with it has since signed with another selector of the
 * same domain, or its source has begun to, and it no longer signs with it, by reports that begin where the last one that
 * tells of it ends. An address that was not seen since may still sign with it: two selectors side by side are no change
 * of keys. `made`: the sound signatures of one selector.
 *
 * Its key may then be gone. Mail that was signed with it and still waits in a queue fails, for four to five days at the
 * most (RFC 5321 4.5.4.1): little. Should it be more, it fails in the reports.
 */
function isReplaced(made: readonly Signature[], all: readonly Signature[], by: SeenBy): boolean {
  const [first] = made;
  if (first === undefined) return false;
  const { name, domain } = first;
  const until = made.reduce((last, { mail }) => Math.max(last, mail.lastEnd), 0);
  const origins = made.filter(({ mail }) => !by.forwarders.has(mail.ip));
  const addresses = new Set(origins.map(({ mail }) => mail.ip));
  const ofDomain = all.filter((it) => it.domain === domain);
  const isStillUsed = ofDomain.some(
    (it) => it.name === name && addresses.has(it.mail.ip) && it.mail.lastEnd > until,
  );
  if (isStillUsed || addresses.size === 0) return false;
  const others = ofDomain.filter((it) => it.isSound && it.name !== name && it.mail.lastBegin >= until);
  const changed = attested(others, by, ({ mail }) => mail.ip);
  const renewed = attested(newSince(until, others, ofDomain), by, ({ source }) => source);
  const sources = new Set(origins.filter(({ mail }) => !changed.has(mail.ip)).map(({ source }) => source));
  return [...sources].every((source) => {
    const theirs = origins.filter((it) => it.source === source);
    return source !== null && renewed.has(source) && isOverdue(theirs, dayOf(by.now));
  });
}

/** Signatures with selectors that were not seen before the day on which another ended. */
function newSince(
  until: number,
  others: readonly Signature[],
  all: readonly Signature[],
): readonly Signature[] {
  const older = new Set(all.filter(({ mail }) => mail.firstBegin < until - DAY_S).map((it) => it.name));
  return others.filter((it) => !older.has(it.name));
}

/** Those of the keys under which signatures were seen by more than one stranger's word. */
function attested(
  signatures: readonly Signature[],
  { trust }: SeenBy,
  keyOf: (signature: Signature) => string | null,
): ReadonlySet<string | null> {
  const seen = new Map<string | null, Set<string>>();
  for (const signature of signatures) {
    const reporters = seen.get(keyOf(signature)) ?? new Set<string>();
    seen.set(keyOf(signature), reporters.add(signature.mail.reporter));
  }
  return new Set([...seen].filter(([, reporters]) => trust.isAttested(reporters)).map(([key]) => key));
}

/**
 * Whether a selector has been silent for no less than the longest pause it made before: what is sent once a week is not
 * over after a day. A source that sends from many addresses uses others each time, so none of them tells.
 */
function isOverdue(made: readonly Signature[], today: Day): boolean {
  const days = [...new Set(made.flatMap(({ mail }) => mail.days))];
  return silence(days, today) >= longestPause(days);
}

function silence(days: readonly Day[], today: Day): number {
  return Math.min(...days.map((day) => daysBetween(day, today)));
}

function longestPause(days: readonly Day[]): number {
  const inOrder = days.toSorted();
  return Math.max(0, ...inOrder.slice(1).map((day, at) => daysBetween(inOrder[at] ?? day, day)));
}

function lastDayOf({ days }: SignedMail): Day {
  return days.at(-1) ?? '';
}

function reportersOf(signatures: readonly Signature[]): ReadonlySet<string> {
  return new Set(signatures.map(({ mail }) => mail.reporter));
}

function signaturesIn(mail: SignedMail, domain: string, origins: OwnOrigins): readonly Signature[] {
  const source = origins.get(originKey(mail))?.source ?? null;
  return mail.dkimResults.flatMap((it) => {
    const name = it.selector?.toLowerCase() ?? '';
    const isOwn = it.domain === domain || it.domain.endsWith(`.${domain}`);
    const isSound = mail.dkim === 'pass' && it.result === 'pass';
    return isOwn && isSelector(name) ? [{ name, domain: it.domain, isSound, source, mail }] : [];
  });
}

import { isPolicy, POLICY_TAG_NAMES } from './policy.js';
import type { PolicyTags } from './policy.js';

/** One `name=value` of a record, spaces around both taken off. */
export interface Tag {
  /** Lower case: the grammar's names are case-insensitive (RFC 9989 4.8). */
  readonly name: string;
  /** As written. */
  readonly value: string;
}

/** What an edit asks for: `pct` and `t` exactly as given (absent: removed), `sp` and `np` only when given. */
export type PolicyEdit = Pick<PolicyTags, 'p' | 'pct' | 't'> & Partial<Pick<PolicyTags, 'sp' | 'np'>>;

type PolicyTagName = (typeof POLICY_TAG_NAMES)[number];

/** The text between two semicolons, cut so that its parts joined are the very same bytes. */
interface Segment {
  readonly before: string;
  readonly name: string;
  readonly equals: string;
  readonly value: string;
  readonly after: string;
}

/**
 * Whether a TXT string is a DMARC Policy Record: `v` comes first and its value is `DMARC1`, case-sensitive
 * (RFC 9989 4.7 "v"). Spaces around are tolerated, so that a second record can't hide behind one.
 */
export function isDmarcRecord(text: string): boolean {
  const end = text.indexOf(';');
  const first = cut(end === -1 ? text : text.slice(0, end));
  return first.name.toLowerCase() === 'v' && first.value === 'DMARC1';
}

/** All tags in their order, duplicates and unknown ones included; what has no `=` is no tag. */
export function readTags(text: string): readonly Tag[] {
  return text
    .split(';')
    .map(cut)
    .filter((segment) => segment.equals !== '')
    .map((segment) => ({ name: segment.name.toLowerCase(), value: segment.value }));
}

/** The value of the first tag of that name; null: there is none. */
export function tagValue(tags: readonly Tag[], name: string): string | null {
  return tags.find((tag) => tag.name === name)?.value ?? null;
}

/**
 * The policy that a record states. Null when it can't be told: no DMARC record, `p` missing or invalid, `sp` or `np`
 * invalid (RFC 9989 4.10.1 then reads `p=none` or nothing at all), or one of the five tags twice (RFC 6376 3.2).
 * An invalid `pct` or `t` is as good as absent (RFC 7489 6.3, RFC 9989 4.7).
 */
export function readPolicyTags(text: string): PolicyTags | null {
  if (!isDmarcRecord(text)) return null;
  const tags = readTags(text);
  if (POLICY_TAG_NAMES.some((name) => tags.filter((tag) => tag.name === name).length > 1)) return null;

  const p = readPolicy(tagValue(tags, 'p'));
  const sp = readPolicy(tagValue(tags, 'sp'));
  const np = readPolicy(tagValue(tags, 'np'));
  if (p === undefined || p === null || sp === undefined || np === undefined) return null;
  const pct = readPercentage(tagValue(tags, 'pct'));
  const t = readTesting(tagValue(tags, 't'));
  return {
    p,
    ...(sp === null ? {} : { sp }),
    ...(np === null ? {} : { np }),
    ...(pct === null ? {} : { pct }),
    ...(t === null ? {} : { t }),
  };
}

/**
 * The same record with another policy. All bytes but those of the edited tags stay: order, spaces, unknown tags,
 * letter case, a final `;`. A tag that is new stands right behind `p`. An edit that asks for what is there returns
 * the text itself. Throws a RangeError when the text is no DMARC record.
 */
export function editPolicy(text: string, next: PolicyEdit): string {
  if (!isDmarcRecord(text)) throw new RangeError('not a DMARC Policy Record');
  const current = readPolicyTags(text);
  if (current !== null && isSamePolicy(current, next)) return text;

  const wanted = wantedValues(next);
  const seen = new Set<string>();
  const segments: Segment[] = [];
  for (const segment of text.split(';').map(cut)) {
    const name = policyTagName(segment);
    const value = name === null ? undefined : wanted.get(name);
    if (name === null || value === undefined) {
      segments.push(segment);
    } else if (value !== null && !seen.has(name)) {
      seen.add(name);
      segments.push(segment.value.toLowerCase() === value ? segment : { ...segment, value });
    }
  }
  return insertNew(segments, wanted, seen)
    .map((part) => part.before + part.name + part.equals + part.value + part.after)
    .join(';');
}

/** A first record for a domain that has none. `rua` is a mail address, with or without `mailto:`. */
export function freshRecord(rua: string, tags: PolicyTags): string {
  const uri = /^mailto:/i.test(rua) ? rua : `mailto:${rua}`;
  const policy = POLICY_TAG_NAMES.filter((name) => tags[name] !== undefined).map(
    (name) => `${name}=${tags[name]}`,
  );
  return ['v=DMARC1', ...policy, `rua=${uri}`].join('; ');
}

/** Null per tag: take it out. A tag that isn't a key stays untouched. */
function wantedValues(next: PolicyEdit): ReadonlyMap<PolicyTagName, string | null> {
  const wanted = new Map<PolicyTagName, string | null>([['p', next.p]]);
  if (next.sp !== undefined) wanted.set('sp', next.sp);
  if (next.np !== undefined) wanted.set('np', next.np);
  wanted.set('pct', next.pct === undefined ? null : String(next.pct));
  wanted.set('t', next.t ?? null);
  return wanted;
}

function insertNew(
  segments: readonly Segment[],
  wanted: ReadonlyMap<PolicyTagName, string | null>,
  seen: ReadonlySet<string>,
): readonly Segment[] {
  const p = segments.findIndex((segment) => policyTagName(segment) === 'p');
  const at = p === -1 ? 0 : p; // without `p`, right behind `v`
  const before = p === -1 ? ' ' : (segments[p]?.before ?? ' ');
  const added: Segment[] = [];
  for (const [name, value] of wanted) {
    if (value !== null && !seen.has(name)) added.push({ before, name, equals: '=', value, after: '' });
  }
  return [...segments.slice(0, at + 1), ...added, ...segments.slice(at + 1)];
}

function isSamePolicy(current: PolicyTags, next: PolicyEdit): boolean {
  return (
    current.p === next.p &&
    current.pct === next.pct &&
    current.t === next.t &&
    (next.sp === undefined || current.sp === next.sp) &&
    (next.np === undefined || current.np === next.np)
  );
}

function policyTagName(segment: Segment): PolicyTagName | null {
  if (segment.equals === '') return null;
  const name = segment.name.toLowerCase();
  return POLICY_TAG_NAMES.find((known) => known === name) ?? null;
}

/** Undefined: stated, but invalid. */
function readPolicy(value: string | null): PolicyTags['p'] | null | undefined {
  if (value === null) return null;
  const word = value.toLowerCase();
  return isPolicy(word) ? word : undefined;
}

function readPercentage(value: string | null): number | null {
  if (value === null || !/^\d{1,3}$/.test(value)) return null;
  const percentage = Number(value);
  return percentage <= 100 ? percentage : null;
}

function readTesting(value: string | null): 'y' | 'n' | null {
  const word = value?.toLowerCase();
  return word === 'y' || word === 'n' ? word : null;
}

/** Cuts by hand: an expression with two runs of spaces would take quadratic time on hostile text. */
function cut(text: string): Segment {
  const at = text.indexOf('=');
  if (at === -1) return { before: '', name: text, equals: '', value: '', after: '' };
  const nameStart = skipSpace(text, 0, at);
  const nameEnd = skipSpaceBack(text, at, nameStart);
  const valueStart = skipSpace(text, at + 1, text.length);
  const valueEnd = skipSpaceBack(text, text.length, valueStart);
  return {
    before: text.slice(0, nameStart),
    name: text.slice(nameStart, nameEnd),
    equals: text.slice(nameEnd, valueStart),
    value: text.slice(valueStart, valueEnd),
    after: text.slice(valueEnd),
  };
}

function skipSpace(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isSpace(text[at])) at += 1;
  return at;
}

function skipSpaceBack(text: string, from: number, to: number): number {
  let at = from;
  while (at > to && isSpace(text[at - 1])) at -= 1;
  return at;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

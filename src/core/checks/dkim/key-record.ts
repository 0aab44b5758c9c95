/** One `name=value` of a key record (RFC 6376 3.2), spaces around both taken off; names are case-sensitive. */
export interface KeyTag {
  readonly name: string;
  readonly value: string;
}

/** A slip that lies in how the record was typed, and not in what it says. */
export type TypingSlip = 'quotes' | 'backslash' | 'no-semicolon' | 'capitals' | 'pem';

export interface KeyRecord {
  /** Read as it was meant. */
  readonly tags: readonly KeyTag[];
  readonly slips: readonly TypingSlip[];
}

/** In which slips are told; capitals come last. */
const ORDER: readonly TypingSlip[] = ['quotes', 'backslash', 'pem', 'no-semicolon'];
const NAMES = new Set(['v', 'h', 'k', 'n', 'p', 's', 't', 'g']);

/** What to take out of a text to read it as it was meant. A space counts for nothing within a key. */
const STRAY: readonly (readonly [slip: TypingSlip, what: RegExp, instead: string])[] = [
  ['quotes', /"/g, ' '],
  ['backslash', /\\/g, ''],
  ['pem', /-----(?:BEGIN|END)[A-Z ]*-----/g, ''],
];

/** Reads a key record as verifiers and, where they stumble, as its author meant it. Takes any text. */
export function readKeyRecord(text: string): KeyRecord {
  const segments = text.split(';');
  const hasKey = segments.some((segment) => /^\s*p\s*=/.test(segment));
  // A note for people may hold anything (RFC 6376 3.6.1 "n"), but the only key there is.
  const isKept = (segment: string): boolean => hasKey && /^\s*n\s*=/.test(segment);
  const read = segments.map((segment) => (isKept(segment) ? untouched(segment) : readSegment(segment)));
  const tags = read.flatMap(({ parts }) => parts).flatMap(readTag);
  const typed = ORDER.filter((slip) => read.some(({ slips }) => slips.includes(slip)));
  const names = tags.map(({ name }) => name);
  const isCapital = (name: string): boolean => !NAMES.has(name) && NAMES.has(name.toLowerCase());
  if (!names.some(isCapital)) return { tags, slips: typed };
  return {
    tags: tags.map(({ name, value }) => ({ name: isCapital(name) ? name.toLowerCase() : name, value })),
    slips: [...typed, 'capitals'],
  };
}

/** The same as it stands, as a verifier reads it that overlooks nothing. */
export function readAsItStands(text: string): KeyRecord {
  return { tags: text.split(';').flatMap(readTag), slips: [] };
}

/** What stands between two semicolons, divided where one is missing. */
interface ReadSegment {
  readonly parts: readonly string[];
  readonly slips: readonly TypingSlip[];
}

/** But for the backslash that zone files have before the next semicolon. */
function untouched(segment: string): ReadSegment {
  const text = segment.trimEnd();
  return { parts: [text.endsWith('\\') ? text.slice(0, -1) : text], slips: [] };
}

function readSegment(segment: string): ReadSegment {
  const found = STRAY.filter(([, what]) => segment.search(what) !== -1);
  const meant = found.reduce((rest, [, what, instead]) => rest.replace(what, instead), segment);
  const parts = divide(meant);
  const slips = found.map(([slip]) => slip);
  return { parts, slips: parts.length > 1 ? [...slips, 'no-semicolon'] : slips };
}

/** The value of the first tag of that name; null: there is none. */
export function keyTag(record: KeyRecord, name: string): string | null {
  return record.tags.find((tag) => tag.name === name)?.value ?? null;
}

/** The parts of a list such as `h=sha1:sha256`, in small letters. */
export function listOf(value: string): readonly string[] {
  return value
    .split(':')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
}

/** Whether a TXT string is meant as a key record. */
export function looksLikeKey(text: string): boolean {
  const { tags } = readKeyRecord(text.slice(0, 2000));
  const version = tags.find(({ name }) => name === 'v')?.value ?? '';
  if (version !== '') return /^dkim/i.test(version);
  return tags.some(({ name }) => name === 'p');
}

/**
 * The record as it should stand: the version first, then the other tags in their order with the given values (null: take
 * it out), no spaces within the key. Tags that aren't there are added in front of the key.
 */
export function writeKeyRecord(
  record: KeyRecord,
  changes: Readonly<Record<string, string | null>> = {},
): string {
  const wanted = new Map<string, string | null>(record.tags.map(({ name, value }) => [name, value]));
  const key = wanted.get('p') ?? '';
  wanted.delete('p');
  wanted.delete('v');
  wanted.delete('g'); // historic (RFC 6376 C.2)
  for (const [name, value] of Object.entries(changes)) if (name !== 'p') wanted.set(name, value);
  const tags = [...wanted].filter(([, value]) => value !== null).map(([name, value]) => `${name}=${value}`);
  return ['v=DKIM1', ...tags, `p=${(changes['p'] ?? key).replace(/\s+/g, '')}`].join('; ');
}

/** Where a semicolon is missing: `k=rsa p=MIG…`, `p=MIG… t=y`. By hand, as expressions take long on hostile text. */
function divide(segment: string): readonly string[] {
  const words = segment.trim().split(/\s+/);
  const parts: string[] = [];
  let part = '';
  for (const [at, word] of words.entries()) {
    const isTag = NAMES.has(word.charAt(0)) && word.charAt(1) === '=' && /^[a-z\d*]/i.test(word.slice(2));
    if (at > 0 && isTag && part !== '') {
      parts.push(part);
      part = word;
    } else {
      part = part === '' ? word : `${part} ${word}`;
    }
  }
  return [...parts, part];
}

function readTag(segment: string): readonly KeyTag[] {
  const at = segment.indexOf('=');
  if (at === -1) return [];
  return [{ name: segment.slice(0, at).trim(), value: segment.slice(at + 1).trim() }];
}

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

const NAMES = new Set(['v', 'h', 'k', 'n', 'p', 's', 't', 'g']);

/** Reads a key record as verifiers and, where they stumble, as its author meant it. Takes any text. */
export function readKeyRecord(text: string): KeyRecord {
  const slips: TypingSlip[] = [];
  let meant = text;
  if (meant.includes('"')) {
    slips.push('quotes');
    meant = meant.replaceAll('"', ' '); // a space counts for nothing within a key
  }
  if (meant.includes('\\')) {
    slips.push('backslash');
    meant = meant.replaceAll('\\', '');
  }
  if (/-----(?:BEGIN|END)[A-Z ]*-----/.test(meant)) {
    slips.push('pem');
    meant = meant.replace(/-----(?:BEGIN|END)[A-Z ]*-----/g, '');
  }
  const divided = meant.split(';').flatMap(divide);
  if (divided.length > meant.split(';').length) slips.push('no-semicolon');
  const tags = divided.flatMap(readTag);
  const names = tags.map(({ name }) => name);
  const isCapital = (name: string): boolean => !NAMES.has(name) && NAMES.has(name.toLowerCase());
  if (!names.some(isCapital)) return { tags, slips };
  return {
    tags: tags.map(({ name, value }) => ({ name: isCapital(name) ? name.toLowerCase() : name, value })),
    slips: [...slips, 'capitals'],
  };
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

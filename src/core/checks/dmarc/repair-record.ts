import { lintRecord } from '../../record/lint.js';
import { mailAddress } from '../../record/rua.js';

const NAMES = ['v', 'p', 'sp', 'np', 'adkim', 'aspf', 'rua', 'ruf', 'fo', 'pct', 'ri', 'rf', 'psd', 't'];
/** A longer text was not typed by hand. */
const LONGEST = 1000;

/**
 * The record that its author meant: without quotation marks and backslashes, the version in capitals, a semicolon between
 * tags, names in small letters, p second, addresses with mailto:. Null when that still is no sound record, or when tags
 * contradict each other.
 */
export function repairRecord(text: string): string | null {
  if (text.length > LONGEST) return null;
  const plain = text.replace(/["\\“”„]/g, '').replace(/[^\x21-\x7e]+/g, ' ');
  const tags = new Map<string, string>();
  for (const segment of divided(plain)) {
    const at = segment.indexOf('=');
    if (at === -1) continue;
    const name = segment.slice(0, at).trim().toLowerCase();
    const value = segment.slice(at + 1).trim();
    if (tags.has(name) && tags.get(name) !== value) return null;
    tags.set(name, value);
  }
  if (!/^dmarc\s*1?$/i.test(tags.get('v') ?? 'DMARC1')) return null;
  const record = written(tags);
  return record !== text && !lintRecord(record).some(({ severity }) => severity === 'error') ? record : null;
}

/** At semicolons, colons that stand for one, and in front of each known tag that stands behind a space or comma. */
function divided(text: string): readonly string[] {
  return withCommas(text.replace(/:\s+(?=[a-z]+\s*=)/gi, ';').split(';')).flatMap((segment) => {
    const parts: string[] = [];
    for (const word of segment.replace(/\s*=\s*/g, '=').split(/(?<=,)\s*|\s+/)) {
      const name = word.split('=', 1)[0]?.toLowerCase() ?? '';
      const isTag = word.includes('=') && NAMES.includes(name);
      if (isTag || parts.length === 0) parts.push(word);
      else parts.push(`${parts.pop() ?? ''}${word}`);
    }
    return parts.map((part) => part.replace(/,+$/, ''));
  });
}

/** An address behind a semicolon belongs to the addresses before it. */
function withCommas(segments: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const segment of segments) {
    const before = joined.at(-1) ?? '';
    const isAddress = mailAddress(segment.trim()) !== null && /^\s*ru[af]\s*=/i.test(before);
    if (isAddress) joined[joined.length - 1] = `${before},${segment.trim()}`;
    else joined.push(segment);
  }
  return joined;
}

function written(tags: ReadonlyMap<string, string>): string {
  const order = ['v', 'p', ...[...tags.keys()].filter((name) => name !== 'v' && name !== 'p')];
  return order
    .flatMap((name) => {
      const value = tags.get(name);
      if (name === 'v') return ['v=DMARC1'];
      if (value === undefined || value === '') return [];
      if (name === 'rua' || name === 'ruf') return [`${name}=${value.split(',').map(withScheme).join(',')}`];
      return [`${name}=${value}`];
    })
    .join('; ');
}

function withScheme(uri: string): string {
  const bare = uri.trim();
  return mailAddress(bare) === null && mailAddress(`mailto:${bare}`) !== null ? `mailto:${bare}` : bare;
}

import { decodeBase64 } from './base64.js';
import { readKeyRecord, keyTag } from './key-record.js';
import { readPublicKey } from './public-key.js';

/** More pieces than this are no key that somebody cut. */
const MOST_PIECES = 4;

/**
 * The record that several TXT records were before somebody cut it up, when they fit together to a whole key; null: they
 * don't. DNS gives them in any order, so that each is tried behind the piece that has the `p` tag.
 */
export function joinPieces(texts: readonly string[]): string | null {
  if (texts.length < 2 || texts.length > MOST_PIECES) return null;
  const head = texts.find((text) => /(?:^|;)\s*p\s*=/.test(text));
  if (head === undefined) return null;
  const rest = texts.filter((text) => text !== head);
  if (!rest.every((text) => /^[A-Za-z\d+/=\s"]*;?$/.test(text))) return null;
  const joined = orders(rest).map((order) => [head, ...order].join('').replaceAll('"', ''));
  return joined.find(isWhole) ?? null;
}

function isWhole(text: string): boolean {
  const decoded = decodeBase64(keyTag(readKeyRecord(text), 'p') ?? '');
  if (decoded.kind !== 'bytes') return false;
  const key = readPublicKey(decoded.bytes);
  return key.kind === 'rsa' && key.trailing === 0;
}

function orders(pieces: readonly string[]): readonly (readonly string[])[] {
  if (pieces.length <= 1) return [pieces];
  return pieces.flatMap((first, at) => orders(pieces.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

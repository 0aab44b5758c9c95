import { decodeWords } from 'postal-mime';

/** Characters of a field that are looked at. */
const LONGEST_FIELD = 2048;

/** The value before the first semicolon, without comments (RFC 5322 3.2.2), lower case: `multipart/mixed`. */
export function mainValue(field: string): string {
  const end = field.indexOf(';');
  const value = end === -1 ? field : field.slice(0, end);
  return (value.includes('(') ? valueBetweenComments(field) : value).trim().toLowerCase();
}

/** Comments nest, may hold semicolons, and one without an end takes all that follows. */
function valueBetweenComments(field: string): string {
  let value = '';
  let depth = 0;
  for (let at = 0; at < field.length; at += 1) {
    const character = field.charAt(at);
    if (depth === 0 && character === ';') break;
    if (character === '(') depth += 1;
    else if (depth === 0) value += character;
    else if (character === ')') depth -= 1;
    else if (character === '\\') at += 1;
  }
  return value;
}

/**
 * A parameter of a MIME field (RFC 2045 5.1), also split into numbered pieces or percent-encoded (RFC 2231 3 and 4), or
 * with encoded words, which many programs write instead. Empty when there is none.
 */
export function parameter(field: string, name: string): string {
  const looked = field.slice(0, LONGEST_FIELD);
  if (!looked.toLowerCase().includes(name)) return '';
  const pieces = piecesOf(looked, name);
  if (pieces.length < 2) return pieces[0]?.text ?? '';
  return pieces
    .sort((a, b) => a.order - b.order)
    .map(({ text }) => text)
    .join('');
}

interface Piece {
  readonly order: number;
  readonly text: string;
}

/** A name, which a comment may stand before, the number of a piece, and the mark of percent-encoding. */
const ATTRIBUTE = /\s*(?:\((?:[^()\\]|\\.)*\)\s*)*([\w-]+)(?:\*(\d{1,3}))?(\*)?\s*=\s*/y;
const TOKEN = /[^;\s]*/y;

function piecesOf(field: string, wanted: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = field.indexOf(';'); at !== -1; at = field.indexOf(';', at)) {
    ATTRIBUTE.lastIndex = at + 1;
    const match = ATTRIBUTE.exec(field);
    if (match === null) {
      at += 1;
      continue;
    }
    const [, name = '', order = '0', encoded] = match;
    const value = valueAt(field, ATTRIBUTE.lastIndex);
    at = value.end;
    if (name.toLowerCase() !== wanted) continue;
    const text = encoded === undefined ? wordsOf(value.text) : percentDecoded(value.text);
    pieces.push({ order: Number(order), text });
  }
  return pieces;
}

/** A token or a quoted string (RFC 2045 5.1). */
function valueAt(field: string, at: number): { readonly text: string; readonly end: number } {
  if (field[at] === '"') {
    const end = field.indexOf('"', at + 1);
    const text = field.slice(at + 1, Math.max(end, at));
    if (end !== -1 && !text.includes('\\')) return { text, end: end + 1 };
  }
  const quoted = field[at] === '"' ? /"((?:[^"\\]|\\.)*)"/y : null;
  if (quoted !== null) quoted.lastIndex = at;
  const inside = quoted?.exec(field)?.[1];
  if (inside !== undefined) return { text: inside.replaceAll(/\\(.)/g, '$1'), end: quoted?.lastIndex ?? at };
  TOKEN.lastIndex = at;
  return { text: TOKEN.exec(field)?.[0] ?? '', end: TOKEN.lastIndex };
}

/** Encoded words decoded (RFC 2047), which are rare. */
function wordsOf(text: string): string {
  return text.includes('=?') ? decodeWords(text) : text;
}

/** `utf-8'en'a%20b`; other charsets than UTF-8 are read as Latin-1, since it is only a name to show. */
function percentDecoded(text: string): string {
  const value = text.replace(/^[\w-]*'[\w-]*'/, '');
  try {
    return decodeURIComponent(value);
  } catch {
    return value.replaceAll(/%([\dA-F]{2})/gi, (_whole, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
}

import { decodeWords } from 'postal-mime';

/** Characters of a field that are looked at. */
const LONGEST_FIELD = 4096;

/** The value before the first semicolon, lower case: `multipart/mixed`. */
export function mainValue(field: string): string {
  return field.split(';', 1).join('').trim().toLowerCase();
}

/**
 * A parameter of a MIME field (RFC 2045 5.1), also split into numbered pieces or percent-encoded (RFC 2231 3 and 4), or
 * with encoded words, which many programs write instead. Empty when there is none.
 */
export function parameter(field: string, name: string): string {
  const pieces: { readonly order: number; readonly text: string }[] = [];
  const pattern = /;\s*([\w-]+)(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g;
  for (const match of field.slice(0, LONGEST_FIELD).matchAll(pattern)) {
    const [, key = '', order = '0', encoded, quoted, bare = ''] = match;
    if (key.toLowerCase() !== name) continue;
    const text = quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1');
    pieces.push({
      order: Number(order),
      text: encoded === undefined ? decodeWords(text) : percentDecoded(text),
    });
  }
  return pieces
    .sort((a, b) => a.order - b.order)
    .map(({ text }) => text)
    .join('');
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

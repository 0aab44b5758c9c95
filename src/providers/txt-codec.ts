/** One character-string holds at most this many bytes (RFC 1035 3.3). */
const LONGEST_STRING = 255;

/** What all strings of one TXT record hold together at most: 65,535 bytes of RDATA (RFC 1035 3.2.1). */
export const LONGEST_TXT = 65_000;

/**
 * Values are binary text: one character a byte, 0 to 255, as the observer reads them.
 * Throws a RangeError for other characters and for more than a record holds.
 */
export function txtBytes(value: string): Buffer {
  for (let at = 0; at < value.length; at += 1) {
    if (value.charCodeAt(at) > 255) throw new RangeError('a TXT value holds bytes, not wide characters');
  }
  if (value.length > LONGEST_TXT) throw new RangeError('the TXT value is too long');
  return Buffer.from(value, 'latin1');
}

/** The strings of a record: all full but the last; at least one, which may be empty. */
export function splitTxt(value: string): readonly Buffer[] {
  const bytes = txtBytes(value);
  const strings: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += LONGEST_STRING) {
    strings.push(bytes.subarray(at, at + LONGEST_STRING));
  }
  return strings;
}

/** RDATA of a TXT record: each string behind its length (RFC 1035 3.3.14). */
export function encodeTxtRdata(value: string): Buffer {
  return Buffer.concat(splitTxt(value).flatMap((string) => [Buffer.from([string.length]), string]));
}

/** As zone files write it: quoted strings, `"` and `\` behind a backslash, other than printable ASCII as `\DDD` (RFC 1035 5.1). */
export function quoteTxt(value: string): string {
  return splitTxt(value)
    .map((string) => `"${[...string].map(quotedByte).join('')}"`)
    .join(' ');
}

function quotedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  return byte >= 0x20 && byte <= 0x7e ? character : `\\${String(byte).padStart(3, '0')}`;
}

/** Reads quoted strings back, joined. Null when the text is no sequence of quoted strings. */
export function unquoteTxt(text: string): string | null {
  let value = '';
  let isInside = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      isInside = !isInside;
    } else if (!isInside) {
      if (character !== ' ' && character !== '\t') return null;
    } else if (character === '\\') {
      const escaped = /^(?:\d{3}|[^\d])/s.exec(text.slice(at + 1, at + 4))?.[0];
      if (escaped === undefined || Number(escaped) > 255) return null;
      value += escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped;
      at += escaped.length;
    } else {
      value += character;
    }
  }
  return isInside || !text.includes('"') ? null : value;
}

/** A value as an API gives it in JSON, without quotes or escapes: what stands in DNS is its bytes in UTF-8. */
export function txtFromText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

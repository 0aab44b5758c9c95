/** Encoded bytes that are decoded together. */
const SLICE = 64 * 1024;
/** What is decoded whole, without counting where its groups of four end. */
const WHOLE = 96 * 1024;
/** Encoded bytes that are looked through together, whatever they hold. */
const LONGEST = 256 * 1024;

/** Where padding comes sooner, the data are crumbs, of which each costs as much as a whole slice otherwise. */
const CRUMB = 1024;

const EQUALS = 0x3d;

/** What stands for six bits, in both alphabets of RFC 4648 as Node reads them. */
const ALPHABETS = [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
];
const NO_BITS = 64;
/** The six bits of each character. */
const BITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  const found = ALPHABETS.map((alphabet) => alphabet.indexOf(character)).find((index) => index !== -1);
  return found ?? NO_BITS;
});

/**
 * RFC 2045 6.8, for EncodedSource. All that is not of the alphabet is passed over; after padding new data may begin, as
 * where two encoded files were put together.
 */
export function decodeBase64(encoded: Buffer, at: number): { bytes: Buffer; next: number } {
  const isShort = encoded.length - at <= WHOLE;
  const padding = isShort ? encoded.indexOf(EQUALS, at) : -1;
  const end = isShort && padding === -1 ? encoded.length : padding;
  const next = isShort ? end : endOfGroups(encoded, at);
  if (next - at < CRUMB && encoded.length - next > CRUMB) return decodeCrumbs(encoded, at);
  return {
    bytes: Buffer.from(encoded.toString('latin1', at, next), 'base64'),
    next: behindPadding(encoded, next),
  };
}

/** Beyond so many bytes only to the end of a group of four, unless that is nowhere near. */
function mayGoOn(bytes: number, enough: number, openGroup: number): boolean {
  return bytes < enough || (openGroup !== 0 && bytes < enough + LONGEST);
}

/** Where a whole number of groups of four characters ends, or padding begins. */
function endOfGroups(encoded: Buffer, at: number): number {
  let left = SLICE;
  let end = at;
  while (left > 0 && end < encoded.length && mayGoOn(end - at, LONGEST, left % 4)) {
    const code = encoded[end] ?? 0;
    if (code === EQUALS) break;
    if (BITS[code] !== NO_BITS) left -= 1;
    end += 1;
  }
  return end;
}

/** The same for data that are padded again and again: up to the padding behind a slice. */
function decodeCrumbs(encoded: Buffer, at: number): { bytes: Buffer; next: number } {
  const bytes = Buffer.allocUnsafe(Math.min(SLICE, encoded.length - at));
  let to = 0;
  let group = 0;
  let count = 0;
  let from = at;
  for (; from < encoded.length && mayGoOn(from - at, SLICE, count); from += 1) {
    const code = encoded[from] ?? 0;
    const bits = BITS[code] ?? NO_BITS;
    if (code === EQUALS) count = 0;
    if (bits === NO_BITS) continue;
    group = ((group << 6) | bits) & 0xffffff;
    // Each character but the first of four completes a byte.
    if (count > 0) {
      bytes[to] = group >> (6 - 2 * count);
      to += 1;
    }
    count = (count + 1) % 4;
  }
  return { bytes: bytes.subarray(0, to), next: behindPadding(encoded, from) };
}

function behindPadding(encoded: Buffer, at: number): number {
  let end = at;
  while (encoded[end] === EQUALS && end - at < LONGEST) end += 1;
  return end;
}

/** RFC 2045 6.7, for EncodedSource; what is no valid escape stays as it is. */
export function decodeQuotedPrintable(encoded: Buffer, at: number): { bytes: Buffer; next: number } {
  const next = endOfLines(encoded, at);
  const slice = encoded.subarray(at, next);
  const escape = slice.indexOf(EQUALS);
  return { bytes: escape === -1 ? slice : withoutEscapes(slice, escape), next };
}

/** A slice ends behind a line, or where no escape is torn apart. */
function endOfLines(encoded: Buffer, at: number): number {
  if (encoded.length - at <= SLICE) return encoded.length;
  const lineEnd = encoded.lastIndexOf(0x0a, at + SLICE - 1);
  if (lineEnd >= at) return lineEnd + 1;
  const escape = encoded.lastIndexOf(EQUALS, at + SLICE - 1);
  return escape > at + SLICE - 3 ? escape : at + SLICE;
}

function withoutEscapes(slice: Buffer, first: number): Buffer {
  const bytes = Buffer.allocUnsafe(slice.length);
  let to = slice.copy(bytes, 0, 0, first);
  for (let from = first; from < slice.length;) {
    const code = slice[from] ?? 0;
    const value = code === EQUALS ? escapedValue(slice, from) : code;
    if (value === SOFT_BREAK) {
      from = behindLineEnd(slice, from);
      continue;
    }
    bytes[to] = value === NO_ESCAPE ? code : value;
    to += 1;
    from += code === EQUALS && value !== NO_ESCAPE ? 3 : 1;
  }
  return bytes.subarray(0, to);
}

const NO_ESCAPE = -1;
const SOFT_BREAK = -2;

function escapedValue(slice: Buffer, at: number): number {
  const high = hexValue(slice[at + 1]);
  const low = hexValue(slice[at + 2]);
  if (high !== -1 && low !== -1) return high * 16 + low;
  return behindLineEnd(slice, at) === -1 ? NO_ESCAPE : SOFT_BREAK;
}

/** Behind the line end that an "=" hides, with spaces before it; -1 when there is other text. */
function behindLineEnd(slice: Buffer, at: number): number {
  let end = at + 1;
  while (slice[end] === 0x20 || slice[end] === 0x09 || slice[end] === 0x0d) end += 1;
  return slice[end] === 0x0a ? end + 1 : -1;
}

function hexValue(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

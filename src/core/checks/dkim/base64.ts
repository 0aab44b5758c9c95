const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map(
  Array.from(ALPHABET).map((character, value) => [character, value]),
);

export type Decoded =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The first character that can't stand there. */
  | { readonly kind: 'stray'; readonly character: string }
  /** A last character without its fellows. */
  | { readonly kind: 'cut-off' };

/** Bytes of base64 text (RFC 4648 4); spaces count for nothing (RFC 6376 2.10), `=` at the end may be missing. */
export function decodeBase64(text: string): Decoded {
  const digits = text.replace(/[\t\r\n ]+/g, '');
  const end = digits.indexOf('=');
  const data = end === -1 ? digits : digits.slice(0, end);
  const padding = end === -1 ? '' : digits.slice(end);
  const stray =
    Array.from(data).find((character) => !VALUES.has(character)) ??
    Array.from(padding).find((one) => one !== '=');
  if (stray !== undefined) return { kind: 'stray', character: stray };
  if (padding.length > 2) return { kind: 'stray', character: '=' };
  if (data.length % 4 === 1) return { kind: 'cut-off' };

  const bytes = new Uint8Array(Math.floor((data.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of data) {
    bits = ((bits << 6) | (VALUES.get(character) ?? 0)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at] = (bits >> held) & 0xff;
    at += 1;
  }
  return { kind: 'bytes', bytes };
}

/** Base64 text of bytes, with `=` at its end where needed. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const group = (one << 16) | (two << 8) | three;
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(group >> shift) & 63] ?? '').join('');
    const filled = Math.min(3, bytes.length - at) + 1;
    text += digits.slice(0, filled).padEnd(4, '=');
  }
  return text;
}

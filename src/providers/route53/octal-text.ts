import { splitTxt, unquoteTxt } from '../txt-codec.js';

/** A TXT value as Route 53 takes it: strings of 255 bytes in quotes, odd bytes as `\OOO`, octal where zone files are decimal. */
export function quoteOctal(value: string): string {
  return splitTxt(value)
    .map((string) => `"${[...string].map(octalByte).join('')}"`)
    .join(' ');
}

function octalByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  return byte >= 0x20 && byte <= 0x7e ? character : `\\${byte.toString(8).padStart(3, '0')}`;
}

/** Reads it back, joined. Null when the text is no sequence of quoted strings. */
export function unquoteOctal(text: string): string | null {
  const decimal = text.replaceAll(/\\([0-3][0-7]{2}|.)/gs, (escape: string, code: string) =>
    code.length === 3 ? `\\${String(Number.parseInt(code, 8)).padStart(3, '0')}` : escape,
  );
  return unquoteTxt(decimal);
}

/** A name as Route 53 lists it, where all but letters, digits, `-` and `_` is octal (`*` is `\052`). */
export function unescapeName(name: string): string {
  return name.replaceAll(/\\([0-3][0-7]{2})/g, (_escape, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}

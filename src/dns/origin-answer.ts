/** Longer answers than any honest one are cut before they are read. */
const LONGEST_ANSWER = 500;
const LONGEST_NAME = 100;
/** AS numbers have 32 bits (RFC 6793). */
const HIGHEST_ASN = 4_294_967_295;

/**
 * The AS number that the answers of an origin zone name (`64496 | 192.0.2.0/24 | ZZ | registry | date`), of the longest
 * prefix among them; the first where a prefix has several. Null: none of them is such an answer.
 */
export function originOf(texts: readonly string[]): number | null {
  const origins = texts.map(readOrigin).filter((origin) => origin !== null);
  const [closest] = origins.sort((one, other) => other.prefix - one.prefix || one.asn - other.asn);
  return closest?.asn ?? null;
}

/** The name in the answers about an AS number (`64496 | ZZ | registry | date | NAME, ZZ`); null: there is none. */
export function asNameOf(texts: readonly string[]): string | null {
  const names = texts.map((text) => printable(fieldsOf(text).slice(4).join(' | ')));
  return names.find((name) => name !== '') ?? null;
}

function readOrigin(text: string): { readonly asn: number; readonly prefix: number } | null {
  const [numbers = '', network = ''] = fieldsOf(text);
  const number = /^(\d{1,10})(?: \d{1,10})*$/.exec(numbers)?.[1];
  const prefix = /^[0-9a-f.:]{2,45}\/(\d{1,3})$/i.exec(network)?.[1];
  if (number === undefined || prefix === undefined) return null;
  const asn = Number(number);
  return asn < 1 || asn > HIGHEST_ASN ? null : { asn, prefix: Number(prefix) };
}

function fieldsOf(text: string): string[] {
  return text
    .slice(0, LONGEST_ANSWER)
    .split('|')
    .map((field) => field.trim());
}

/** TXT comes as one character a byte: read as UTF-8, without what can't be shown, or misleads where it is shown. */
function printable(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  const shown = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\ufffd]/gu, ' ').replaceAll(/\s+/g, ' ');
  return Array.from(shown.trim()).slice(0, LONGEST_NAME).join('').trim();
}

/**
 * A whole number of at most 15 digits, with any zeros before them; null for anything else. Some reporters write their
 * times as `1337270400.0`; a fraction is cut off.
 */
export function readWholeNumber(text: string): number | null {
  return /^0*\d{1,15}(?:\.\d*)?$/.test(text) ? Number.parseInt(text, 10) : null;
}

/**
 * A number of messages, however large; null for anything else. `5.0` and `5.00` are five, but `1.000` may be a thousand,
 * and nobody counts halves.
 */
export function readCount(text: string): number | null {
  return /^\d+(?:\.0{0,2})?$/.test(text) ? Number(text) : null;
}

/**
 * A whole number of at most 15 digits; null for anything else. Some reporters write their integers as `1337270400.0`;
 * a fraction is cut off.
 */
export function readWholeNumber(text: string): number | null {
  return /^\d{1,15}(?:\.\d{0,9})?$/.test(text) ? Math.floor(Number(text)) : null;
}

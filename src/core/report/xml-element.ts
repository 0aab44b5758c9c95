import { REPORT_LIMITS } from './limits.js';

/** An element as fast-xml-parser gives it: a text, an element with children by name, or a list of these. */
type XmlChildren = Readonly<Record<string, unknown>>;

/** The first child of that name, or undefined. */
export function child(element: unknown, name: string): unknown {
  return children(element, name)[0];
}

/** All children of that name, in document order; none for a text or a missing element. */
export function children(element: unknown, name: string): readonly unknown[] {
  if (!hasChildren(element) || !Object.hasOwn(element, name)) return [];
  const found = element[name];
  return Array.isArray(found) ? found : [found];
}

/**
 * The text of the first child of that name, trimmed; empty when it is missing, empty or holds only elements.
 * Throws a RangeError when it is longer than any value of the schema can be.
 */
export function textOf(element: unknown, name: string): string {
  const text = wholeText(element, name);
  if (text.length <= REPORT_LIMITS.textLength) return text.trim();
  throw new RangeError(`${name} is longer than ${REPORT_LIMITS.textLength} characters`);
}

/** The same, but null for an empty text. */
export function textOrNull(element: unknown, name: string): string | null {
  const text = textOf(element, name);
  return text === '' ? null : text;
}

/** What people are to read, cut where it is too long; null for an empty text. */
export function remarkOf(element: unknown, name: string): string | null {
  const text = wholeText(element, name).slice(0, REPORT_LIMITS.textLength).trim();
  return text === '' ? null : text;
}

/** Whether it holds elements, and not only text. */
export function hasChildren(value: unknown): value is XmlChildren {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wholeText(element: unknown, name: string): string {
  const found = child(element, name);
  const text = hasChildren(found) ? found['#text'] : found;
  // Control characters (a NUL above all) mean nothing here and break databases and terminals.
  return typeof text === 'string' ? text.replaceAll(/\p{Cc}/gu, ' ') : '';
}

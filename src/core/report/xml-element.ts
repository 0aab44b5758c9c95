import { REPORT_LIMITS } from './limits.js';

/** An element by local name, without attributes. */
export interface XmlElement {
  readonly name: string;
  /** Its own text, in one piece. */
  readonly text: string;
  /** In document order: an element of a report has a handful at most, so a list is faster than any index. */
  readonly children: readonly XmlElement[];
}

/** The first child of that name, or undefined. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  if (element === undefined) return undefined;
  for (const one of element.children) if (one.name === name) return one;
  return undefined;
}

/** All children of that name, in document order. */
export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/**
 * The text of the first child of that name, trimmed; empty when it is missing or empty. Throws a RangeError when it is
 * longer than any value of the schema can be.
 */
export function textOf(element: XmlElement | undefined, name: string): string {
  const text = wholeText(element, name);
  if (text.length <= REPORT_LIMITS.textLength) return text.trim();
  throw new RangeError(`${name} is longer than ${REPORT_LIMITS.textLength} characters`);
}

/** The same, but null for an empty text. */
export function textOrNull(element: XmlElement | undefined, name: string): string | null {
  const text = textOf(element, name);
  return text === '' ? null : text;
}

/** What people are to read, cut where it is too long; null for an empty text. */
export function remarkOf(element: XmlElement | undefined, name: string): string | null {
  const text = wholeText(element, name).slice(0, REPORT_LIMITS.textLength).trim();
  return text === '' ? null : text;
}

function wholeText(element: XmlElement | undefined, name: string): string {
  const text = child(element, name)?.text ?? '';
  // Control characters (a NUL above all) mean nothing here and break databases and terminals.
  return /\p{Cc}/u.test(text) ? text.replaceAll(/\p{Cc}/gu, ' ') : text;
}

import { REPORT_LIMITS } from './limits.js';

/** An element by local name, without attributes. */
export interface XmlElement {
  /** Its own text, in one piece. */
  readonly text: string;
  readonly children: ReadonlyMap<string, readonly XmlElement[]>;
}

/** The first child of that name, or undefined. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.get(name)?.[0];
}

/** All children of that name, in document order. */
export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.get(name) ?? [];
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
  // Control characters (a NUL above all) mean nothing here and break databases and terminals.
  return (child(element, name)?.text ?? '').replaceAll(/\p{Cc}/gu, ' ');
}

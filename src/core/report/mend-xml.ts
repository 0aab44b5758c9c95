/** A document mended so far as it can be, and whether its end was missing. */
export interface MendedXml {
  readonly xml: string;
  readonly truncated: boolean;
}

const OPENING = /<(?:[\w.-]+:)?feedback(?=[\s>])/;
const RECORD_END = /<\/(?:[\w.-]+:)?record\s*>/g;

/**
 * What can still be read of a report that isn't well-formed. Three things happen to real ones: something stands around
 * the report (an unclosed `<xs:schema>`, a stray quote, spaces before the declaration); an address or link brings bare
 * `<`, `>` or `&` into a text; the end is missing. Null when there is no report in it, or none with a whole record.
 */
export function mendXml(xml: string): MendedXml | null {
  const opening = OPENING.exec(xml);
  if (opening === null) return null;
  const name = opening[0].slice(1);
  const inside = xml.slice(opening.index);
  const closing = `</${name}>`;
  const end = inside.lastIndexOf(closing);
  if (end !== -1) {
    return { xml: escapeStrayMarkup(inside.slice(0, end + closing.length)), truncated: false };
  }
  const lastRecord = endOfLastRecord(inside);
  if (lastRecord === null) return null;
  return { xml: escapeStrayMarkup(inside.slice(0, lastRecord) + closing), truncated: true };
}

function endOfLastRecord(xml: string): number | null {
  let end: number | null = null;
  for (const match of xml.matchAll(RECORD_END)) end = match.index + match[0].length;
  return end;
}

/** Makes text of `&` and `<` that start no markup: a bare ampersand, `<someone@example.org>`, `<https://…>`. */
function escapeStrayMarkup(xml: string): string {
  return xml
    .replaceAll(/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/g, '&amp;')
    .replaceAll(/<(?=(?:[^<>\s/@]*@|https?:)[^<>]*>)/g, '&lt;')
    .replaceAll(/<(?![/?!\p{L}_])/gu, '&lt;');
}

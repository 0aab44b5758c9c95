import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { REPORT_LIMITS } from './limits.js';

/** The document's elements by name, or why it can't be read. */
export type XmlOutcome =
  | { readonly kind: 'document'; readonly document: unknown }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Longest complaint of the parser that is passed on: it quotes the document, which is hostile. */
const LONGEST_COMPLAINT = 160;

/**
 * Reads XML into elements by local name; all values stay text, since ids look like numbers (`1e5`, `007`, 20 digits).
 * The document must have no DOCTYPE and be within the limits. Never throws.
 */
export function parseXml(xml: string): XmlOutcome {
  // The parser takes truncated and mis-nested documents without a word.
  const validity = validate(xml);
  if (validity !== null) return malformed(validity);
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    removeNSPrefix: true,
    parseTagValue: false,
    htmlEntities: true, // without it `&#252;` stays as written
    trimValues: false,
    maxNestedTags: REPORT_LIMITS.nesting,
  });
  try {
    const document: unknown = parser.parse(xml);
    return { kind: 'document', document };
  } catch (error) {
    return malformed(error instanceof Error ? error.message : 'unreadable');
  }
}

function validate(xml: string): string | null {
  try {
    const result = XMLValidator.validate(xml, { allowBooleanAttributes: true });
    return result === true ? null : `${result.err.msg} (line ${result.err.line})`;
  } catch (error) {
    return error instanceof Error ? error.message : 'unreadable';
  }
}

function malformed(complaint: string): XmlOutcome {
  const line = complaint.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return { kind: 'malformed', reason: line.slice(0, LONGEST_COMPLAINT) };
}

import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { FeedbackBuilder } from './feedback-builder.js';
import { ReportRefused } from './limits.js';
import { literal } from './read-value.js';
import { NO_FEEDBACK } from './refuse-unread.js';
import { isOfNewKind, leftBehind } from './walk-feedback.js';

/** Elements inside elements; the builder has its own limit, in the words of the settings. */
const NESTING = 64;
const FEEDBACK = /<(?:[\w.-]{1,100}:)?feedback(?=[\s/>])[^<]*/;

/**
 * Reads the `<feedback>` element of a well-formed document by a full XML parser, for what the walk can't read, such as
 * endless attributes. Throws ReportRefused when it has none, or the document isn't well-formed: the parser takes
 * truncated and mis-nested ones without a word, and would make whole records of half ones. Throws what the builder
 * throws, too. Gives what follows the element and isn't read; null when nothing does that could matter.
 */
export function parseFeedback(xml: string, builder: FeedbackBuilder): string | null {
  const tag = FEEDBACK.exec(xml);
  if (tag === null) throw new ReportRefused(NO_FEEDBACK);
  if (!isWellFormed(xml)) throw new ReportRefused('the document is not well-formed');
  const [feedback, next] = reportsIn(nodesOf(xml));
  if (feedback === undefined) throw new ReportRefused(NO_FEEDBACK);
  builder.isOfNewKind = isOfNewKind(tag[0]);
  build('feedback', feedback.content, builder);
  if (next === undefined) return null;
  return leftBehind(next.name === 'feedback' ? 'another report' : 'another record');
}

function isWellFormed(xml: string): boolean {
  try {
    return XMLValidator.validate(xml, { allowBooleanAttributes: true }) === true;
  } catch {
    return false;
  }
}

/** The document by local names; all values stay text, since ids look like numbers (`1e5`, `007`, 20 digits). */
function nodesOf(xml: string): unknown {
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    removeNSPrefix: true,
    parseTagValue: false,
    htmlEntities: true, // without it `&#252;` stays as written
    trimValues: false,
    maxNestedTags: NESTING,
    preserveOrder: true, // a list for each element, and no objects by name
    jPath: false, // nobody asks for the path of each element
  });
  try {
    const nodes: unknown = parser.parse(xml);
    return nodes;
  } catch {
    return [];
  }
}

/** The first `<feedback>`, and the first `<feedback>` or `<record>` behind it, at any depth. */
function reportsIn(nodes: unknown): readonly Found[] {
  const all = [...outermost(nodes, 0)];
  const first = all.findIndex(({ name }) => name === 'feedback');
  return first === -1 ? [] : all.slice(first, first + 2);
}

interface Found {
  readonly name: string;
  /** A list of objects with one key each. */
  readonly content: unknown;
}

/** All `<feedback>` that lie in none, and all `<record>` outside of them. */
function* outermost(nodes: unknown, depth: number): Generator<Found> {
  for (const [name, content] of entriesOf(nodes)) {
    if (name === 'feedback' || name === 'record') yield { name, content };
    if (name !== 'feedback' && name !== '#text' && depth < NESTING) yield* outermost(content, depth + 1);
  }
}

function build(name: string, nodes: unknown, builder: FeedbackBuilder): void {
  builder.open(name);
  for (const [key, content] of entriesOf(nodes)) {
    if (key !== '#text') build(key, content, builder);
    // The parser has resolved its references.
    else if (builder.wantsText) builder.addText(literal(String(content)));
  }
  builder.close();
}

function entriesOf(nodes: unknown): readonly (readonly [string, unknown])[] {
  const list: readonly unknown[] = Array.isArray(nodes) ? nodes : [];
  return list.flatMap((node) => Object.entries(Object(node)));
}

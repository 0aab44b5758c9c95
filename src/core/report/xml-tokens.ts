/** A piece of markup. `at` and `end` are its place in the document. */
export type XmlToken =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly empty: boolean;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'close'; readonly name: string; readonly at: number; readonly end: number }
  | { readonly kind: 'text'; readonly text: string; readonly at: number; readonly end: number };

/** A tag by its local name; attributes mean nothing in a report. Neither part can make the match slow. */
const TAG =
  /<(\/?)(?:[\w.-]{1,100}:)?([A-Za-z_][\w.-]{0,99})(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*'){0,4096})?\/?>/y;

/** What isn't an element: how it starts, and how it ends. */
const ASIDES = [
  { start: '<!--', end: '-->' },
  { start: '<?', end: '?>' },
] as const;
const CDATA = { start: '<![CDATA[', end: ']]>' } as const;

/**
 * The tags and texts of an XML document from a place on, in one pass and in linear time, as a parser that builds a tree
 * can't: a hostile document of some megabytes costs those seconds and gigabytes. Comments, declarations and processing
 * instructions are left out. A `<` that starts no tag is text, since reporters leave addresses in angle brackets as
 * they are. An aside that never ends hides the rest.
 */
export function* xmlTokens(xml: string, from: number): Generator<XmlToken> {
  let at = from;
  while (at < xml.length) {
    const token = tokenAt(xml, at);
    if (token === null) return;
    at = token.end;
    if (token.kind !== 'aside') yield token;
  }
}

type Found = XmlToken | { readonly kind: 'aside'; readonly end: number };

function tokenAt(xml: string, at: number): Found | null {
  if (xml[at] !== '<') return textUpTo(xml, at, xml.indexOf('<', at));
  const aside = ASIDES.find(({ start }) => xml.startsWith(start, at));
  if (aside !== undefined) {
    const end = xml.indexOf(aside.end, at + aside.start.length);
    return end === -1 ? null : { kind: 'aside', end: end + aside.end.length };
  }
  return xml.startsWith(CDATA.start, at) ? cdataAt(xml, at) : tagAt(xml, at);
}

function cdataAt(xml: string, at: number): XmlToken | null {
  const start = at + CDATA.start.length;
  const end = xml.indexOf(CDATA.end, start);
  // The text is as it stands: what looks like a reference is none.
  const text = end === -1 ? '' : xml.slice(start, end).replaceAll('&', '&amp;');
  return end === -1 ? null : { kind: 'text', text, at, end: end + CDATA.end.length };
}

function tagAt(xml: string, at: number): XmlToken {
  TAG.lastIndex = at;
  const match = TAG.exec(xml);
  if (match === null) return textUpTo(xml, at, xml.indexOf('<', at + 1));
  const [whole, slash, name = ''] = match;
  const end = at + whole.length;
  if (slash === '/') return { kind: 'close', name, at, end };
  return { kind: 'open', name, empty: whole.endsWith('/>'), at, end };
}

function textUpTo(xml: string, at: number, next: number): XmlToken {
  const end = next === -1 ? xml.length : next;
  return { kind: 'text', text: xml.slice(at, end), at, end };
}

/** Text with its character references (XML 1.0 4.1) and the five entities that every document has (4.6) resolved. */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/g,
    (whole, ...groups) => {
      const [name, decimal, hexadecimal]: readonly unknown[] = groups;
      if (typeof name === 'string') return ENTITIES.get(name) ?? whole;
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hexadecimal), 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

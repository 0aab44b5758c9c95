/** A tag by its local name; attributes mean nothing in a report. Neither part can make the match slow. */
const TAG =
  /<(\/?)(?:[\w.-]{1,100}:)?([A-Za-z_][\w.-]{0,99})(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*'){0,4096})?\/?>/y;
const LONGEST_NAME = 100;

/** What isn't an element: how it starts, and how it ends. */
const ASIDES = [
  { start: '<!--', end: '-->' },
  { start: '<?', end: '?>' },
] as const;
const CDATA = { start: '<![CDATA[', end: ']]>' } as const;

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const NAME_CHARACTERS = charactersMatching(/[\w.-]/);
const NAME_STARTS = charactersMatching(/[A-Za-z_]/);

/** `empty`: a tag that opens and closes, `<spf/>`. */
export type XmlToken = 'open' | 'empty' | 'close' | 'text';

/**
 * The tags and texts of an XML document from a place on, in one pass and in linear time, as a parser that builds a tree
 * can't: a hostile document of some megabytes costs those seconds and gigabytes. Comments, declarations and processing
 * instructions are left out. A `<` that starts no tag is text, since reporters leave addresses in angle brackets as
 * they are. An aside that never ends hides the rest.
 *
 * Gives its tokens through its own fields, one at a time: reports of a year hold a thousand million of them.
 */
export class XmlScanner {
  /** Local name of a tag. */
  name = '';
  /** Text as it stands, references unresolved. */
  text = '';
  /** The token's place in the document. */
  at: number;
  end: number;
  /** Names by a hash of their letters, so that most are made once a document. */
  private readonly names: string[] = [];

  constructor(
    private readonly xml: string,
    from: number,
  ) {
    this.at = from;
    this.end = from;
  }

  /** Goes to the next token; null at the end of the document. */
  next(): XmlToken | null {
    while (this.end < this.xml.length) {
      const token = this.tokenAt(this.end);
      if (token !== 'aside') return token;
    }
    return null;
  }

  private tokenAt(at: number): XmlToken | 'aside' | null {
    this.at = at;
    const { xml } = this;
    if (xml.charCodeAt(at) !== LESS) return this.textUpTo(xml.indexOf('<', at));
    const second = xml.charCodeAt(at + 1);
    return this.plainTag(second === SLASH ? at + 2 : at + 1) ?? this.otherMarkup();
  }

  /** A tag without prefix, attributes and spaces, as nearly all are; null for any other markup. */
  private plainTag(start: number): XmlToken | null {
    const { xml } = this;
    if (NAME_STARTS[xml.charCodeAt(start)] !== 1) return null;
    let end = start;
    let hash = 0;
    for (let code = xml.charCodeAt(end); NAME_CHARACTERS[code] === 1; code = xml.charCodeAt(end)) {
      hash = (hash * 31 + code) & 0xff;
      end += 1;
    }
    if (end - start > LONGEST_NAME) return null;
    const isClosing = start === this.at + 2;
    const isEmpty = !isClosing && xml.charCodeAt(end) === SLASH;
    if (xml.charCodeAt(isEmpty ? end + 1 : end) !== GREATER) return null;
    this.name = this.nameBetween(start, end, hash);
    this.end = isEmpty ? end + 2 : end + 1;
    if (isClosing) return 'close';
    return isEmpty ? 'empty' : 'open';
  }

  private nameBetween(start: number, end: number, hash: number): string {
    const known = this.names[hash];
    if (known?.length === end - start && this.xml.startsWith(known, start)) return known;
    const name = this.xml.slice(start, end);
    this.names[hash] = name;
    return name;
  }

  private otherMarkup(): XmlToken | 'aside' | null {
    const { xml, at } = this;
    const aside = ASIDES.find(({ start }) => xml.startsWith(start, at));
    if (aside !== undefined) {
      const end = xml.indexOf(aside.end, at + aside.start.length);
      this.end = end + aside.end.length;
      return end === -1 ? null : 'aside';
    }
    return xml.startsWith(CDATA.start, at) ? this.cdata() : this.tag();
  }

  private cdata(): XmlToken | null {
    const start = this.at + CDATA.start.length;
    const end = this.xml.indexOf(CDATA.end, start);
    if (end === -1) return null;
    // The text is as it stands: what looks like a reference is none.
    this.text = this.xml.slice(start, end).replaceAll('&', '&amp;');
    this.end = end + CDATA.end.length;
    return 'text';
  }

  private tag(): XmlToken {
    TAG.lastIndex = this.at;
    const match = TAG.exec(this.xml);
    if (match === null) return this.textUpTo(this.xml.indexOf('<', this.at + 1));
    const [whole, slash, name = ''] = match;
    this.name = name;
    this.end = this.at + whole.length;
    if (slash === '/') return 'close';
    return whole.endsWith('/>') ? 'empty' : 'open';
  }

  private textUpTo(next: number): XmlToken {
    this.end = next === -1 ? this.xml.length : next;
    this.text = this.xml.slice(this.at, this.end);
    return 'text';
  }
}

/** 1 at the code of each ASCII character that matches. */
function charactersMatching(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}

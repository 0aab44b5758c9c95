import { KNOWN_NAMES, nameBetween, nextNameHash } from './known-names.js';

/** A tag by its local name; attributes mean nothing in a report. Neither part can make the match slow. */
const TAG =
  /<(\/?)(?:[\w.-]{1,100}:)?([A-Za-z_][\w.-]{0,99})(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*'){0,4096})?\/?>/y;
/** Characters. What is longer is text. */
const LONGEST_TAG = 16_384;
const REFUSED = /<!(?:DOCTYPE|ENTITY)/iy;
const LONGEST_START = '<!DOCTYPE'.length;

/** What isn't an element: how it starts, and how it ends. */
const COMMENT = { start: '<!--', end: '-->' } as const;
const INSTRUCTION = { start: '<?', end: '?>' } as const;
const CDATA = { start: '<![CDATA[', end: ']]>' } as const;
type Aside = typeof COMMENT | typeof INSTRUCTION | typeof CDATA;

const NUL = '\0';
const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;
const NAME_CHARACTERS = charactersMatching(/[\w.-]/);
const NAME_STARTS = charactersMatching(/[A-Za-z_]/);
const LONGEST_NAME = 100;
/** Characters that are looked at one by one before the rest of a text is searched at once. */
const SHORT_TEXT = 128;

/** `empty`: a tag that opens and closes, `<spf/>`; `refused`: a document type or entity. */
export type XmlToken = 'open' | 'empty' | 'close' | 'text' | 'refused';

/**
 * The tags and texts of an XML document that comes in pieces, in linear time and bounded memory, as a parser that builds
 * a tree can't: a hostile document of some megabytes costs those seconds and gigabytes. Comments and processing
 * instructions are left out. A `<` that starts no tag is text, since reporters leave addresses in angle brackets as
 * they are. An aside that never ends hides the rest. One text may come as several tokens; but for that, it makes no
 * difference where the pieces are cut.
 *
 * Gives its tokens through its own fields, one at a time: reports of a year hold a thousand million of them.
 */
export class XmlScanner {
  /** What is read now: the piece, and before it what the piece before left unfinished. */
  xml = '';
  /** The token's place in it. */
  at = 0;
  end = 0;
  /** Local name of a tag. */
  name = '';
  /** The place of a text without what encloses it, references unresolved; `hash` is one of its characters. */
  from = 0;
  to = 0;
  hash = 0;
  /** The text stood in CDATA: what looks like a reference is none. */
  isLiteral = false;
  /** Before the report, where an instruction without an end must not hide it: what starts one is text. */
  isProlog = false;
  /** Whether texts are given, or passed over. */
  wantsText = true;
  /** Angle brackets so far that begin neither a tag nor an aside. */
  strays = 0;
  /** A text that was given or passed over had NUL characters. To be set back by who takes note. */
  sawNul = false;
  private mayHoldNul = false;
  private aside: Aside | null = null;
  private isLast = false;
  private before = 0;

  /** Goes on with the next piece; all tokens of the one before must have been taken. */
  feed(piece: string): void {
    this.before += this.end;
    const rest = this.xml.slice(this.end);
    // Joined by `+` they would be two strings still, and each look at a character would cost twice as much.
    this.xml = rest === '' ? piece : [rest, piece].join('');
    this.at = 0;
    this.end = 0;
    this.mayHoldNul = this.xml.includes(NUL);
  }

  /** No more pieces will come: what was left unfinished is what it is. */
  finish(): void {
    this.isLast = true;
  }

  /** Characters before the token. */
  get offset(): number {
    return this.before + this.at;
  }

  /** Within a comment, an instruction or CDATA. */
  get isInAside(): boolean {
    return this.aside !== null;
  }

  /** Goes to the next token; null when the next piece is needed, or at the end of the document. */
  next(): XmlToken | null {
    while (this.end < this.xml.length) {
      const token = this.aside === null ? this.tokenAt(this.end) : this.insideOf(this.aside);
      if (token === null) return null;
      if (token !== 'aside') return token;
    }
    return null;
  }

  private tokenAt(at: number): XmlToken | 'aside' | null {
    this.at = at;
    const { xml } = this;
    if (xml.charCodeAt(at) !== LESS) return this.text();
    const isClosing = at + 1 < xml.length && xml.charCodeAt(at + 1) === SLASH;
    return this.plainTag(isClosing ? at + 2 : at + 1) ?? this.otherMarkup();
  }

  /** A tag without attributes and spaces, as nearly all are; null for any other markup. */
  private plainTag(first: number): XmlToken | null {
    const { xml } = this;
    const { length } = xml;
    let start = first;
    let at = first;
    let hash = 0;
    let code = 0;
    while (at < length) {
      code = xml.charCodeAt(at);
      if (code > 0x7f || NAME_CHARACTERS[code] !== 1) break;
      hash = nextNameHash(hash, code);
      at += 1;
    }
    if (code === COLON && start === first && isName(xml, first, at)) {
      start = at + 1;
      hash = 0;
      for (at = start; at < length; at += 1) {
        code = xml.charCodeAt(at);
        if (code > 0x7f || NAME_CHARACTERS[code] !== 1) break;
        hash = nextNameHash(hash, code);
      }
    }
    if (!isName(xml, start, at)) return null;
    const isClosing = first === this.at + 2;
    const isEmpty = !isClosing && code === SLASH;
    const last = isEmpty ? at + 1 : at;
    if (last >= length || xml.charCodeAt(last) !== GREATER) return null;
    this.name = nameBetween(xml, start, at, hash);
    this.end = last + 1;
    if (isClosing) return 'close';
    return isEmpty ? 'empty' : 'open';
  }

  private otherMarkup(): XmlToken | 'aside' | null {
    const { xml, at } = this;
    const left = xml.length - at;
    const second = left === 1 ? EXCLAMATION : xml.charCodeAt(at + 1);
    if (second === EXCLAMATION) {
      if (left < LONGEST_START && !this.isLast) return null;
      return this.declaration();
    }
    if (second === QUESTION) return this.isProlog ? this.stray() : this.startOf(INSTRUCTION);
    return this.tag();
  }

  private declaration(): XmlToken | 'aside' {
    const { xml, at } = this;
    if (xml.startsWith(COMMENT.start, at)) return this.startOf(COMMENT);
    if (xml.startsWith(CDATA.start, at) && !this.isProlog) return this.startOf(CDATA);
    REFUSED.lastIndex = at;
    if (!REFUSED.test(xml)) return this.stray();
    this.end = at + '<!'.length;
    return 'refused';
  }

  private startOf(aside: Aside): 'aside' {
    this.aside = aside;
    this.end = this.at + aside.start.length;
    return 'aside';
  }

  private insideOf(aside: Aside): XmlToken | 'aside' | null {
    const { xml } = this;
    const found = xml.indexOf(aside.end, this.end);
    // The end may have begun in this piece.
    const kept = this.isLast ? xml.length : xml.length - aside.end.length + 1;
    this.from = this.end;
    this.to = found === -1 ? Math.max(this.end, kept) : found;
    this.at = this.end;
    this.end = found === -1 ? this.to : found + aside.end.length;
    if (found !== -1) this.aside = null;
    this.isLiteral = true;
    if (aside === CDATA) this.lookForNul(this.from, this.to);
    if (aside === CDATA && this.wantsText && this.to > this.from) return 'text';
    return found === -1 ? null : 'aside';
  }

  private tag(): XmlToken | 'aside' | null {
    const { xml, at } = this;
    TAG.lastIndex = at;
    const match = TAG.exec(xml);
    const [whole = '', slash, name = ''] = match ?? [];
    if (match === null || whole.length > LONGEST_TAG) return this.mayGoOn() ? null : this.stray();
    this.name = KNOWN_NAMES.get(name) ?? name;
    this.end = at + whole.length;
    if (slash === '/') return 'close';
    return whole.endsWith('/>') ? 'empty' : 'open';
  }

  /** Whether the next piece can make a tag of what is none yet. */
  private mayGoOn(): boolean {
    const { xml, at } = this;
    return !this.isLast && xml.length - at < LONGEST_TAG && !xml.includes('<', at + 1);
  }

  /** A `<` that starts nothing else. */
  private stray(): XmlToken | 'aside' {
    this.strays += 1;
    return this.text();
  }

  private text(): XmlToken | 'aside' {
    const { xml, at } = this;
    const { length } = xml;
    if (!this.wantsText) {
      const next = xml.indexOf('<', at + 1);
      this.end = next === -1 ? length : next;
      this.lookForNul(at, this.end);
      return 'aside';
    }
    const near = Math.min(length, at + SHORT_TEXT + 1);
    let code = xml.charCodeAt(at);
    let hash = code;
    let to = at + 1;
    for (; to < near; to += 1) {
      code = xml.charCodeAt(to);
      if (code === LESS) break;
      hash = (Math.imul(hash, 31) + code) | 0;
    }
    if (to === near && to < length) {
      const next = xml.indexOf('<', to);
      to = next === -1 ? length : next;
    }
    this.from = at;
    this.to = to;
    this.end = to;
    this.hash = hash;
    this.isLiteral = false;
    this.lookForNul(at, to);
    return 'text';
  }

  private lookForNul(from: number, to: number): void {
    if (this.mayHoldNul && this.xml.slice(from, to).includes(NUL)) this.sawNul = true;
  }
}

function isName(xml: string, start: number, end: number): boolean {
  if (end === start || end - start > LONGEST_NAME) return false;
  const code = xml.charCodeAt(start);
  return code < 0x80 && NAME_STARTS[code] === 1;
}

/** 1 at the code of each ASCII character that matches. */
function charactersMatching(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}

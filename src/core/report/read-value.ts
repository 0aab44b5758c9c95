import type { ResultWord } from './report.js';
import { readAddress, readDomain } from './read-names.js';
import { readCount, readWholeNumber } from './read-numbers.js';
import { readResultWord } from './result-words.js';
import { resolveReferences } from './resolve-references.js';

/** The text of an element, and what it means; each meaning is found once, since most values of reports repeat. */
export class Value {
  /** Its references resolved; control characters, which break databases and terminals, are spaces. */
  readonly whole: string;
  /** The same, trimmed. */
  readonly text: string;
  private name: string | null | undefined;
  private ip: string | null | undefined;
  private number: number | null | undefined;
  private messages: number | null | undefined;
  private small: string | undefined;
  private result: ResultWord | undefined;

  /** `raw` is the text as it stands in the document. */
  constructor(readonly raw: string) {
    this.whole = withoutControls(resolveReferences(raw));
    this.text = this.whole.trim();
    this.name = undefined;
    this.ip = undefined;
    this.number = undefined;
    this.messages = undefined;
    this.small = undefined;
    this.result = undefined;
  }

  /** As a canonical domain name; null when it is none. */
  get domain(): string | null {
    if (this.name === undefined) this.name = readDomain(this.text);
    return this.name;
  }

  /** As a canonical IP address; null when it is none. */
  get address(): string | null {
    if (this.ip === undefined) this.ip = readAddress(this.text);
    return this.ip;
  }

  get wholeNumber(): number | null {
    if (this.number === undefined) this.number = readWholeNumber(this.text);
    return this.number;
  }

  /** As a number of messages; null when it is none. */
  get count(): number | null {
    if (this.messages === undefined) this.messages = readCount(this.text);
    return this.messages;
  }

  get lower(): string {
    if (this.small === undefined) this.small = this.text.toLowerCase();
    return this.small;
  }

  get word(): ResultWord {
    if (this.result === undefined) this.result = readResultWord(this.text);
    return this.result;
  }
}

export const NO_VALUE = new Value('');

/** Of text that another reader has resolved, or that stands in CDATA: what looks like a reference there is none. */
export function literal(text: string): string {
  return text.includes('&') ? text.replaceAll('&', '&amp;') : text;
}

/**
 * The text in memory of its own. A part cut out of a long text keeps all of that text alive in V8, and values outlive
 * the piece of the document that they came in.
 */
export function ownCopy(text: string): string {
  return [text.slice(0, 1), text.slice(1)].join('');
}

function withoutControls(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code > 0x7e && code < 0xa0)) return text.replaceAll(/\p{Cc}/gu, ' ');
  }
  return text;
}

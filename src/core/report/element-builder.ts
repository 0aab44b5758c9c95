import { REPORT_LIMITS } from './limits.js';
import { resolveReferences } from './xml-tokens.js';
import type { XmlElement } from './xml-element.js';

interface Open {
  readonly name: string;
  readonly children: Map<string, XmlElement[]>;
  text: string;
}

/** Builds one small part of a document, such as a `<record>`, from its tags and texts. */
export class ElementBuilder {
  private readonly open: Open[] = [];
  private elements = 0;

  /** Throws a RangeError when the part holds more elements than any reporter writes. */
  start(name: string): void {
    this.elements += 1;
    if (this.elements > REPORT_LIMITS.elements)
      throw new RangeError(`more than ${REPORT_LIMITS.elements} elements`);
    this.open.push({ name, children: new Map(), text: '' });
  }

  text(text: string): void {
    const element = this.open.at(-1);
    // A value over the limit is refused by its reader; no need to keep more of it than proves that.
    if (element !== undefined && element.text.length <= RAW_TEXT_LENGTH) {
      element.text += text.slice(0, RAW_TEXT_LENGTH + 1);
    }
  }

  /** Closes the innermost element; gives the whole part when it was the outermost. */
  end(): XmlElement | null {
    const element = this.open.pop();
    if (element === undefined) return null;
    const { name, children } = element;
    const done = { text: resolveReferences(element.text), children };
    const parent = this.open.at(-1);
    if (parent === undefined) return done;
    const siblings = parent.children.get(name);
    if (siblings === undefined) parent.children.set(name, [done]);
    else siblings.push(done);
    return null;
  }
}

/** Before references are resolved, which can make it an eighth: `&#x41;`. */
const RAW_TEXT_LENGTH = 10 * REPORT_LIMITS.textLength;

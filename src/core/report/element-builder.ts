import { REPORT_LIMITS } from './limits.js';
import { resolveReferences } from './resolve-references.js';
import type { XmlElement } from './xml-element.js';

interface Open {
  readonly name: string;
  text: string;
  children: XmlElement[];
}

/** Shared by all elements without one, which most are; never added to. */
const NO_CHILDREN: XmlElement[] = [];

/** Before references are resolved, which can make it an eighth: `&#x41;`. */
const RAW_TEXT_LENGTH = 10 * REPORT_LIMITS.textLength;

/** Builds one small part of a document, such as a `<record>`, from its tags and texts. */
export class ElementBuilder {
  private readonly open: Open[] = [];
  private elements = 0;

  /** Throws a RangeError when the part holds more elements than any reporter writes. */
  start(name: string): void {
    this.elements += 1;
    if (this.elements > REPORT_LIMITS.elements)
      throw new RangeError(`more than ${REPORT_LIMITS.elements} elements`);
    this.open.push({ name, text: '', children: NO_CHILDREN });
  }

  text(text: string): void {
    const element = this.open.at(-1);
    // A value over the limit is refused by its reader; no need to keep more of it than proves that.
    if (element === undefined || element.text.length > RAW_TEXT_LENGTH) return;
    element.text += text.length > RAW_TEXT_LENGTH ? text.slice(0, RAW_TEXT_LENGTH + 1) : text;
  }

  /** Closes the innermost element; gives the whole part when it was the outermost. */
  end(): XmlElement | null {
    const element = this.open.pop();
    if (element === undefined) return null;
    element.text = resolveReferences(element.text);
    const parent = this.open.at(-1);
    if (parent === undefined) return element;
    if (parent.children === NO_CHILDREN) parent.children = [element];
    else parent.children.push(element);
    return null;
  }
}

/** RFC 7208 7.2. `c`, `r` and `t` have a meaning in explanations only. */
export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v';

interface Macro {
  readonly letter: MacroLetter;
  /** Written as a capital: what it stands for is escaped for a URL. */
  readonly isEscaped: boolean;
  /** How many of the right-hand parts are kept; null: all. */
  readonly keep: number | null;
  readonly isReversed: boolean;
  /** The characters at which the value is split. */
  readonly delimiters: string;
}

export interface MacroString {
  readonly text: string;
  readonly parts: readonly (string | Macro)[];
}

/** What is wrong with a macro-string, and at which character of it. */
export interface MacroFault {
  readonly at: number;
  readonly message: string;
}

export type MacroReading =
  | { readonly kind: 'read'; readonly macro: MacroString }
  | { readonly kind: 'faulty'; readonly fault: MacroFault };

const TOKEN = /%\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}|%([%_-])|[^%]+/giy;
const LETTERS = [
  's',
  'l',
  'o',
  'd',
  'i',
  'p',
  'h',
  'c',
  'r',
  't',
  'v',
] as const satisfies readonly MacroLetter[];
const IN_EXPLANATIONS_ONLY: ReadonlySet<MacroLetter> = new Set(['c', 'r', 't'] as const);
/** RFC 7208 7.1: `toplabel`, letters, digits and hyphens, not all digits, with a label before it. */
const TOP_LABEL = /\.(?=[a-z\d-]*[a-z-])[a-z\d](?:[a-z\d-]*[a-z\d])?\.?$/i;
const DOTTED_QUAD = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/|$)/;

/** Reads a macro-string (RFC 7208 7.1), as in an explanation's text or an unknown modifier: all macros are allowed. */
export function readMacroString(text: string): MacroReading {
  const parts: (string | Macro)[] = [];
  const token = new RegExp(TOKEN);
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (found === null) return faulty(at, 'after % comes one of {, %, _ and -, and a macro is complete');
    const part = readPart(found);
    if (typeof part === 'object' && 'message' in part) return faulty(at, part.message);
    parts.push(part);
  }
  return { kind: 'read', macro: { text, parts } };
}

/** Reads a domain-spec (RFC 7208 7.1): a macro-string that ends in a macro or in a dot and a top label. */
export function readDomainSpec(text: string): MacroReading {
  if (text === '') return faulty(0, 'a domain name is missing');
  const reading = readMacroString(text);
  if (reading.kind === 'faulty') return reading;
  const wrong = reading.macro.parts.find(
    (part) => typeof part === 'object' && IN_EXPLANATIONS_ONLY.has(part.letter),
  );
  if (typeof wrong === 'object') {
    return faulty(0, `the macro %{${wrong.letter}} has a meaning in explanations only`);
  }
  if (/%(?:\{[^}]*\}|[%_-])$/.test(text) || TOP_LABEL.test(text)) return reading;
  if (DOTTED_QUAD.test(text)) return faulty(0, 'an IP address stands where a domain name belongs');
  return faulty(
    0,
    text.includes('.') ? 'the last label is no top-level domain' : 'a domain name has at least two labels',
  );
}

/** Whether a macro letter is used. */
export function hasMacro(macro: MacroString, letter: MacroLetter): boolean {
  return macro.parts.some((part) => typeof part === 'object' && part.letter === letter);
}

/** The letters of all its macros; empty: the text says the same of every message. */
export function lettersOf(macro: MacroString): ReadonlySet<MacroLetter> {
  return new Set(macro.parts.flatMap((part) => (typeof part === 'object' ? [part.letter] : [])));
}

/** Puts the values in (RFC 7208 7.3). */
export function expandMacros(macro: MacroString, valueOf: (letter: MacroLetter) => string): string {
  return macro.parts
    .map((part) => (typeof part === 'string' ? part : expand(part, valueOf(part.letter))))
    .join('');
}

function expand(macro: Macro, value: string): string {
  const parts = splitAt(value, macro.delimiters);
  const ordered = macro.isReversed ? parts.toReversed() : parts;
  const kept = (macro.keep === null ? ordered : ordered.slice(-macro.keep)).join('.');
  return macro.isEscaped ? escapeForUrl(kept) : kept;
}

function splitAt(value: string, delimiters: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at += 1) {
    if (!delimiters.includes(value.charAt(at))) continue;
    parts.push(value.slice(start, at));
    start = at + 1;
  }
  return [...parts, value.slice(start)];
}

/** RFC 7208 7.3: all but the unreserved characters of RFC 3986 2.3, as the octets of UTF-8. */
function escapeForUrl(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function readPart(found: RegExpExecArray): string | Macro | { readonly message: string } {
  const [text, letter, digits = '', reverse = '', delimiters = '', escape] = found;
  if (escape !== undefined) return { '%': '%', _: ' ', '-': '%20' }[escape] ?? '';
  if (letter === undefined) return text;
  const known = LETTERS.find((one) => one === letter.toLowerCase());
  if (known === undefined) return { message: `there is no macro %{${letter}}` };
  // RFC 7208 7.3: a number of parts is not zero.
  if (digits !== '' && Number(digits) === 0) return { message: 'a macro keeps at least one part' };
  return {
    letter: known,
    isEscaped: letter !== known,
    keep: digits === '' ? null : Number(digits),
    isReversed: reverse !== '',
    delimiters: delimiters === '' ? '.' : delimiters,
  };
}

function faulty(at: number, message: string): MacroReading {
  return { kind: 'faulty', fault: { at, message } };
}

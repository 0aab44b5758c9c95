/** One `method=result` with its properties, all lower case: `dmarc`, `pass`, `header.from` → `example.org`. */
export interface Statement {
  readonly method: string;
  readonly result: string;
  readonly properties: ReadonlyMap<string, string>;
}

export interface ResultStatements {
  readonly authservId: string;
  readonly results: readonly Statement[];
}

/** Longer fields are no work of a receiving server. */
const LONGEST_FIELD = 16_384;

/** A quoted `;` is a word, so marks and words are told apart. */
interface Token {
  readonly kind: 'word' | 'mark';
  readonly text: string;
}

/**
 * The value of one Authentication-Results field (RFC 8601 2.2), folded or not, with comments and quoted strings. Null
 * when it doesn't begin with an authserv-id. A statement that can't be read makes no difference to the others.
 */
export function statementsOf(field: string): ResultStatements | null {
  if (field.length > LONGEST_FIELD) return null;
  const [first = [], ...rest] = split(tokensOf(field));
  const [id] = first;
  // A version may follow the id; a `=` right after it means that the id is missing.
  if (id?.kind !== 'word' || isEquals(first[1])) return null;
  return { authservId: id.text.toLowerCase(), results: rest.flatMap(readStatement) };
}

function readStatement(tokens: readonly Token[]): readonly Statement[] {
  const [method, equals, result] = tokens;
  if (method?.kind !== 'word' || !isEquals(equals) || result?.kind !== 'word') return [];
  return [
    {
      method: method.text.toLowerCase().replace(/\/\d+$/, ''), // RFC 8601 2.2: "dmarc/1" names the method's version
      result: result.text.toLowerCase(),
      properties: readProperties(tokens.slice(3)),
    },
  ];
}

/** Of two properties of one name the first wins, as people read them. */
function readProperties(tokens: readonly Token[]): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const [index, equals] of tokens.entries()) {
    const name = tokens[index - 1];
    const value = tokens[index + 1];
    if (!isEquals(equals) || name?.kind !== 'word' || value?.kind !== 'word') continue;
    const key = name.text.toLowerCase();
    if (!properties.has(key)) properties.set(key, value.text.toLowerCase());
  }
  return properties;
}

function isEquals(token: Token | undefined): boolean {
  return token?.kind === 'mark' && token.text === '=';
}

/** The statements between the semicolons. */
function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === ';') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** Words, `=` and `;`; comments are left out, quoted strings become one word. */
function tokensOf(field: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < field.length) {
    const character = field.charAt(at);
    const end = endOf(field, at);
    const text = field.slice(at, end);
    if (character === '"') tokens.push({ kind: 'word', text: unquoted(text) });
    else if (character === '=' || character === ';') tokens.push({ kind: 'mark', text });
    else if (character !== '(' && !/\s/.test(character)) tokens.push({ kind: 'word', text });
    at = end;
  }
  return tokens;
}

function endOf(field: string, start: number): number {
  const character = field.charAt(start);
  if (character === '(') return endOfComment(field, start);
  if (character === '"') return endOfQuoted(field, start);
  if (/[=;\s]/.test(character)) return start + 1;
  const word = /[^\s;=("]+/y;
  word.lastIndex = start;
  return start + (word.exec(field)?.[0].length ?? 1);
}

/** Comments nest (RFC 5322 3.2.2); one that never ends hides all that follows. */
function endOfComment(field: string, start: number): number {
  let depth = 0;
  for (let at = start; at < field.length; at += 1) {
    const character = field.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return field.length;
}

function endOfQuoted(field: string, start: number): number {
  for (let at = start + 1; at < field.length; at += 1) {
    const character = field.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '"') return at + 1;
  }
  return field.length;
}

function unquoted(quoted: string): string {
  return quoted.replace(/^"|"$/g, '').replaceAll(/\\(.)/gs, '$1');
}

/** An argument as read (RFC 9051 4): quoted strings and literals are `text` too. */
export type Argument = string | readonly Argument[];

export interface Command {
  readonly tag: string;
  /** Upper case; `UID FETCH` for those with a prefix. */
  readonly verb: string;
  readonly args: readonly Argument[];
}

/** What the bytes so far amount to. `literal`: the client waits to be told to go on. */
export type ReadEvent =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'literal' }
  | { readonly kind: 'too-long' };

const LONGEST_LINE = 64 * 1024;
const LONGEST_LITERAL = 32 * 1024 * 1024;

/** Puts a client's bytes together to lines; a literal (RFC 9051 4.3) becomes part of its line. */
export class CommandReader {
  private waiting: Buffer = Buffer.alloc(0);
  private line = '';
  private literalLeft = 0;

  /** Events in order; after `too-long` nothing more can be made of the connection. */
  push(chunk: Buffer): readonly ReadEvent[] {
    this.waiting = this.waiting.length === 0 ? chunk : Buffer.concat([this.waiting, chunk]);
    const events: ReadEvent[] = [];
    for (let event = this.next(); event !== null; event = this.next()) {
      events.push(event);
      if (event.kind === 'too-long') break;
    }
    return events;
  }

  private next(): ReadEvent | null {
    if (this.literalLeft > 0) {
      if (this.waiting.length < this.literalLeft) return null;
      this.line += this.take(this.literalLeft);
      this.literalLeft = 0;
    }
    const end = this.waiting.indexOf('\r\n');
    if (end < 0) return this.waiting.length > LONGEST_LINE ? { kind: 'too-long' } : null;
    const text = this.take(end);
    this.take(2);
    return this.finish(text);
  }

  private finish(text: string): ReadEvent | null {
    const [, size, plus] = /\{(\d{1,9})(\+?)\}$/.exec(text) ?? [];
    this.line += text;
    if (size !== undefined) {
      this.literalLeft = Number(size);
      if (this.literalLeft > LONGEST_LITERAL) return { kind: 'too-long' };
      this.line += '\r\n';
      return plus === '+' ? this.next() : { kind: 'literal' };
    }
    const line = this.line;
    this.line = '';
    return { kind: 'line', text: line };
  }

  private take(length: number): string {
    const text = this.waiting.toString('latin1', 0, length);
    this.waiting = this.waiting.subarray(length);
    return text;
  }
}

/** One line, its literals within, as a command; null: not one. */
export function parseCommand(line: string): Command | null {
  const [head, tag, first] = /^([^\s(){%*"\\+]+) ([A-Za-z]+) ?/.exec(line) ?? [];
  if (head === undefined || tag === undefined || first === undefined) return null;
  const args = parseArguments(line.slice(head.length));
  if (args === null) return null;
  const [second, ...rest] = args;
  if (first.toUpperCase() === 'UID' && typeof second === 'string') {
    return { tag, verb: `UID ${second.toUpperCase()}`, args: rest };
  }
  return { tag, verb: first.toUpperCase(), args };
}

const TOKENS = /\{(\d+)\+?\}\r\n|"((?:[^"\\]|\\.)*)"|(\()|(\))|((?:\[[^\]]*\]|[^\s()"{[])+)| +/gy;
const DEEPEST = 8;

function parseArguments(text: string): readonly Argument[] | null {
  const stack: Argument[][] = [[]];
  const tokens = new RegExp(TOKENS);
  while (tokens.lastIndex < text.length) {
    const token = tokens.exec(text);
    if (token === null) return null;
    const [, literal, quoted, open, close, atom] = token;
    if (literal !== undefined) {
      const end = tokens.lastIndex + Number(literal);
      stack.at(-1)?.push(text.slice(tokens.lastIndex, end));
      tokens.lastIndex = end;
    } else if (quoted !== undefined) stack.at(-1)?.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else if (atom !== undefined) stack.at(-1)?.push(atom);
    else if (open !== undefined) stack.push([]);
    else if (close !== undefined) {
      const list = stack.pop();
      if (list === undefined || stack.length === 0) return null;
      stack.at(-1)?.push(list);
    }
    if (stack.length > DEEPEST) return null;
  }
  return stack.length === 1 ? (stack[0] ?? null) : null;
}

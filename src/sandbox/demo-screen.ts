import type { Colors } from 'picocolors/types.js';

/** One domain as the screen shows it. */
export interface DomainLine {
  readonly domain: string;
  readonly story: string;
  /** Index into `rungs`; null until the record was read. */
  readonly rung: number | null;
  readonly rungs: readonly string[];
  readonly phase: string;
  readonly why: string;
  /** `2026-03-01`; null: no date can be told. */
  readonly next: string | null;
}

/** Where the text goes; `process.stdout` is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A log that scrolls, and on a terminal a few lines below it that are drawn anew in place. */
export class DemoScreen {
  private drawn = 0;
  private lines: readonly string[] = [];

  constructor(
    private readonly terminal: Terminal,
    private readonly colors: Colors,
  ) {}

  log(text: string): void {
    this.erase();
    this.terminal.write(`${text}\n`);
    this.draw();
  }

  /** Shows the state of a day; without a terminal nothing, since the log says what changes. */
  show(title: string, domains: readonly DomainLine[]): void {
    if (this.terminal.isTTY !== true) return;
    this.erase();
    const { bold, dim } = this.colors;
    this.lines = ['', bold(title), ...domains.flatMap((line) => this.domain(line)), dim('')];
    this.draw();
  }

  /** Leaves what is shown where it is and goes on below it. */
  settle(): void {
    this.drawn = 0;
    this.lines = [];
  }

  private domain(line: DomainLine): readonly string[] {
    const { bold, cyan, dim } = this.colors;
    const width = (this.terminal.columns ?? 100) - 1;
    const head = `${line.domain.padEnd(18)} ${ladderStrip(line)}  ${line.phase}`;
    const next = line.next === null ? '' : `  next ${line.next}`;
    const rung = line.rung === null ? '' : (line.rungs[line.rung] ?? '');
    return [
      cut(head, width).replace(line.domain, bold(line.domain)),
      cyan(cut(`${' '.repeat(19)}${rung}${next}`, width)),
      dim(cut(`${' '.repeat(19)}${line.why}`, width)),
    ];
  }

  private erase(): void {
    if (this.drawn === 0) return;
    this.terminal.write(`\u001B[${this.drawn}A\u001B[0J`); // up to the first drawn line, and clear from there
    this.drawn = 0;
  }

  private draw(): void {
    if (this.lines.length === 0) return;
    this.terminal.write(`${this.lines.join('\n')}\n`);
    this.drawn = this.lines.length;
  }
}

/** `none ●●●○○○○ reject`: how far up the ladder. */
export function ladderStrip({ rung, rungs }: Pick<DomainLine, 'rung' | 'rungs'>): string {
  const dots = rungs.map((_, index) => (rung !== null && index <= rung ? '●' : '○'));
  return `none ${dots.join('')} reject`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

import type { Terminal } from './terminal.js';

/** Milliseconds between two lines of progress. */
const TERMINAL_PAUSE = 250;
const LOG_PAUSE = 10_000;

/** `12,000 of 100,000 (12 %), 1,900 a second, 46 s left`. `total` may be an estimate; `perSecond` null: not known yet. */
export function progressText(done: number, total: number, perSecond: number | null): string {
  const percent = total === 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);
  const parts = [`${grouped(done)} of ${grouped(total)} (${percent} %)`];
  if (perSecond !== null && perSecond > 0) {
    parts.push(`${grouped(Math.round(perSecond))} a second`);
    if (done < total) parts.push(`${spanText((total - done) / perSecond)} left`);
  }
  return parts.join(', ');
}

/** `46 s`, `12 min`, `3 h 20 min`. */
export function spanText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Shows how far something has come: on a terminal in place, in a log now and then. */
export class ProgressLine {
  private readonly startedAt = performance.now();
  private shownAt = this.startedAt;
  private isOpen = false;

  constructor(private readonly terminal: Terminal) {}

  show(done: number, total: number): void {
    const now = performance.now();
    if (now - this.shownAt < (this.terminal.overwrite === undefined ? LOG_PAUSE : TERMINAL_PAUSE)) return;
    this.shownAt = now;
    const seconds = (now - this.startedAt) / 1000;
    const text = progressText(done, total, done / seconds);
    if (this.terminal.overwrite === undefined) this.terminal.err(text);
    else this.terminal.overwrite(text);
    this.isOpen = true;
  }

  /** Before anything else is written. */
  clear(): void {
    if (this.isOpen) this.terminal.overwrite?.('');
    this.isOpen = false;
  }
}

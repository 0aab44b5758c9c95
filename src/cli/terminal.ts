import type { Surroundings } from '../config/load-config.js';

/** Where a command reads and writes: the process's own, or a test's. */
export interface Terminal extends Partial<Surroundings> {
  /** Results. */
  out(line: string): void;
  /** Progress, logs, complaints. */
  err(line: string): void;
  readonly hasColors: boolean;
  /** Replaces the last line of progress, where stderr is a screen. */
  overwrite?(line: string): void;
}

/** 0: done; 1: done, and the answer is no; 2: could not be done, or wrongly asked. */
export type ExitStatus = 0 | 1 | 2;

/** Ends a command with a message for people instead of a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly status: ExitStatus = 2,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Text from outside without control and formatting characters: reports and DNS must not drive the terminal. */
export function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

/** JSON on one line, with what JSON.stringify leaves of control characters escaped too. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007F-\u009F\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

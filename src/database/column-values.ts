import type { ValueTransformer } from 'typeorm';
import type { Instant } from '../core/instant.js';

/** timestamptz ↔ milliseconds since the epoch. */
export const instantColumn: ValueTransformer = {
  to: (at: Instant | null | undefined) => (typeof at === 'number' ? new Date(at) : at),
  from: (at: Date | null) => (at === null ? null : at.getTime()),
};

/** bigint, which the driver gives as text ↔ number; all of ours stay far below 2^53. */
export const wholeNumberColumn: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/** Text that comes from mail, reports or DNS. */
export const foreignTextColumn: ValueTransformer = {
  to: (text: string | null | undefined) => (typeof text === 'string' ? storableText(text) : text),
  from: (text: string | null) => text,
};

/** jsonb whose strings may come from mail, reports or DNS. */
export const jsonColumn: ValueTransformer = {
  to: (value: unknown) => storableJson(value),
  from: (value: unknown) => value,
};

/** PostgreSQL takes neither U+0000 nor half a surrogate pair; refused text would block its mailbox for ever. */
export function storableText(text: string): string {
  if (!/[\0\ud800-\udfff]/u.test(text)) return text;
  return text.replaceAll('\0', '').replaceAll(/[\ud800-\udfff]/gu, '\ufffd');
}

/** The same for every string inside a JSON value; the value itself when all of it can be stored. */
export function storableJson(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  const text = JSON.stringify(value);
  return isStorableJson(text) ? value : cleanJson(text);
}

/** A jsonb parameter for SQL written by hand; SQL null for null and undefined. */
export function jsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  return isStorableJson(text) ? text : JSON.stringify(cleanJson(text));
}

/** A parameter that is an array of numbers or text, as PostgreSQL reads it: the driver looks at each value far longer. */
export function arrayText(values: readonly (string | number | null)[]): string {
  return `{${values.map(elementText).join(',')}}`;
}

function elementText(value: string | number | null): string | number {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return value;
  return /["\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

function isStorableJson(text: string): boolean {
  return !text.includes('\\u') || !/\\u0000|\\ud[89a-f]/i.test(text);
}

function cleanJson(text: string): unknown {
  return JSON.parse(text, (_key, inner: unknown) =>
    typeof inner === 'string' ? storableText(inner) : inner,
  );
}

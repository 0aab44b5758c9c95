import type { Argument } from './command-reader.js';
import type { StoredMessage } from './mail-store.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What a client wants to be told of a message; null: something that this server does not know. */
export function parseItems(argument: Argument | undefined): readonly string[] | null {
  const items = typeof argument === 'string' ? [argument] : (argument ?? []);
  const names = items.map((item) => (typeof item === 'string' ? item.toUpperCase() : ''));
  return names.length > 0 && names.every((name) => KNOWN.test(name)) ? names : null;
}

const KNOWN = /^(UID|FLAGS|INTERNALDATE|RFC822\.SIZE|BODY(\.PEEK)?\[(HEADER|TEXT)?\](<\d+\.\d+>)?)$/;

/** The FETCH response for one message, its literals within (RFC 9051 7.5.2). */
export function fetchResponse(sequence: number, message: StoredMessage, items: readonly string[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`* ${sequence} FETCH (`)];
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(Buffer.from(' '));
    parts.push(...value(item, message));
  }
  parts.push(Buffer.from(')\r\n'));
  return Buffer.concat(parts);
}

function value(item: string, message: StoredMessage): readonly Buffer[] {
  if (item === 'UID') return [Buffer.from(`UID ${message.uid}`)];
  if (item === 'FLAGS') return [Buffer.from(flagsText(message.flags))];
  if (item === 'INTERNALDATE') return [Buffer.from(`INTERNALDATE "${dateText(message.receivedAt)}"`)];
  if (item === 'RFC822.SIZE') return [Buffer.from(`RFC822.SIZE ${message.raw.length}`)];
  const [, section = '', from, most] = /\[(HEADER|TEXT)?\](?:<(\d+)\.(\d+)>)?$/.exec(item) ?? [];
  const whole = sectionOf(message.raw, section);
  if (from === undefined) return [Buffer.from(`BODY[${section}] {${whole.length}}\r\n`), whole];
  const part = whole.subarray(Number(from), Number(from) + Number(most));
  return [Buffer.from(`BODY[${section}]<${from}> {${part.length}}\r\n`), part];
}

function sectionOf(raw: Buffer, section: string): Buffer {
  if (section === '') return raw;
  const blank = raw.indexOf('\r\n\r\n');
  const end = blank < 0 ? raw.length : blank + 4;
  return section === 'HEADER' ? raw.subarray(0, end) : raw.subarray(end);
}

export function flagsText(flags: ReadonlySet<string>): string {
  return `FLAGS (${[...flags].join(' ')})`;
}

/** ` 5-Jan-2026 04:00:00 +0000` */
function dateText(at: number): string {
  const date = new Date(at);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = date.toISOString().slice(11, 19);
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

/** The same the other way; null: no such date. */
export function parseDate(text: string): number | null {
  const [, day, month, year, time, zone] =
    /^\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/.exec(text) ?? [];
  if (day === undefined || zone === undefined) return null;
  const at = Date.parse(`${day} ${month} ${year} ${time} ${zone}`);
  return Number.isNaN(at) ? null : at;
}

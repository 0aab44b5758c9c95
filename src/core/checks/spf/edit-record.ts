import { readClientIp } from './ip-network.js';
import { parseSpfRecord } from './parse-record.js';
import { isSpfRecord, reachedTerms } from './spf-record.js';
import type { Place, SpfRecord } from './spf-record.js';

export interface Placed {
  readonly place: Place;
}

/** The record with other text in the place of some terms, one space between all; empty text takes a term away. */
export function withTermsReplaced(record: SpfRecord, replaced: ReadonlyMap<Placed, string>): string {
  let text = '';
  let at = 0;
  const inOrder = [...replaced].toSorted(([one], [other]) => one.place.start - other.place.start);
  for (const [{ place }, instead] of inOrder) {
    text += record.text.slice(at, place.start) + instead;
    at = place.end;
  }
  return `${text}${record.text.slice(at)}`.trim().replace(/ +/g, ' ');
}

/** The record with its first `all` behind all that stands behind it. */
export function withAllLast(text: string): string {
  const record = parseSpfRecord(text);
  const { all } = reachedTerms(record);
  return all === null ? text : `${withTermsReplaced(record, new Map([[all, '']]))} ${all.text}`;
}

/** The record with addresses of senders before all else, where they cost nothing and nothing is decided yet. */
export function withNetworksFirst(text: string, addresses: readonly string[]): string {
  const terms = addresses.flatMap((address) => {
    const ip = readClientIp(address);
    return ip === null ? [] : [`ip${ip.family}:${ip.text}`];
  });
  const [version = '', ...others] = text.split(' ');
  return [version, ...new Set(terms), ...others].join(' ');
}

/** One record that lets pass what any of several does. Null: one is broken, or they can't be put together by their text. */
export function mergedRecord(texts: readonly string[]): string | null {
  const records = texts.map(parseSpfRecord);
  if (!records.every(isPlain)) return null;
  const terms = records.flatMap((record) =>
    reachedTerms(record).directives.flatMap(({ text, mechanism }) =>
      mechanism.kind === 'all' ? [] : [text],
    ),
  );
  return ['v=spf1', ...new Set(terms), '~all'].join(' ');
}

function isPlain({ text, faults, redirect, explanation }: SpfRecord): boolean {
  return isSpfRecord(text) && faults.length === 0 && redirect === null && explanation === null;
}

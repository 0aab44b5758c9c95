import type { DnsAnswer } from '../dns-answers.js';
import { parseSpfRecord } from './parse-record.js';
import { isSpfRecord } from './spf-record.js';
import type { SpfRecord } from './spf-record.js';

/** What SPF finds at a name (RFC 7208 4.4, 4.5). */
export type SelectedRecord =
  | { readonly kind: 'record'; readonly record: SpfRecord }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly texts: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Picks the SPF record from a TXT answer. Others' TXT records are none of its business, whatever is in them. */
export function selectRecord(answer: DnsAnswer<string>): SelectedRecord {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'none') return { kind: 'none' };
  const texts = answer.records.filter(isSpfRecord);
  const [text] = texts;
  if (text === undefined) return { kind: 'none' };
  return texts.length > 1 ? { kind: 'several', texts } : { kind: 'record', record: parseSpfRecord(text) };
}

import { readIp } from './ip-network.js';
import { parseSpfRecord } from './parse-record.js';
import { readQualifier } from './parse-mechanism.js';
import { isSpfRecord } from './spf-record.js';
import type { SpfRecord, UnknownModifier } from './spf-record.js';

/** Characters: no name is longer, and a hostile record is one term of 64 KB. */
const LONGEST_TERM = 300;
/** Characters; a longer one was not typed by hand. */
const LONGEST_NEAR_MISS = 2000;
const MECHANISMS: ReadonlySet<string> = new Set([
  'all',
  'include',
  'a',
  'mx',
  'ptr',
  'ip4',
  'ip6',
  'exists',
] as const);
const HOST_NAME = /^[a-z\d_-]+(?:\.[a-z\d_-]+)+\.?$/i;
const DASH_ALL = /^(?:\xe2\x80[\x90-\x95]|\xe2\x88\x92|\xc2\xad)all$/i;

/** What a term that breaks the grammar was meant as. Null: that can't be told. Takes the term alone. */
export function meantTerm(term: string): string | null {
  if (term.length > LONGEST_TERM) return null;
  const text = term.replace(/[",;\\]+$/, '').replace(/^["\\]+/, '');
  if (DASH_ALL.test(text)) return '-all';
  const { rest } = readQualifier(text);
  const qualifier = text.slice(0, text.length - rest.length);
  const meant = meantMechanism(rest);
  return meant === null ? (text === term || text === '' ? null : text) : `${qualifier}${meant}`;
}

function meantMechanism(text: string): string | null {
  if (/^all\W+$/i.test(text)) return 'all';
  if (/^(?:redirect|exp):/i.test(text)) return text.replace(':', '=');
  const parts = /^([a-z]+\d?):(.+)$/i.exec(text);
  if (parts === null) return meantName(text);
  const [, name = '', value = ''] = parts;
  const address = ipTerm(value);
  if (address !== null) return address === text.toLowerCase() ? null : address;
  const bare = value.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  if (/^ip[v46]*$/i.test(name)) return HOST_NAME.test(value) && !/^[\d.]+$/.test(value) ? `a:${value}` : null;
  return bare === value ? null : `${name}:${bare}`;
}

/** A term without a colon: an address or a host name by itself. */
function meantName(text: string): string | null {
  const address = ipTerm(text);
  if (address !== null) return address;
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text) ? `a:${text}` : null;
}

/** `ip4:` or `ip6:` with an address as it was found, its port taken away. */
function ipTerm(value: string): string | null {
  const [written = '', length] = value.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1').split('/');
  const address = readIp(written);
  if (address === null) return null;
  return `ip${address.family}:${written.toLowerCase()}${length === undefined ? '' : `/${length}`}`;
}

/** The record that a broken one was meant as; null when that can't be told of all its faults. */
export function meantRecord(record: SpfRecord): string | null {
  const spaced = record.text
    .replaceAll(/\xc2\xa0|[\t\r\n]+/g, ' ')
    .replaceAll(/(?<= )((?:ip4|ip6|include|a|mx|exists):) +(?=[^ ])/gi, '$1')
    .replaceAll(/(?<= )([~?+-]) +(?=all(?: |$))/gi, '$1');
  const broken = new Set(parseSpfRecord(spaced).faults.map(({ term }) => term));
  const meant = spaced
    .split(/ +/)
    .map((term) => (broken.has(term) ? (meantTerm(term) ?? term) : term))
    .join(' ')
    .trim();
  return isSpfRecord(meant) && parseSpfRecord(meant).faults.length === 0 ? meant : null;
}

/** The term that an unknown modifier was meant as: receivers pass it over without a word. Null: it may be no slip. */
export function meantModifier({ name, value, text }: UnknownModifier): string | null {
  if (name === 'v') return '';
  if (!MECHANISMS.has(name)) return null;
  const meant = text.replace('=', ':');
  return value !== '' && parseSpfRecord(`v=spf1 ${meant}`).faults.length === 0 ? meant : null;
}

/** Why a TXT string that was meant as an SPF record is none, in a sentence for people. Null: it is one, or never was meant to be. */
export function explainSpfNearMiss(text: string): string | null {
  if (isSpfRecord(text)) return null;
  const start = text.slice(0, 100);
  if (!/^[\W\s]*(?:v\s*[=:]\s*["']?)?spf ?1/i.test(start) && !/^v\s*=\s*spf/i.test(start)) return null;
  if (/^\s+v=spf1/i.test(start)) return 'it begins with a space';
  if (/^\s*["'\\]/.test(start)) return 'quotation marks are part of the text; they belong to zone files only';
  if (/^\xef\xbb\xbf|^[^\x20-\x7e]/.test(start)) return 'an invisible character stands before it';
  if (/^spf ?1/i.test(start)) return '"v=" is missing before it';
  if (/^v=spf1[;,]/i.test(start))
    return `a ${start.charAt(6) === ';' ? 'semicolon' : 'comma'} follows v=spf1; only spaces part the terms`;
  if (/^v=spf1[\t\r\n]/i.test(start)) return 'a tab or line end follows v=spf1; only spaces part the terms';
  if (/^v=spf1\D/i.test(start)) return 'no space follows v=spf1';
  if (/^v\s*[=:]\s*["']?spf ?1(?!\d)/i.test(start))
    return '"v=spf1" is not written so, without spaces or other signs in it';
  return 'the version is not spf1';
}

/** The record that such a string was meant as; null when that can't be told. */
export function meantNearMiss(text: string): string | null {
  if (text.length > LONGEST_NEAR_MISS || explainSpfNearMiss(text) === null) return null;
  const plain = text.replaceAll(/["'\\]/g, '').replace(/^[^\x21-\x7e]+/, '');
  const start = /^(?:v *[=:] *)?spf ?1(?!\d)[;,]?/i.exec(plain)?.[0];
  if (start === undefined) return null;
  return meantRecord(parseSpfRecord(`v=spf1 ${plain.slice(start.length).trimStart()}`.trim()));
}

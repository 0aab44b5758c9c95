import { mailAddress } from '../../record/rua.js';
import { readTags, tagValue } from '../../record/tags.js';

/** The tags that say where reports go: aggregate and failure reports. */
export type ReportTag = 'rua' | 'ruf';

/** One place that reports are sent to. */
export interface Destination {
  readonly tag: ReportTag;
  readonly address: string;
  readonly host: string;
}

const HOST_NAME =
  /^(?=.{1,253}$)[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?(?:\.[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?)+$/;

/** The URIs of a tag as written. A comma within one is percent-encoded, so each comma divides (RFC 9989 4.8). */
export function reportUris(text: string, tag: ReportTag): readonly string[] {
  const value = tagValue(readTags(text), tag) ?? '';
  return value
    .split(',')
    .map((uri) => uri.trim())
    .filter((uri) => uri !== '');
}

/** The mail addresses of a record's tag, each once, as far as they are valid. */
export function destinations(text: string, tag: ReportTag): readonly Destination[] {
  const found = new Map<string, Destination>();
  for (const uri of reportUris(text, tag)) {
    const address = mailAddress(uri);
    const host = address?.slice(address.lastIndexOf('@') + 1) ?? '';
    if (address !== null && HOST_NAME.test(host)) found.set(address, { tag, address, host });
  }
  return [...found.values()];
}

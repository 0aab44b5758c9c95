import { DnsProviderError } from '../../ports/dns-provider.js';

export const FILE_FORMATS = ['dnscontrol', 'octodns', 'terraform'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** One way to write a value in a file: what stands before it, the value itself, and what stands behind it. */
interface Writing {
  readonly encode: (value: string) => string;
  readonly before: RegExp;
  readonly behind: RegExp;
}

function escaping(characters: string): (value: string) => string {
  return (value) => value.replaceAll(/[\s\S]/g, (one) => (characters.includes(one) ? `\\${one}` : one));
}

function quoted(quote: string, encode: (value: string) => string): Writing {
  return { encode, before: new RegExp(`\\${quote}$`), behind: new RegExp(`^\\${quote}`) };
}

const semicolons = escaping(';');

/** A plain YAML scalar: behind a colon or a dash, up to the end of the line or a comment. */
function plain(encode: (value: string) => string): Writing {
  return { encode, before: /(?::|-)\s+$/, behind: /^[ \t]*(?:\r?\n|$|\s#)/ };
}

function hcl(value: string): string {
  return escaping('"\\')(value)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{');
}

const WRITINGS: Readonly<Record<FileFormat, readonly Writing[]>> = {
  // dnsconfig.js: JavaScript strings
  dnscontrol: [
    quoted("'", escaping("'\\")),
    quoted('"', escaping('"\\')),
    quoted('`', (value) => escaping('`\\')(value).replaceAll('${', '\\${')),
  ],
  // zone files in YAML, where octoDNS wants semicolons escaped unless told otherwise
  octodns: [
    plain(semicolons),
    plain((value) => value),
    quoted("'", (value) => semicolons(value).replaceAll("'", "''")),
    quoted("'", (value) => value.replaceAll("'", "''")),
    quoted('"', (value) => escaping('"\\')(semicolons(value))),
    quoted('"', escaping('"\\')),
  ],
  // HCL strings; some providers want the quotes of the zone file inside of them
  terraform: [quoted('"', hcl), quoted('\\"', hcl)],
};

interface Place {
  readonly at: number;
  readonly length: number;
  readonly encode: (value: string) => string;
}

function placesOf(text: string, value: string, writings: readonly Writing[]): readonly Place[] {
  const places = new Map<number, Place>();
  for (const { encode, before, behind } of writings) {
    const needle = encode(value);
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
      const lineStart = text.lastIndexOf('\n', at - 1) + 1;
      const follows = text.slice(at + needle.length, at + needle.length + 200);
      const isWhole = before.test(text.slice(lineStart, at)) && behind.test(follows);
      if (isWhole && !places.has(at)) places.set(at, { at, length: needle.length, encode });
    }
  }
  return [...places.values()];
}

/** Which record of a file may be changed. */
export interface FileDomain {
  readonly domain: string;
  /** `alone`: the file is named for this domain, so an unmarked record in it is the domain's. `shared`: anybody's. */
  readonly file: 'alone' | 'shared';
}

/** How far above a value its mark may stand, in lines. */
const MARK_LINES = 3;
const MARK = /dmarc-ratchet:\s*([a-z0-9_.-]*[a-z0-9])/gi;
/** Another policy, with what is said behind it, or the end of a block: a mark on the far side is not meant. */
const BEYOND_MARK = /(?:v=DMARC1|DMARC_BUILDER|^END\b|^\}).*$/gim;
/** A policy, however it is written; not the leave that `_report._dmarc` records give (RFC 9990 4). */
const POLICY = /v=DMARC1[^\n]{0,40}?\bp=|DMARC_BUILDER/gi;

/** The domain that a comment at a place names; null: there is none. One on the line counts more than one above. */
function markOf(text: string, { at, length }: Place): string | null {
  const [rest = ''] = text.slice(at + length).split('\n', 1);
  const [behind = ''] = rest.split(BEYOND_MARK, 1);
  const lines = text
    .slice(0, at)
    .split('\n')
    .slice(-1 - MARK_LINES)
    .join('\n');
  const above = lines.split(BEYOND_MARK).at(-1) ?? '';
  const mark = [...behind.matchAll(MARK)].at(0) ?? [...above.matchAll(MARK)].at(-1);
  return mark?.[1]?.toLowerCase() ?? null;
}

/**
 * The places that are the domain's: marked for it. Without a mark only where nobody else's record can stand: in a file
 * of its own with one policy in it.
 */
function ownPlaces(text: string, places: readonly Place[], { domain, file }: FileDomain): readonly Place[] {
  const marked = places.filter((place) => markOf(text, place) === domain);
  if (marked.length > 0 || file === 'shared' || [...text.matchAll(POLICY)].length > 1) return marked;
  return places.filter((place) => markOf(text, place) === null);
}

function unsupported(message: string): DnsProviderError {
  return new DnsProviderError(message, { kind: 'unsupported' });
}

/**
 * The text of a file with one TXT value replaced by another, written as the one before was. Changed is the record that a
 * comment `dmarc-ratchet: <domain>` marks, on its line or up to three lines above; in a file of the domain's own, the
 * only one. Throws DnsProviderError `unsupported` when it isn't clear what to change.
 */
export function replaceInFile(
  text: string,
  format: FileFormat,
  change: FileDomain & { readonly before: string; readonly after: string },
): string {
  const found = placesOf(text, change.before, WRITINGS[format]);
  const [place, another] = ownPlaces(text, found, change);
  if (place !== undefined && another === undefined) {
    return text.slice(0, place.at) + place.encode(change.after) + text.slice(place.at + place.length);
  }
  if (found.length > 0) {
    throw unsupported(
      `the file holds this record, but whose it is isn't clear (found ${found.length} times); mark the right one with a comment "dmarc-ratchet: ${change.domain}"`,
    );
  }
  throw unsupported(
    'the file does not hold the record that is published; it must stand there as one string, tags in the same order',
  );
}

/** Whether the domain's record in a file has a value already. */
export function holdsValue(text: string, format: FileFormat, value: string, whose: FileDomain): boolean {
  return ownPlaces(text, placesOf(text, value, WRITINGS[format]), whose).length > 0;
}

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

/** How far above a value its mark may stand, in lines. */
const MARK_LINES = 3;

function isMarked(text: string, { at }: Place, domain: string): boolean {
  const lines = text.slice(0, at).split('\n');
  const rest = text.slice(at).split('\n')[0] ?? '';
  const near = [...lines.slice(-1 - MARK_LINES), rest].join('\n').toLowerCase();
  return new RegExp(`dmarc-ratchet:\\s*${domain.replaceAll('.', '\\.')}(?![a-z0-9.-])`).test(near);
}

function unsupported(message: string): DnsProviderError {
  return new DnsProviderError(message, { kind: 'unsupported' });
}

/**
 * The text of a file with one TXT value replaced by another, written as the one before was. Where several places hold
 * the value, the one counts that a comment `dmarc-ratchet: <domain>` marks, on its line or up to three lines above.
 * Throws DnsProviderError `unsupported` when it isn't clear what to change.
 */
export function replaceInFile(
  text: string,
  format: FileFormat,
  change: { readonly domain: string; readonly before: string; readonly after: string },
): string {
  const found = placesOf(text, change.before, WRITINGS[format]);
  const marked = found.filter((place) => isMarked(text, place, change.domain));
  const [place, another] = found.length === 1 ? found : marked;
  if (place !== undefined && another === undefined) {
    return text.slice(0, place.at) + place.encode(change.after) + text.slice(place.at + place.length);
  }
  if (found.length > 1) {
    throw unsupported(
      `the file holds this record ${found.length} times; mark the right one with a comment "dmarc-ratchet: ${change.domain}"`,
    );
  }
  throw unsupported(
    'the file does not hold the record that is published; it must stand there as one string, tags in the same order',
  );
}

/** Whether a file holds a value already. */
export function holdsValue(text: string, format: FileFormat, value: string): boolean {
  return placesOf(text, value, WRITINGS[format]).length > 0;
}

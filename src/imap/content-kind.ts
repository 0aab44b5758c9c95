/** What bytes are, told by how they begin: names and content types of real report mails lie. */
export type ContentKind = 'gzip' | 'zlib' | 'zip' | 'xml' | 'json' | 'mail' | 'other';

/** How far a first header line or tag is looked for. */
const GLANCE = 1024;

export function contentKind(bytes: Uint8Array): ContentKind {
  const [first = 0, second = 0] = bytes;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  // RFC 1950 2.2: method 8 with a window of 32 KB, and a checksum over the two bytes.
  if (first === 0x78 && (first * 256 + second) % 31 === 0) return 'zlib';
  if (isZip(bytes)) return 'zip';
  return textKind(startOfText(bytes));
}

function isZip(bytes: Uint8Array): boolean {
  const [first, second, third] = bytes;
  if (first !== 0x50 || second !== 0x4b) return false;
  return third === 0x03 || third === 0x05 || third === 0x07;
}

/** The beginning as ASCII, without byte order mark, the zeros of UTF-16, and white space. */
function startOfText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, GLANCE)).toString('latin1');
  return text
    .replace(/^(?:\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)/, '')
    .replaceAll('\0', '')
    .trimStart();
}

function textKind(text: string): ContentKind {
  if (/^<[?!/\w]/.test(text)) return 'xml';
  if (/^[{[]/.test(text)) return 'json';
  // RFC 5322 2.2, also after the "From " line of a mailbox file.
  return /^(?:>?From [^\r\n]*\r?\n)?[!-9;-~]{1,76}:[ \t\r]/.test(text) ? 'mail' : 'other';
}

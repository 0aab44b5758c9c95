/** What bytes are, told by how they begin: names and content types of real report mails lie. */
export type ContentKind = 'gzip' | 'zlib' | 'zip' | 'compound-file' | 'xml' | 'json' | 'mail' | 'other';

/** How far a first header line or tag is looked for. */
const GLANCE = 1024;
/** How far a field is looked for that only mail has; signatures may stand before it. */
const LONG_GLANCE = 8192;

/** [MS-CFB] 2.2: Outlook's .msg files, and Office documents of the time before 2007. */
const COMPOUND_FILE = Buffer.from('D0CF11E0A1B11AE1', 'hex');

/** Fields that a mail has, and other text with colons hasn't. */
const MAIL_FIELDS =
  '(?:received|return-path|delivered-to|from|to|date|subject|message-id|reply-to|mime-version|content-type|contenttype|content-transfer-encoding|authentication-results|(?:x-google-)?dkim-signature|arc-[\\w-]+|x-[\\w-]+):';
const MAIL_FIELD = new RegExp(`^${MAIL_FIELDS}`, 'im');
/** No space need follow (RFC 5322 2.2). */
const BEGINS_AS_MAIL = new RegExp(`^${MAIL_FIELDS}`, 'i');

export function contentKind(bytes: Buffer): ContentKind {
  const [first = 0, second = 0] = bytes;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  // RFC 1950 2.2: method 8 with a window of 32 KB, and a checksum over the two bytes.
  if (first === 0x78 && (first * 256 + second) % 31 === 0 && !isWords(bytes)) return 'zlib';
  if (isZip(bytes)) return 'zip';
  if (first === 0xd0 && bytes.subarray(0, 8).equals(COMPOUND_FILE)) return 'compound-file';
  return textKind(bytes);
}

/** "x^2 + y" begins like zlib data. */
function isWords(bytes: Buffer): boolean {
  return /^[\t\r\n -~]*$/.test(bytes.toString('latin1', 0, 16));
}

function isZip(bytes: Buffer): boolean {
  const [first, second, third] = bytes;
  if (first !== 0x50 || second !== 0x4b) return false;
  return third === 0x03 || third === 0x05 || third === 0x07;
}

/** The beginning as ASCII, without byte order mark, the zeros of UTF-16 and UTF-32, and white space. */
function startOfText(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, GLANCE);
  return text
    .replaceAll('\0', '')
    .replace(/^(?:\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)/, '')
    .trimStart();
}

/** Whether XML, or what looks like it, is a page of the web. */
export function isHtml(head: Buffer): boolean {
  return /^(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)[\s>/]/i.test(startOfText(head));
}

function textKind(bytes: Buffer): ContentKind {
  if (isPlainTag(bytes)) return 'xml';
  const text = startOfText(bytes);
  if (/^<[?!/\w]/.test(text)) return 'xml';
  if (/^[{[]/.test(text)) return 'json';
  if (BEGINS_AS_MAIL.test(text)) return 'mail';
  // RFC 5322 2.2, also after the "From " line of a mailbox file.
  const isField = /^(?:>?From [^\r\n]*\r?\n)?[!-9;-~]{1,76}:[ \t\r\n]/.test(text);
  if (isField) return MAIL_FIELD.test(bytes.toString('latin1', 0, LONG_GLANCE)) ? 'mail' : 'other';
  return isMailBehindJunk(bytes.toString('latin1', 0, LONG_GLANCE)) ? 'mail' : 'other';
}

/** "<?", "<!" or a tag, with nothing before it and no zeros in it. */
function isPlainTag(bytes: Buffer): boolean {
  if (bytes[0] !== 0x3c) return false;
  const second = bytes[1] ?? 0;
  const lower = second | 0x20;
  return second === 0x3f || second === 0x21 || (lower >= 0x61 && lower <= 0x7a);
}

/** One line that is no field, and then fields, of which mail has these. */
function isMailBehindJunk(text: string): boolean {
  const header = /^[^\r\n]{1,200}\r?\n((?:[!-9;-~]+:.*\r?\n|[ \t].*\r?\n)+)/.exec(text)?.[1];
  return header !== undefined && [/^from:/im, /^subject:/im, /^date:/im].every((field) => field.test(header));
}

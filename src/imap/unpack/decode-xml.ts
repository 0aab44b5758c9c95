import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

const NOTHING = Buffer.alloc(0);
/** How far an encoding declaration is looked for. */
const DECLARATION = 256;

/** 0x80 to 0x9F in windows-1252, which Node's own decoder of that name takes for Latin-1. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

interface PieceDecoder {
  /** Text of the bytes, and of those that were kept from the piece before; what is no whole character yet is kept. */
  decode(bytes: Buffer): string;
  /** What is left at the end. */
  end(): string;
}

/**
 * The text of an XML document, piece by piece: by its byte order mark, else as declared (XML 1.0 4.3.3), else UTF-8.
 * Declarations are often wrong, so from the first bytes on that are no valid UTF-8 it is read as windows-1252, in which
 * every byte means something.
 */
export class XmlDecoder {
  private decoder: PieceDecoder | null = null;

  /** The first piece must hold the declaration. */
  decode(bytes: Buffer): string {
    if (this.decoder !== null) return this.decoder.decode(bytes);
    const { encoding, mark } = markedEncoding(bytes);
    this.decoder = decoderFor(encoding ?? declaredEncoding(bytes));
    return this.decoder.decode(bytes.subarray(mark));
  }

  end(): string {
    return this.decoder?.end() ?? '';
  }
}

function markedEncoding(bytes: Buffer): { readonly encoding: string | null; readonly mark: number } {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0)
    return { encoding: 'utf-32le', mark: 4 };
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff)
    return { encoding: 'utf-32be', mark: 4 };
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', mark: 3 };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', mark: 2 };
  // "<" in UTF-16 without a mark.
  if (first === 0x3c && second === 0) return { encoding: 'utf-16le', mark: 0 };
  if (first === 0 && second === 0x3c) return { encoding: 'utf-16be', mark: 0 };
  return { encoding: null, mark: 0 };
}

/** As WHATWG calls it; UTF-8 where nothing is declared that Node knows. */
function declaredEncoding(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, DECLARATION);
  const declared = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(start)?.[1];
  if (declared === undefined || /^utf-?8$/i.test(declared)) return 'utf-8';
  try {
    const { encoding } = new TextDecoder(declared);
    // Some programs write UTF-8 under a declaration of UTF-16; a real one would have been recognized by its zeros.
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    return 'utf-8';
  }
}

function decoderFor(encoding: string): PieceDecoder {
  if (encoding === 'utf-8') return new Utf8Decoder();
  if (encoding === 'utf-16le') return new Utf16Decoder('little');
  if (encoding === 'utf-16be') return new Utf16Decoder('big');
  if (encoding === 'utf-32le') return new Utf32Decoder('little');
  if (encoding === 'utf-32be') return new Utf32Decoder('big');
  return encoding === 'windows-1252'
    ? { decode: decodeWindows1252, end: () => '' }
    : new NamedDecoder(encoding);
}

class Utf8Decoder implements PieceDecoder {
  private kept: Buffer = NOTHING;
  private isWindows1252 = false;

  decode(piece: Buffer): string {
    if (this.isWindows1252) return decodeWindows1252(piece);
    if (this.kept.length === 0 && isAscii(piece)) return piece.toString('latin1');
    const bytes = this.kept.length === 0 ? piece : Buffer.concat([this.kept, piece]);
    const whole = wholeCharacters(bytes);
    const text = bytes.subarray(0, whole);
    this.kept = bytes.subarray(whole);
    if (isUtf8(text)) return text.toString('utf8');
    const valid = validStart(bytes);
    this.isWindows1252 = true;
    this.kept = NOTHING;
    return bytes.toString('utf8', 0, valid) + decodeWindows1252(bytes.subarray(valid));
  }

  end(): string {
    return this.kept.length === 0 ? '' : decodeWindows1252(this.kept);
  }
}

/** Where the last character that is whole ends (RFC 3629 3). */
function wholeCharacters(bytes: Buffer): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back += 1) {
    const byte = bytes[length - back] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return back < lengthOfCharacter(byte) ? length - back : length;
  }
  return length;
}

function lengthOfCharacter(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

/** Where the first bytes stand that are no character of UTF-8. */
function validStart(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : lengthOfCharacter(first);
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  return Math.min(at, bytes.length);
}

class Utf16Decoder implements PieceDecoder {
  private kept: Buffer = NOTHING;

  constructor(private readonly order: 'little' | 'big') {}

  decode(piece: Buffer): string {
    const bytes = Buffer.concat([this.kept, piece]);
    const even = bytes.length - (bytes.length % 2);
    const text = bytes.subarray(0, even);
    this.kept = bytes.subarray(even);
    return (this.order === 'big' ? text.swap16() : text).toString('utf16le');
  }

  end(): string {
    return '';
  }
}

class Utf32Decoder implements PieceDecoder {
  private kept: Buffer = NOTHING;

  constructor(private readonly order: 'little' | 'big') {}

  decode(piece: Buffer): string {
    const bytes = Buffer.concat([this.kept, piece]);
    const whole = bytes.length - (bytes.length % 4);
    this.kept = bytes.subarray(whole);
    let text = '';
    for (let at = 0; at < whole; at += 4) {
      const character = this.order === 'big' ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
      text += character > 0x10ffff ? '\uFFFD' : String.fromCodePoint(character);
    }
    return text;
  }

  end(): string {
    return '';
  }
}

/** What else Node knows; bytes that it doesn't are shown as such. */
class NamedDecoder implements PieceDecoder {
  private readonly decoder: TextDecoder;

  constructor(encoding: string) {
    this.decoder = new TextDecoder(encoding);
  }

  decode(bytes: Buffer): string {
    return this.decoder.decode(bytes, { stream: true });
  }

  end(): string {
    return this.decoder.decode();
  }
}

function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[\u0080-\u009F]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character);
}

/**
 * The text of an XML document: by its byte order mark, else as declared (XML 1.0 4.3.3), else UTF-8. Declarations are
 * often wrong, so what is no valid text in that encoding is read as windows-1252, in which every byte means something.
 */
export function decodeXml(bytes: Uint8Array): string {
  for (const encoding of [markedEncoding(bytes), declaredEncoding(bytes), 'utf-8']) {
    const text = encoding === null ? null : decodeStrictly(bytes, encoding);
    if (text !== null) return text;
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

function markedEncoding(bytes: Uint8Array): string | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // "<" in UTF-16 without a mark.
  if (first === 0x3c && second === 0) return 'utf-16le';
  if (first === 0 && second === 0x3c) return 'utf-16be';
  return null;
}

function declaredEncoding(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const declared = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(start)?.[1]?.toLowerCase();
  // Some programs write UTF-8 under a declaration of UTF-16; a real one would have been recognized by its zeros.
  return declared === undefined || declared.startsWith('utf-16') ? null : declared;
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    // A RangeError names an unknown encoding, a TypeError bytes that it doesn't have.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

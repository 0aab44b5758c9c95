/** TXT strings as zone files write them (RFC 1035 5.1), apart from the code that is tested. */
export function toZoneFileText(value: string): string {
  const pieces = value.match(/[\s\S]{1,255}/g) ?? [''];
  const escaped = pieces.map((piece) =>
    piece.replaceAll(/[\s\S]/g, (character) => {
      if (/["\\]/.test(character)) return `\\${character}`;
      return /[ -~]/.test(character) ? character : `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;
    }),
  );
  return escaped.map((piece) => `"${piece}"`).join(' ');
}

/** The strings joined; null when the text is no sequence of quoted strings of at most 65,535 bytes. */
export function fromZoneFileText(text: string): string | null {
  const isWhole = /^(?:"(?:[^"\\]|\\\d{3}|\\[^\d])*"\s*)+$/.test(text);
  if (!isWhole) return null;
  const strings = [...text.matchAll(/"((?:[^"\\]|\\\d{3}|\\[^\d])*)"/g)].map((match) => match[1] ?? '');
  return strings
    .join('')
    .replaceAll(/\\(?:(\d{3})|([^\d]))/g, (_all, code: string | undefined, other: string) =>
      code === undefined ? other : String.fromCharCode(Number(code)),
    );
}

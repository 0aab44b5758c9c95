const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Text with its character references (XML 1.0 4.1) and the five entities that every document has (4.6) resolved. */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/g,
    (whole, ...groups) => {
      const [name, decimal, hexadecimal]: readonly unknown[] = groups;
      if (typeof name === 'string') return ENTITIES.get(name) ?? whole;
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hexadecimal), 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}

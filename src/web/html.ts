/** Markup that is safe to send. `html` makes it; a constructor call elsewhere is a hole. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function markupOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(markupOf).join('');
}

/**
 * A piece of a page. What is put in is escaped unless it is a piece itself; lists are joined, null is nothing. That holds
 * for text and for values of attributes in quotes; never put anything into a script, a style, an `on…` attribute or an
 * attribute without quotes.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = template.map((fixed, index) => fixed + markupOf(parts[index] ?? null));
  return new Html(markup.join(''));
}

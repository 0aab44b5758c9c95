import type { Problem } from './problems.js';

export type Lookup = (name: string) => string | undefined;

const REFERENCE = /\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function expandText(text: string, path: readonly PropertyKey[], lookup: Lookup, problems: Problem[]): string {
  return text.replaceAll(REFERENCE, (whole, escaped: string, name: string) => {
    if (escaped !== '') return whole.slice(1);
    const value = lookup(name);
    if (value !== undefined) return value;
    problems.push({ path, message: `\${${name}} is not set in the environment` });
    return whole;
  });
}

/**
 * Replaces `${NAME}` in every text of a parsed document by the environment's value; `$${NAME}` stays `${NAME}`.
 * A name that is not set is added to `problems`.
 */
export function expandEnvironment(
  value: unknown,
  lookup: Lookup,
  problems: Problem[],
  path: readonly PropertyKey[] = [],
): unknown {
  if (typeof value === 'string') return expandText(value, path, lookup, problems);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => expandEnvironment(item, lookup, problems, [...path, index]));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key,
    expandEnvironment(item, lookup, problems, [...path, key]),
  ]);
  return Object.fromEntries(entries);
}

import type { Choice } from './answers.js';
import type { OptionTrial, ProviderOptions } from './option-trial.js';

export type Typing =
  | { readonly kind: 'taken'; readonly options: ProviderOptions }
  | { readonly kind: 'refused'; readonly message: string };

/** More values than this that could be either are taken as a YAML file takes them. */
const MOST_TRIED = 5;

function plainValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  // A number with more digits would not come out as it went in.
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/**
 * The options with the types that the provider wants. A form holds text only, and a descriptor names no types: `5353`
 * may be a port or an account's name. What could be both is tried as a number or truth value first, as it would be read
 * from a file, then as text.
 */
export function typeOptions(type: string, choice: Choice, trial: OptionTrial): Typing {
  const given = [...choice.options];
  const secrets = [...choice.secrets.keys()];
  const unclear = given.map(([name]) => name).filter((name) => isUnclear(choice.options.get(name) ?? ''));
  const tried = unclear.slice(0, MOST_TRIED);
  let first: string | null = null;
  for (let texts = 0; texts < 2 ** tried.length; texts += 1) {
    const asText = new Set(tried.filter((_, index) => ((texts >> index) & 1) === 1));
    const options = Object.fromEntries(
      given.map(([name, text]) => [name, asText.has(name) ? text : plainValue(text)]),
    );
    const refusal = trial.refusal(type, options, secrets);
    if (refusal === null) return { kind: 'taken', options };
    first ??= refusal;
  }
  return { kind: 'refused', message: first ?? '' };
}

function isUnclear(text: string): boolean {
  return typeof plainValue(text) !== 'string';
}

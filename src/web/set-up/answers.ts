import { normalizeDomain } from '../../config/domain-name.js';
import { Environment } from '../../config/environment.js';
import { Name } from '../../config/named-fields.js';
import type { OptionValue } from '../../ports/provider-catalogue.js';
import type { OptionDescriptor, OptionKind, ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { domainsField, nameField, optionField, secretField, secretPartField } from './fields.js';

/** What a form sent, by field. */
export type Answers = ReadonlyMap<string, string>;

/** Where the service finds a secret; the page never holds one. */
export type SecretPlace =
  { readonly kind: 'variable'; readonly name: string } | { readonly kind: 'file'; readonly path: string };

/** A set of credentials as a person describes it. */
export interface Choice {
  readonly name: string;
  /** A-labels; at least one. */
  readonly domains: readonly string[];
  /** By option; those left empty are not there. */
  readonly options: ReadonlyMap<string, OptionValue>;
  /** By secret option; those that are not given are not there. */
  readonly secrets: ReadonlyMap<string, SecretPlace>;
}

export interface Mistake {
  /** The field that it is about; null: several at once. */
  readonly field: string | null;
  readonly message: string;
}

export type Reading =
  | { readonly kind: 'choice'; readonly choice: Choice }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly Mistake[] };

const MOST_DOMAINS = 100;
const LONGEST = 2000;
/** Capitals only: most credentials have other letters, and are refused when somebody pastes one. */
const VARIABLE = /^[A-Z_][A-Z0-9_]{0,99}$/;
/** With a slash: what is pasted has none most often. */
const FILE_PATH = /^(?=.*[/\\])[\w./\\][\w ./\\:@+=,-]{0,999}$/;
const OWN_VARIABLES: ReadonlySet<string> = new Set(Object.keys(Environment.shape));

function answerOf(answers: Answers, field: string): string {
  return (answers.get(field) ?? '').trim();
}

function readName(answers: Answers, mistakes: Mistake[]): string {
  const name = answerOf(answers, nameField);
  if (!Name.safeParse(name).success) {
    const message = 'Give it a name of letters, digits, dots, dashes and underscores, 60 at the most.';
    mistakes.push({ field: nameField, message });
  }
  return name;
}

function domainsMistake(domains: readonly string[], wrong: readonly string[]): string | null {
  if (wrong.length > 0) return `No domain name: ${wrong.slice(0, 5).join(', ')}. example.com is one.`;
  if (domains.length === 0) return 'Give at least one domain.';
  if (domains.length <= MOST_DOMAINS) return null;
  return `At most ${MOST_DOMAINS} domains here; add the others to the file.`;
}

function readDomains(answers: Answers, mistakes: Mistake[]): readonly string[] {
  const given = answerOf(answers, domainsField)
    .split(/[\s,;]+/)
    .filter((text) => text !== '')
    .map((text) => [text, normalizeDomain(text)] as const);
  const wrong = given.flatMap(([text, domain]) => (domain === null ? [text] : []));
  const domains = new Set(given.flatMap(([, domain]) => domain ?? []));
  const message = domainsMistake([...domains], wrong);
  if (message !== null) mistakes.push({ field: domainsField, message });
  return [...domains];
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** What a text means for an option; null: nothing. */
function valueOf(kind: OptionKind, text: string): OptionValue | null {
  switch (kind) {
    case 'number':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
    case 'yes-no':
      return text === 'true' || text === 'false' ? text === 'true' : null;
    case 'text':
    case 'address':
      return text;
  }
}

function optionMistake({ name, kind, required }: OptionDescriptor, text: string): string | null {
  if (text === '') return required ? `${name} is needed.` : null;
  if (text.length > LONGEST || hasControlCharacter(text))
    return `${name} takes one line of ${LONGEST} characters at the most.`;
  if (valueOf(kind, text) !== null) return null;
  return `${name} takes ${kind === 'number' ? 'a whole number, in digits' : 'true or false'}.`;
}

function readOption(option: OptionDescriptor, answers: Answers, mistakes: Mistake[]): OptionValue | null {
  const field = optionField(option.name);
  const text = answerOf(answers, field);
  const message = optionMistake(option, text);
  if (message !== null) mistakes.push({ field, message });
  return message !== null || text === '' ? null : valueOf(option.kind, text);
}

function variableMistake(name: string): string | null {
  if (name === '') return 'Give the variable a name.';
  if (!VARIABLE.test(name))
    return 'Give the name of the variable, in capitals, such as DNS_API_TOKEN; never the credential itself. What was typed is not kept.';
  return OWN_VARIABLES.has(name) ? `${name} is a setting of dmarc-ratchet itself; take another name.` : null;
}

function pathMistake(path: string): string | null {
  if (path === '') return 'Give the path of the file.';
  return FILE_PATH.test(path)
    ? null
    : 'Give the path of the file, such as /run/secrets/dns; never the credential itself. What was typed is not kept.';
}

function readSecret(
  { name, required }: OptionDescriptor,
  answers: Answers,
  mistakes: Mistake[],
): SecretPlace | null {
  const kind = answerOf(answers, secretField(name));
  const isVariable = kind === 'variable';
  if (!isVariable && kind !== 'file') {
    if (required) mistakes.push({ field: secretField(name), message: `Say where ${name} is to be found.` });
    return null;
  }
  const field = secretPartField(name, kind);
  const text = answerOf(answers, field);
  const message = isVariable ? variableMistake(text) : pathMistake(text);
  if (message !== null) mistakes.push({ field, message });
  return isVariable ? { kind, name: text } : { kind, path: text };
}

function isShared({ secrets }: Choice): boolean {
  const places = [...secrets.values()].map((place) => JSON.stringify(place));
  return new Set(places).size < places.length;
}

/** Reads what the form of one type of provider sent: all mistakes at once, else what was chosen. */
export function readAnswers({ options }: ProviderDescriptor, answers: Answers): Reading {
  const mistakes: Mistake[] = [];
  const choice = {
    name: readName(answers, mistakes),
    domains: readDomains(answers, mistakes),
    options: new Map<string, OptionValue>(),
    secrets: new Map<string, SecretPlace>(),
  };
  for (const option of options) {
    if (option.secret) {
      const place = readSecret(option, answers, mistakes);
      if (place !== null) choice.secrets.set(option.name, place);
    } else {
      const value = readOption(option, answers, mistakes);
      if (value !== null) choice.options.set(option.name, value);
    }
  }
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes };
  const shared = 'Two secrets can’t come from the same place: give each its own variable or file.';
  return isShared(choice)
    ? { kind: 'mistakes', mistakes: [{ field: null, message: shared }] }
    : { kind: 'choice', choice };
}

import type { Capabilities, ProviderDescriptor, TtlRule, TxtTrait } from './provider-descriptor.js';

const MOST_TTL = 2_147_483_647;

const TRAITS = {
  backslash: 'backslashes',
  'double-quote': 'double quotes',
  semicolon: 'semicolons',
  'outer-space': 'spaces at the ends',
  'double-space': 'two spaces in a row',
  'non-ascii': 'characters beyond ASCII',
} as const satisfies Record<TxtTrait, string>;

const FORMS = {
  raw: 'as it is',
  quoted: 'in quotes',
  strings: 'as a list of strings',
} as const satisfies Record<Capabilities['txt']['form'], string>;

/** The least that a credential can be limited to. */
export const SCOPE_WORDS = {
  record: 'one record',
  zone: 'one zone',
  account: 'the whole account',
} as const satisfies Record<Capabilities['scope'], string>;

/** Who compares what stands there with what is expected, before a write. */
export const COMPARER_WORDS = {
  server: 'the provider',
  client: 'this service',
} as const satisfies Record<Capabilities['compare'], string>;

const COMPARE = {
  server: 'by itself: of two writers in the same moment one is refused',
  client:
    'reads, compares, writes and reads again; an edit in the very same second may be lost, and the next look shows it',
} as const satisfies Record<Capabilities['compare'], string>;

/** What the tests run against. */
export const TESTED_WORDS = {
  'real-server': 'the real server',
  emulator: 'an emulator of its API, as it is documented',
  'no-api': 'real files and what DNS shows',
} as const satisfies Record<ProviderDescriptor['tested'], string>;

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The least and the most, in seconds. */
export function ttlRange({ least, most }: TtlRule): string {
  if (most < MOST_TTL) return `${least} to ${most}`;
  return least <= 1 ? 'any' : `${least} and more`;
}

function ttlWords(rule: TtlRule): string {
  const steps = [...(rule.only ?? [])].sort((one, other) => one - other).join(', ');
  return capitalized(`${ttlRange(rule)}${steps === '' ? '' : `: one of ${steps}`}`);
}

function replaceWords({ unit, replace }: Capabilities): string {
  const what = unit === 'rrset' ? 'All TXT records at the name together' : 'One record';
  return `${what}, in ${replace === 'atomic' ? 'one request' : 'several requests'}`;
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(words);
}

function txtWords({ form, longest, refuses }: Capabilities['txt']): string {
  const refused = refuses.length === 0 ? '' : `; no ${listed(refuses.map((trait) => TRAITS[trait]))}`;
  return `${longest} bytes at most, sent ${FORMS[form]}${refused}`;
}

/** What a type of provider can do, for pages and documents: pairs of a question and its answer. */
export function capabilityWords(capabilities: Capabilities): readonly (readonly [string, string])[] {
  const { compare, scope, ttl, txt, completion, rateLimit } = capabilities;
  return [
    ['The least that a credential can be limited to', capitalized(SCOPE_WORDS[scope])],
    ['Who compares before a write', `${capitalized(COMPARER_WORDS[compare])} ${COMPARE[compare]}`],
    ['What a write replaces', replaceWords(capabilities)],
    ['TTL in seconds', ttlWords(ttl)],
    ['Value of a TXT record', txtWords(txt)],
    [
      'Says when its servers have a change',
      completion === 'polled' ? 'Yes' : 'No; all name servers are asked in any case',
    ],
    ['Rate limit', rateLimit === null ? 'None documented' : capitalized(rateLimit)],
  ];
}

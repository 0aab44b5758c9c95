import type { Capabilities, ProviderDescriptor, TxtTrait } from '../../ports/provider-descriptor.js';

const MOST_TTL = 2_147_483_647;

const TRAITS = {
  backslash: 'backslashes',
  'double-quote': 'double quotes',
  semicolon: 'semicolons',
  'outer-space': 'spaces at the ends',
  'double-space': 'two spaces in a row',
  'non-ascii': 'characters beyond ASCII',
} as const satisfies Record<TxtTrait, string>;

/** The least that a credential can be limited to. */
export const SCOPE_WORDS = {
  record: 'one record',
  zone: 'one zone',
  account: 'the whole account',
} as const satisfies Record<Capabilities['scope'], string>;

const TESTED = {
  'real-server': 'Against the real server',
  emulator: 'Against an emulator of its API, as it is documented',
  'no-api': 'Against real files and what DNS shows',
} as const;

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function ttlWords({ least, most, only }: Capabilities['ttl']): string {
  if (only !== null) return `${[...only].sort((a, b) => a - b).join(', ')} seconds`;
  if (most < MOST_TTL) return `${least} to ${most} seconds`;
  return least <= 1 ? 'Any' : `${least} seconds and more`;
}

function replaceWords({ unit, replace }: Capabilities): string {
  const what = unit === 'rrset' ? 'All TXT records at the name together' : 'One record';
  return `${what}, in ${replace === 'atomic' ? 'one request' : 'several requests'}`;
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(words);
}

function txtWords({ longest, refuses }: Capabilities['txt']): string {
  const refused = refuses.length === 0 ? '' : `; no ${listed(refuses.map((trait) => TRAITS[trait]))}`;
  return `${longest} bytes${refused}`;
}

/** What a type of provider can do: pairs of a question and its answer. */
export function capabilityWords({
  capabilities,
  tested,
}: ProviderDescriptor): readonly (readonly [string, string])[] {
  return [
    ['The least that a credential can be limited to', capitalized(SCOPE_WORDS[capabilities.scope])],
    [
      'Two writers in the same moment',
      capabilities.compare === 'server'
        ? 'The provider compares by itself: one of them is refused'
        : 'This service reads, compares, writes and reads again; an edit in the very same second may be lost, and the next look shows it',
    ],
    ['What a write replaces', replaceWords(capabilities)],
    ['TTL', ttlWords(capabilities.ttl)],
    ['The longest value of a TXT record', txtWords(capabilities.txt)],
    [
      'Says when its servers have a change',
      capabilities.completion === 'polled' ? 'Yes' : 'No; all name servers are asked in any case',
    ],
    ['Rate limit', capabilities.rateLimit ?? 'None documented'],
    ['How it is tested', TESTED[tested]],
  ];
}

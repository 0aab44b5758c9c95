import { z } from 'zod';
import { LADDERS } from '../core/rollout/ladder.js';
import { closestWord } from './closest-word.js';
import type { Problem } from './problems.js';

const LIST_NAMES = ['domains', 'mailboxes', 'providers', 'ladders', 'notifications', 'tokens'] as const;

/** Names only, and nothing refused: so that wrong references are told together with all other problems. */
const Named = z
  .array(
    z
      .object({
        name: z.string().nullable().catch(null),
        provider: z.string().nullable().catch(null),
        ladder: z.string().nullable().catch(null),
        alias: z.string().nullable().catch(null),
      })
      .catch({ name: null, provider: null, ladder: null, alias: null }),
  )
  .catch([]);
type Named = z.infer<typeof Named>;

const References = z
  .object({
    domains: Named,
    mailboxes: Named,
    providers: Named,
    ladders: Named,
    notifications: Named,
    tokens: Named,
  })
  .catch({ domains: [], mailboxes: [], providers: [], ladders: [], notifications: [], tokens: [] });

function repeated(list: (typeof LIST_NAMES)[number], entries: Named): Problem[] {
  return entries.flatMap((entry, index) => {
    const first = entries.findIndex((other) => other.name?.toLowerCase() === entry.name?.toLowerCase());
    if (entry.name === null || first === index) return [];
    return [{ path: [list, index, 'name'], message: `"${entry.name}" stands in ${list}[${first}] too` }];
  });
}

function unresolved(
  domains: Named,
  key: 'provider' | 'ladder',
  known: readonly (string | null)[],
): Problem[] {
  const names = known.filter((name) => name !== null);
  return domains.flatMap((domain, index) => {
    const wanted = domain[key];
    if (wanted === null || names.includes(wanted)) return [];
    const near = closestWord(wanted, names);
    const list = names.length === 0 ? 'there is none' : `there are: ${names.join(', ')}`;
    const advice = near === null ? list : `did you mean ${near}?`;
    return [{ path: ['domains', index, key], message: `no ${key} is named "${wanted}"; ${advice}` }];
  });
}

/** Domains that name no provider while there isn't exactly one to take. */
function undecided(domains: Named, providers: Named): Problem[] {
  if (providers.length === 1) return [];
  return domains.flatMap((domain, index) =>
    domain.provider === null
      ? [
          {
            path: ['domains', index, 'provider'],
            message: 'missing; allowed: the name of an entry of providers',
          },
        ]
      : [],
  );
}

/** One name holds one domain's record. */
function sharedNames(domains: Named): Problem[] {
  const names = domains.map(({ name, alias }) => canonical(alias ?? `_dmarc.${name}`));
  return domains.flatMap(({ name, alias }, index) => {
    if (alias === null) return [];
    const path = ['domains', index, 'alias'];
    if (canonical(alias) === canonical(`_dmarc.${name}`))
      return [{ path, message: `${alias} can't be an alias of itself` }];
    const other = names.findIndex((taken, at) => at !== index && taken === names[index]);
    return other === -1
      ? []
      : [{ path, message: `the record of domains[${other}] stands at ${alias} already` }];
  });
}

function canonical(name: string): string {
  return name.trim().toLowerCase().replace(/\.$/, '');
}

/** Names that stand twice, and references to what isn't there, in a document that may be wrong otherwise too. */
export function checkReferences(document: unknown): Problem[] {
  const found = References.parse(document);
  return [
    ...LIST_NAMES.flatMap((list) => repeated(list, found[list])),
    ...unresolved(
      found.domains,
      'provider',
      found.providers.map((provider) => provider.name),
    ),
    ...unresolved(found.domains, 'ladder', [
      ...Object.keys(LADDERS),
      ...found.ladders.map((ladder) => ladder.name),
    ]),
    ...undecided(found.domains, found.providers),
    ...sharedNames(found.domains),
  ];
}

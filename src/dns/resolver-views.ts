import type { Observation } from '../core/rollout/observation.js';
import type { ServerView } from '../ports/record-observer.js';
import { asAlias, readResolvedAnswer } from './dmarc-answer.js';
import { formatEndpoint } from './endpoint.js';
import { LookupError, RecursiveLookup } from './recursive-lookup.js';

/** What each resolver says of a record, at the end of its alias when it should be one. Throws an abort's reason. */
export function askResolvers(
  lookup: RecursiveLookup,
  place: { readonly name: string; readonly alias: string | null },
  signal: AbortSignal,
): Promise<readonly ServerView[]> {
  const { name, alias } = place;
  const views = lookup.each().map(async ({ endpoint, only }): Promise<ServerView> => {
    const server = formatEndpoint(endpoint);
    const observation = await resolved(only, place, signal);
    return {
      server,
      kind: 'recursive',
      name: alias ?? name,
      nameServer: null,
      address: endpoint.host,
      namedBy: 'settings',
      serial: null,
      observation,
    };
  });
  return Promise.all(views);
}

async function resolved(
  lookup: RecursiveLookup,
  { name, alias }: { readonly name: string; readonly alias: string | null },
  signal: AbortSignal,
): Promise<Observation> {
  try {
    const own = readResolvedAnswer(await lookup.ask({ name, type: 'TXT' }, signal), name);
    if (alias === null) return own;
    if (own.kind !== 'cname' || own.target !== alias) return asAlias(own, alias);
    // Asked by its own name: some resolvers give the alias alone.
    return readResolvedAnswer(await lookup.ask({ name: alias, type: 'TXT' }, signal), alias);
  } catch (error) {
    if (!(error instanceof LookupError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}

import type { DnsQuestions } from '../dns-answers.js';
import { expandMacros, lettersOf } from './macro-string.js';
import type { MacroString } from './macro-string.js';
import { domainName, queryName } from './query-name.js';
import { selectRecord } from './select-record.js';
import type { SelectedRecord } from './select-record.js';
import { reachedTerms } from './spf-record.js';
import type { SpfRecord } from './spf-record.js';

/** Names whose records are looked up; 10 look-ups are allowed, the rest is there to say how far beyond it goes. */
const MOST_RECORDS = 40;

/** A name that a domain-spec gives without a message to look at. */
export type StaticName =
  | { readonly kind: 'name'; readonly name: string }
  /** It depends on the message. */
  | { readonly kind: 'depends' }
  /** DNS can't have such a name. */
  | { readonly kind: 'impossible' };

/** Where a target leads in the record of `domain` when the record of `root` is evaluated; null: the domain itself. */
export function staticName(target: MacroString | null, domain: string, root: string): StaticName {
  if (target === null) return { kind: 'name', name: domain };
  // `d` and `o` alone are the same in every message; of the rest some is chosen by whoever sends it.
  if ([...lettersOf(target)].some((letter) => letter !== 'd' && letter !== 'o')) return { kind: 'depends' };
  const name = queryName(expandMacros(target, (letter) => (letter === 'd' ? domain : root)));
  return name === null ? { kind: 'impossible' } : { kind: 'name', name };
}

/** The records of a domain and of all that its record includes or redirects to, by name: each looked up once, all of a level at once. */
export async function gatherRecords(
  root: string,
  dns: DnsQuestions,
): Promise<ReadonlyMap<string, SelectedRecord>> {
  const found = new Map<string, SelectedRecord>();
  let level: readonly string[] = [root];
  while (level.length > 0) {
    const answers = await Promise.all(
      level.map(async (name) => ({ name, selected: selectRecord(await dns.txt(name)) })),
    );
    for (const { name, selected } of answers) found.set(name, selected);
    const next = new Set(
      answers.flatMap(({ name, selected }) =>
        selected.kind === 'record' ? targetsOf(selected.record, name, root) : [],
      ),
    );
    level = [...next].filter((name) => !found.has(name)).slice(0, MOST_RECORDS - found.size);
  }
  return found;
}

function targetsOf(record: SpfRecord, domain: string, root: string): readonly string[] {
  const { directives, redirect } = reachedTerms(record);
  const targets = directives.flatMap(({ mechanism }) =>
    mechanism.kind === 'include' ? [mechanism.target] : [],
  );
  return [...targets, ...(redirect === null ? [] : [redirect.target])].flatMap((target) => {
    const known = staticName(target, domain, root);
    return known.kind === 'name' ? (domainName(known.name) ?? []) : [];
  });
}

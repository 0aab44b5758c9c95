import picocolors from 'picocolors';
import { z } from 'zod';
import { countText, rateText } from '../core/amount-text.js';
import { pathOf, Rollout } from './rollout-verbs.js';
import { askService, type ServiceAddress } from './service-client.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

const Source = z.looseObject({
  id: z.string(),
  name: z.string(),
  class: z.enum(['authorized', 'forwarder', 'unknown', 'hostile']),
  state: z.string(),
  settledBy: z.string().nullable(),
  messages: z.number(),
  passed: z.number(),
  failingPerWeek: z.number(),
  fix: z.string().nullable(),
});
type Source = z.infer<typeof Source>;
const SourceList = z.object({ sources: z.array(Source) });

/** The classes that a person's word may give a source. */
export const WORDS = ['authorized', 'hostile'] as const;
export type Word = (typeof WORDS)[number];

type Colors = ReturnType<typeof picocolors.createColors>;

/** What waits for a person comes first. */
const ORDER = ['unknown', 'authorized', 'forwarder', 'hostile'] as const;
/** As the service writes ids. */
const ID = /^(?:domain|host|net|ip):./;
/** Hostile sources with a line each; there may be thousands. */
const MOST_HOSTILE = 20;
/** Commands that are written out for sources that nobody has settled. */
const MOST_WRITTEN_OUT = 5;

async function sourcesOf(path: string, service: ServiceAddress): Promise<readonly Source[]> {
  const { sources } = await askService(service, { method: 'GET', path: `${path}/sources` }, SourceList);
  return [...sources].sort(
    (a, b) => ORDER.indexOf(a.class) - ORDER.indexOf(b.class) || b.messages - a.messages,
  );
}

/** Its mail still holds the rollout until a person has settled it. */
function isOpen(source: Source): boolean {
  return source.class === 'unknown' && source.state !== 'fixed';
}

function sourceLines(source: Source, colors: Colors): readonly string[] {
  const { id, name, settledBy, messages, passed, failingPerWeek, fix } = source;
  const paint = {
    unknown: colors.yellow,
    authorized: colors.green,
    forwarder: colors.cyan,
    hostile: colors.dim,
  };
  const word = settledBy === null ? source.class : `${source.class} (settled by ${settledBy})`;
  const failing = failingPerWeek === 0 ? '' : `, ${rateText(failingPerWeek)} failing a week`;
  return [
    `${harmless(id)}  ${paint[source.class](harmless(word))}`,
    `  ${harmless(name)}: ${passed} of ${countText(messages, 'message')} passed${failing}`,
    ...(fix === null ? [] : [`  → ${harmless(fix)}`]),
  ];
}

/** Who sends mail in the name of a domain, and of which class each is. */
export async function showSources(
  given: string,
  service: ServiceAddress,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const sources = await sourcesOf(pathOf(given), service);
  if (options.json) {
    for (const source of sources) terminal.out(jsonLine(source));
    return 0;
  }
  const hostile = sources.filter((source) => source.class === 'hostile').slice(MOST_HOSTILE);
  const colors = picocolors.createColors(terminal.hasColors);
  for (const source of sources.filter((one) => !hostile.includes(one)))
    for (const line of sourceLines(source, colors)) terminal.out(line);
  if (sources.length === 0) terminal.err('no report has shown a source yet');
  if (hostile.length > 0) terminal.out(`and ${hostile.length} more hostile; --json lists them all`);
  return 0;
}

/** The commands that settle what holds a rollout as `unclassified-source`. */
export async function settlingLines(domain: string, service: ServiceAddress): Promise<readonly string[]> {
  const open = (await sourcesOf(pathOf(domain), service)).filter(isOpen);
  if (open.length === 0) return [];
  const commands = open
    .slice(0, MOST_WRITTEN_OUT)
    .map(
      ({ id, name }) =>
        `settle ${harmless(name)} with: dmarc-ratchet classify ${domain} ${shellWord(id)} CLASS --note WHY`,
    );
  const left = open.length - commands.length;
  return [
    ...commands,
    ...(left > 0 ? [`and ${left} more; all of them: dmarc-ratchet sources ${domain}`] : []),
    'CLASS: authorized when its mail is yours, hostile when it is not',
  ];
}

/** Reports name their sources, and what they name is copied into a shell. */
function shellWord(text: string): string {
  const plain = harmless(text);
  return /^[\w.:/@-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", String.raw`'\''`)}'`;
}

/** The id of the source that is meant: by itself, or by a name that is that of one alone. Throws a CommandError. */
function idMeant(given: string, sources: readonly Source[], domain: string): string {
  const text = given.toLowerCase();
  const meant = sources.filter(
    ({ id, name }) =>
      name.toLowerCase() === text || id === given || id.slice(id.indexOf(':') + 1).toLowerCase() === text,
  );
  const [only] = meant;
  const exact = meant.find(({ id }) => id === given) ?? (meant.length === 1 ? only : undefined);
  if (exact !== undefined) return exact.id;
  const which =
    meant.length > 1
      ? `may be any of ${meant.map(({ id }) => id).join(', ')}`
      : `is no source of ${domain}; they are listed by: dmarc-ratchet sources ${domain}`;
  throw new CommandError(harmless(`${given} ${which}`), 1);
}

/** A person's word on a source: it settles its class for good, and the rollout is looked at again. */
export async function classifySource(
  given: { readonly domain: string; readonly source: string; readonly class: Word; readonly note: string },
  service: ServiceAddress,
  terminal: Terminal,
): Promise<ExitStatus> {
  if (given.note.trim() === '') throw new CommandError('--note: say why; the history keeps it');
  const path = pathOf(given.domain);
  const domain = path.slice(path.lastIndexOf('/') + 1);
  const sources = await sourcesOf(path, service);
  const isKnown = sources.some(({ id }) => id === given.source);
  const isId = ID.test(given.source);
  const id = isId ? given.source : idMeant(given.source, sources, domain);
  if (isId && !isKnown)
    terminal.err(`no report shows ${harmless(id)} at present; the word is kept for when one does`);
  const body = { class: given.class, note: given.note };
  await askService(
    service,
    { method: 'PUT', path: `${path}/sources/${encodeURIComponent(id)}`, body },
    Rollout,
  );
  terminal.out(harmless(`${id} is ${given.class} for good; ${domain} is looked at again with that`));
  return 0;
}

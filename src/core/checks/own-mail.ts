import { pileOf, type Evidence } from '../evidence/assess.js';
import type { AssessedSource } from '../evidence/assessment.js';
import type { Cell } from '../evidence/cell.js';
import type { Counted } from '../evidence/cell-pile.js';
import type { Trust } from '../evidence/trust.js';
import type { SourceId } from '../source/source.js';
import { addDays, dayOf, daysBetween, type Day, type Instant } from '../instant.js';

/** Days of evidence that say what sends now: a run that comes once a month is still among them. */
export const RECENT_DAYS = 36;
/**
 * Within them a source is judged by its own latest active days: what it has sent since it was set right, from where, and
 * how it was signed. One that sends once a week or a month is not forgotten in between.
 */
const ACTIVE_DAYS = 7;
/** A rate is taken over no less than a week: one message is not seven a week. */
const SHORTEST_SPAN = 7;
/** Addresses that send less than this share of the mail may be a test, or forged. */
const LEAST_SHARE = 0.01;
const MOST_ADDRESSES = 12;
/** Above this share of its mail a source relies on SPF; below it lies what breaks on the way. */
const RELIES_ON_SPF = 0.1;

/** What the evidence says of the mail that the authorized sources send now. */
export interface OwnMail {
  /** Addresses that SPF lets send as the domain itself, most mail first, at most 12. */
  readonly addresses: readonly string[];
  /** Those of them whose mail passes by SPF alone, each with the last day on which it did, by no stranger's word alone. */
  readonly onSpfAlone: ReadonlyMap<string, Day>;
  /** Of the domain and its subdomains; those that were silent for long are left out. No stranger is believed alone. */
  readonly sources: readonly OwnSource[];
  /** The same by the word of everybody who has a standing. */
  readonly claimed: readonly OwnSource[];
}

/** An authorized source and how its mail passes, in messages a week. */
export interface OwnSource {
  readonly name: string;
  /** The Author Domain. */
  readonly headerFrom: string;
  readonly passing: number;
  /** Of those that pass: without an aligned signature, so that they fail as soon as anybody forwards them. */
  readonly unsigned: number;
}

interface SourceMail {
  readonly source: AssessedSource;
  readonly cells: readonly Cell[];
}

type Passing = Pick<OwnSource, 'passing' | 'unsigned'>;

/** The authorized source that mail from an address belongs to. */
interface OwnOrigin {
  readonly source: SourceId;
  /** The first of the source's last active days. */
  readonly from: Day;
}

/** By address and Author Domain, as `originKey` joins them. */
export type OwnOrigins = ReadonlyMap<string, OwnOrigin>;

/** Sources that pass by SPF alone, one by one or many small ones together. */
export interface SpfOnly {
  readonly names: readonly string[];
  /** Author Domains, each once. */
  readonly signAs: readonly string[];
}

/** What counts of the evidence about a domain, without what claims to be about days that haven't begun. */
export function countedUntil(evidence: Evidence, domain: string, now: Instant): Counted {
  return pileOf(evidence, domain).through(dayOf(now)).counted();
}

/** Addresses of the domain's mail that only pass it on. */
export function forwarderAddresses(
  { groups }: Counted,
  sources: readonly AssessedSource[],
): ReadonlySet<string> {
  const forwarders = sources.filter((it) => it.class === 'forwarder');
  return new Set(forwarders.flatMap(({ id }) => groups.of(id).map(({ ip }) => ip)));
}

/** The key of an origin among others. */
export function originKey({ ip, headerFrom }: Pick<Cell, 'ip' | 'headerFrom'>): string {
  return `${ip} ${headerFrom}`;
}

/**
 * Where mail of authorized sources came from, of the domain and its subdomains. Of two sources that share an address the
 * one counts that is looked back on longer.
 */
export function ownOrigins(counted: Counted, sources: readonly AssessedSource[], now: Instant): OwnOrigins {
  const origins = new Map<string, OwnOrigin>();
  for (const { source, cells } of recentMail(counted, sources, now)) {
    const from = firstActive(cells);
    for (const cell of cells) {
      const known = origins.get(originKey(cell));
      if (known === undefined || from < known.from) origins.set(originKey(cell), { source: source.id, from });
    }
  }
  return origins;
}

/** Reads the authorized sources of a domain, and of its subdomains, out of the evidence. */
export function ownMail(
  counted: Counted,
  question: {
    readonly domain: string;
    readonly sources: readonly AssessedSource[];
    readonly now: Instant;
  },
): OwnMail {
  const { domain } = question;
  const today = dayOf(question.now);
  const recent = recentMail(counted, question.sources, question.now);
  const own = recent.filter(({ source }) => source.headerFrom === domain);
  const sending = own.flatMap(({ cells }) => lastActive(cells));
  const addresses = addressesOf(sending, counted.trust);
  const onSpfAlone = addresses.flatMap((ip) => {
    const cells = sending.filter((cell) => cell.ip === ip);
    return reliesOnSpf(sumOf(cells)) ? [[ip, lastDay(cells, counted.trust)] as const] : [];
  });
  const readBy = (total: (cells: readonly Cell[]) => Passing) =>
    recent.map(({ source, cells }) => ownSource(source, lastActive(cells), today, total));
  return {
    addresses,
    onSpfAlone: new Map(onSpfAlone),
    sources: readBy((cells) => believedSum(cells, counted.trust)),
    claimed: readBy(sumOf),
  };
}

/**
 * Those of the sources that pass by SPF alone and whose mail is more than `cap` messages a week. Small ones may be more
 * than that together, though one of them alone may be what broke on the way.
 */
export function spfOnly(sources: readonly OwnSource[], cap: number): SpfOnly {
  const large = sources
    .filter((it) => reliesOnSpf(it) && it.unsigned > cap)
    .toSorted((a, b) => b.unsigned - a.unsigned);
  // One that sends more relies on SPF for more than the cap, or not at all.
  const small = sources.filter((it) => it.passing * RELIES_ON_SPF <= cap && !large.includes(it));
  const pool = {
    passing: sum(small.map(({ passing }) => passing)),
    unsigned: sum(small.map(({ unsigned }) => unsigned)),
  };
  const isPoolHeavy = reliesOnSpf(pool) && pool.unsigned > cap;
  const unsigned = isPoolHeavy ? small.filter(reliesOnSpf) : [];
  return {
    names: [
      ...large.map((it) => `${it.name} (${Math.ceil(it.unsigned)} a week)`),
      ...(isPoolHeavy ? [`${unsigned.length} small sources (${Math.ceil(pool.unsigned)} a week)`] : []),
    ],
    signAs: [...new Set([...large, ...unsigned].map((it) => it.headerFrom))],
  };
}

/** Messages a week that pass by SPF alone: so many fail where SPF breaks. */
export function lostWithoutSpf(sources: readonly OwnSource[]): number {
  return sum(sources.map(({ unsigned }) => unsigned));
}

function reliesOnSpf({ passing, unsigned }: Passing): boolean {
  return unsigned > passing * RELIES_ON_SPF;
}

/** Mail of authorized sources that passed, of reporters whose word counts; none of sources that were silent for long. */
function recentMail(
  { groups, trust }: Counted,
  sources: readonly AssessedSource[],
  now: Instant,
): readonly SourceMail[] {
  const from = addDays(dayOf(now), -RECENT_DAYS);
  return sources
    .filter((it) => it.class === 'authorized')
    .map((source) => {
      const counts = ({ day, passed, reporter }: Cell) =>
        day >= from && passed > 0 && trust.canBearOut(reporter);
      return { source, cells: groups.of(source.id).filter(counts) };
    })
    .filter(({ cells }) => cells.length > 0);
}

function lastActive(cells: readonly Cell[]): readonly Cell[] {
  const first = firstActive(cells);
  return cells.filter(({ day }) => day >= first);
}

/** The first of the last active days; `cells`: at least one. */
function firstActive(cells: readonly Cell[]): Day {
  const [first = ''] = [...new Set(cells.map(({ day }) => day))].sort().slice(-ACTIVE_DAYS);
  return first;
}

function addressesOf(cells: readonly Cell[], trust: Trust): readonly string[] {
  const seen = new Map<string, { messages: number; readonly reporters: Set<string> }>();
  let all = 0;
  for (const { ip, reporter, spfAligned } of cells) {
    if (spfAligned === 0) continue;
    const address = seen.get(ip) ?? {
      messages: 0,
      reporters: new Set<string>(),
    };
    seen.set(ip, address);
    address.messages += spfAligned;
    address.reporters.add(reporter);
    all += spfAligned;
  }
  return [...seen]
    .filter(([, it]) => trust.isAttested(it.reporters) && it.messages >= all * LEAST_SHARE)
    .sort(([ip, a], [other, b]) => b.messages - a.messages || (ip < other ? -1 : 1))
    .slice(0, MOST_ADDRESSES)
    .map(([ip]) => ip);
}

function lastDay(cells: readonly Cell[], trust: Trust): Day {
  const told = new Map<string, Day>();
  for (const { reporter, day, spfAligned } of cells) {
    if (spfAligned > 0 && day > (told.get(reporter) ?? '')) told.set(reporter, day);
  }
  return trust.borneOut(told, (a, b) => (a < b ? -1 : 1)) ?? '';
}

/** `cells`: those of the last active days. */
function ownSource(
  { name, headerFrom }: AssessedSource,
  cells: readonly Cell[],
  today: Day,
  total: (cells: readonly Cell[]) => Passing,
): OwnSource {
  const { passing, unsigned } = total(cells);
  const perWeek = 7 / Math.max(SHORTEST_SPAN, daysBetween(firstActive(cells), today));
  return {
    name,
    headerFrom,
    passing: passing * perWeek,
    unsigned: unsigned * perWeek,
  };
}

function sumOf(cells: readonly Cell[]): Passing {
  return {
    passing: sum(cells.map(passedOf)),
    unsigned: sum(cells.map(unsignedOf)),
  };
}

/** What a stranger tells counts for as many messages as all the others tell of. */
function believedSum(cells: readonly Cell[], trust: Trust): Passing {
  const believed = (count: (cell: Cell) => number) => {
    const told = new Map<string, number>();
    for (const cell of cells) told.set(cell.reporter, (told.get(cell.reporter) ?? 0) + count(cell));
    return sum([...trust.capped(told).values()]);
  };
  return { passing: believed(passedOf), unsigned: believed(unsignedOf) };
}

function passedOf({ passed }: Cell): number {
  return passed;
}

function unsignedOf({ dkimAligned, passed }: Cell): number {
  return Math.max(0, passed - dkimAligned);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

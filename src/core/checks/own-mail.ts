import { pileOf, type Evidence } from '../evidence/assess.js';
import type { AssessedSource } from '../evidence/assessment.js';
import type { Cell } from '../evidence/cell.js';
import type { Counted } from '../evidence/cell-pile.js';
import type { Trust } from '../evidence/trust.js';
import { addDays, dayOf, daysBetween, type Day, type Instant } from '../instant.js';

/** Days of evidence that say what sends now: a run that comes once a month is still among them. */
const RECENT_DAYS = 36;
/** Within them a source is judged by its own latest active days: what it has sent since it was set right. */
const ACTIVE_DAYS = 7;
/** A rate is taken over no less than a week: one message is not seven a week. */
const SHORTEST_SPAN = 7;
/** Days of evidence whose addresses must have names: one that was given back since needs none any more. */
const ADDRESS_DAYS = 3;
/** Addresses that send less than this share of the mail may be a test, or forged. */
const LEAST_SHARE = 0.01;
const MOST_ADDRESSES = 12;
/** Above this share of its mail a source relies on SPF; below it lies what breaks on the way. */
const RELIES_ON_SPF = 0.1;

/** What the evidence says of the mail that the authorized sources send now. */
export interface OwnMail {
  /** Addresses that SPF lets send as the domain itself, most mail first, at most 12. */
  readonly addresses: readonly string[];
  /** Those of them whose mail passes by SPF alone. */
  readonly onSpfAlone: readonly string[];
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

type Passing = Pick<OwnSource, 'passing' | 'unsigned'>;

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

/** Reads the authorized sources of a domain, and of its subdomains, out of the evidence. */
export function ownMail(
  counted: Counted,
  question: { readonly domain: string; readonly sources: readonly AssessedSource[]; readonly now: Instant },
): OwnMail {
  const { domain } = question;
  const today = dayOf(question.now);
  const from = addDays(today, -RECENT_DAYS);
  const lately = addDays(today, -ADDRESS_DAYS);
  const recent = question.sources
    .filter((it) => it.class === 'authorized')
    .map((source) => ({ source, cells: recentCells(counted, source, from) }));
  const own = recent.filter(({ source }) => source.headerFrom === domain).flatMap(({ cells }) => cells);
  const sending = own.filter((cell) => cell.day >= lately);
  const addresses = addressesOf(sending, counted.trust);
  const isUnsigned = (ip: string) => reliesOnSpf(sumOf(sending.filter((cell) => cell.ip === ip)));
  const readBy = (total: (cells: readonly Cell[]) => Passing) =>
    recent.flatMap(({ source, cells }) => ownSource(source, cells, today, total));
  return {
    addresses,
    onSpfAlone: addresses.filter(isUnsigned),
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

function reliesOnSpf({ passing, unsigned }: Passing): boolean {
  return unsigned > passing * RELIES_ON_SPF;
}

/** Mail that passed, of reporters whose word counts. */
function recentCells({ groups, trust }: Counted, { id }: AssessedSource, from: Day): readonly Cell[] {
  return groups
    .of(id)
    .filter(({ day, passed, reporter }) => day >= from && passed > 0 && trust.canBearOut(reporter));
}

function addressesOf(cells: readonly Cell[], trust: Trust): readonly string[] {
  const seen = new Map<string, { messages: number; readonly reporters: Set<string> }>();
  let all = 0;
  for (const { ip, reporter, spfAligned } of cells) {
    if (spfAligned === 0) continue;
    const address = seen.get(ip) ?? { messages: 0, reporters: new Set<string>() };
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

function ownSource(
  { name, headerFrom }: AssessedSource,
  cells: readonly Cell[],
  today: Day,
  total: (cells: readonly Cell[]) => Passing,
): readonly OwnSource[] {
  const [first] = [...new Set(cells.map(({ day }) => day))].sort().slice(-ACTIVE_DAYS);
  if (first === undefined) return [];
  const { passing, unsigned } = total(cells.filter(({ day }) => day >= first));
  const perWeek = 7 / Math.max(SHORTEST_SPAN, daysBetween(first, today));
  return [{ name, headerFrom, passing: passing * perWeek, unsigned: unsigned * perWeek }];
}

function sumOf(cells: readonly Cell[]): Passing {
  return { passing: sum(cells.map(passedOf)), unsigned: sum(cells.map(unsignedOf)) };
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

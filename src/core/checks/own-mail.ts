import { pileOf, type Evidence } from '../evidence/assess.js';
import type { AssessedSource } from '../evidence/assessment.js';
import type { Cell } from '../evidence/cell.js';
import type { Counted } from '../evidence/cell-pile.js';
import { addDays, dayOf, daysBetween, type Day, type Instant } from '../instant.js';

/** Days of evidence that say what sends now; what was shut down longer ago needs no name any more. */
const RECENT_DAYS = 14;
/** Days of evidence whose addresses must have names: one that was given back since needs none any more. */
const ADDRESS_DAYS = 3;
/** Addresses that send less than this share of the mail may be a test, or forged. */
const LEAST_SHARE = 0.01;
const MOST_ADDRESSES = 12;
/** Nothing is held on the word of one. */
const FEWEST_REPORTERS = 2;
/** Above this share of its mail a source relies on SPF; below it lies what breaks on the way. */
const RELIES_ON_SPF = 0.1;

/** What the evidence of the last days says of the mail of a domain's authorized sources. */
export interface OwnMail {
  /** Addresses that SPF lets send, most mail first, at most 12. */
  readonly addresses: readonly string[];
  readonly spfOnly: readonly SpfOnlySource[];
}

/** An authorized source whose mail passes by SPF alone: it fails as soon as anybody forwards it. */
export interface SpfOnlySource {
  readonly name: string;
  /** Messages a week without an aligned DKIM signature. */
  readonly messagesPerWeek: number;
}

/** Reads the authorized sources of the domain itself out of the evidence. */
export function ownMail(
  evidence: Evidence,
  question: { readonly domain: string; readonly sources: readonly AssessedSource[]; readonly now: Instant },
): OwnMail {
  const today = dayOf(question.now);
  const counted = pileOf(evidence, question.domain).through(today).counted();
  const from = addDays(today, -RECENT_DAYS);
  const lately = addDays(today, -ADDRESS_DAYS);
  const own = question.sources.filter((it) => it.class === 'authorized' && it.headerFrom === question.domain);
  const recent = own.map((source) => ({ name: source.name, cells: recentCells(counted, source, from) }));
  return {
    addresses: addressesOf(recent.flatMap(({ cells }) => cells).filter((cell) => cell.day >= lately)),
    spfOnly: recent.flatMap(({ name, cells }) => spfOnlySource(name, cells, today)),
  };
}

/** Of reporters whose word counts. */
function recentCells({ groups, trust }: Counted, { id }: AssessedSource, from: Day): readonly Cell[] {
  return groups.of(id).filter((cell) => cell.day >= from && trust.canBearOut(cell.reporter));
}

function addressesOf(cells: readonly Cell[]): readonly string[] {
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
    .filter(([, it]) => it.reporters.size >= FEWEST_REPORTERS && it.messages >= all * LEAST_SHARE)
    .sort(([ip, a], [other, b]) => b.messages - a.messages || (ip < other ? -1 : 1))
    .slice(0, MOST_ADDRESSES)
    .map(([ip]) => ip);
}

function spfOnlySource(name: string, cells: readonly Cell[], today: Day): readonly SpfOnlySource[] {
  const passing = cells.filter(({ passed }) => passed > 0);
  const passed = passing.reduce((sum, cell) => sum + cell.passed, 0);
  const signed = passing.reduce((sum, cell) => sum + Math.min(cell.dkimAligned, cell.passed), 0);
  const reporters = new Set(passing.map(({ reporter }) => reporter));
  const relies = reporters.size >= FEWEST_REPORTERS && passed - signed > passed * RELIES_ON_SPF;
  // A source of three days is not measured by fourteen.
  const first = passing.reduce((day, cell) => (cell.day < day ? cell.day : day), today);
  const days = Math.max(1, daysBetween(first, today));
  return relies ? [{ name, messagesPerWeek: ((passed - signed) * 7) / Math.min(days, RECENT_DAYS) }] : [];
}

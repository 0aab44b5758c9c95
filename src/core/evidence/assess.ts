import type { AssessedSource, Assessment } from './assessment.js';
import { DAY_MS, addDays, dayOf, daysBetween } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { SourceDecision, SourceId } from '../source/source.js';
import type { Cell } from './cell.js';
import { CellPile } from './cell-pile.js';
import type { Counted } from './cell-pile.js';
import type { Window } from './assess-source.js';
import { assessSource } from './assess-source.js';
import { NO_ACTIVITY, RECENT_DAYS, recentActivity } from './recent-activity.js';
import { classifySource, comesAndGoes } from '../source/classify-source.js';
import type { Surroundings } from '../source/classify-source.js';
import { LATEST_CLOSE_MS, closedThrough } from './closed-days.js';
import { coverage } from './coverage.js';
import { EARLY_START_MS } from './report-cells.js';
import { movedSources } from './moved-sources.js';
import type { SourceHistory } from '../source/source-history.js';
import { steadyDays, throwaways } from '../source/visits.js';

export interface Evidence {
  /**
   * The whole history of counted cells, not just the window's: a broken sender stays broken while it is silent. What
   * claims to be about a day that hasn't begun doesn't count. Bare cells say nothing of when they came.
   */
  readonly cells: readonly Cell[] | CellPile;
  readonly decisions: readonly SourceDecision[];
  readonly lastReportAt: Instant | null;
}

/** The domain, and the time that is looked at. */
export interface Question {
  /** The policy domain. */
  readonly domain: string;
  /** The rung's effective moment, or the enrolment. */
  readonly windowStart: Instant;
  readonly now: Instant;
}

/**
 * What the evidence says about a domain: its sources by class, its closed days, who reports. Networks that authenticate
 * as nobody and come and go are left out of the sources: there are thousands, and they decide nothing.
 */
export function assess(evidence: Evidence, question: Question): Assessment {
  return assessSome(evidence, question, comesAndGoes);
}

/** The same with every source, for people to look at. */
export function assessAll(evidence: Evidence, question: Question): Assessment {
  return assessSome(evidence, question, () => false);
}

type LeaveOut = (id: SourceId, history: SourceHistory, around: Omit<Surroundings, 'ownPerDay'>) => boolean;

function assessSome(evidence: Evidence, question: Question, isLeftOut: LeaveOut): Assessment {
  const { domain, now } = question;
  const from = firstDayFrom(question.windowStart);
  const today = dayOf(now);
  const counted = pileOf(evidence, domain).through(today).counted();
  const reporters = counted.reporting.all();
  const through = closedThrough(reporters, from, now);
  const closedDays = through === null ? 0 : daysBetween(from, through) + 1;
  const window: Window = { from, through, closedDays, latest: latestDay(counted, today) };
  const sources = assessSources(counted, evidence.decisions, window, isLeftOut);
  const legitimate = sources.filter((it) => it.class === 'authorized' || it.class === 'forwarder');
  const seen = legitimate.reduce((sum, it) => sum + it.messages, 0);
  const messages = Math.round(seen * counted.trust.countedShare());
  return {
    from,
    closedThrough: through,
    closedDays,
    legitimate: messages,
    legitimatePerWeek: closedDays === 0 ? 0 : (messages * 7) / closedDays,
    lastReportAt: evidence.lastReportAt,
    witnesses: witnesses(counted, from),
    isMailReported: counted.lastDays.size > 0,
    sources,
    reporters: coverage(reporters, counted.trust, { through, now }),
    setAside: counted.setAside,
  };
}

/** Who abuses the domain decides which receivers tell of that (I10): they count where nothing has ever passed. */
function witnesses({ lastDays, reporting }: Counted, from: Day): number {
  const passing = [...reporting.all().values()].filter(({ days }) => days.size > 0);
  const last = (days: Iterable<Day>): Day => [...days].reduce((a, b) => (a > b ? a : b), '');
  const told = passing.length === 0 ? [...lastDays.values()] : passing.map(({ days }) => last(days.keys()));
  return told.filter((day) => day >= from).length;
}

/** The evidence as a pile of its own. */
export function pileOf({ cells }: Evidence, domain: string): CellPile {
  return cells instanceof CellPile ? cells : new CellPile(domain, cells);
}

/**
 * The first day whose reports can't overlap the change: a report is put to a day when it begins up to 2 hours before
 * that day, and all of it must lie behind the effective moment (RFC 9990 3.3: a report may mix policies).
 */
function firstDayFrom(windowStart: Instant): Day {
  return addDays(dayOf(windowStart + EARLY_START_MS), 1);
}

/**
 * The newest day that the usual traffic reaches. Hostile mail must not move it (I10); where nothing passes any more, it
 * follows the clock.
 */
function latestDay({ reporting }: Counted, today: Day): Day {
  let latest = addDays(today, -LATEST_CLOSE_MS / DAY_MS);
  for (const { days } of reporting.all().values()) {
    for (const day of days.keys()) if (day > latest) latest = day;
  }
  return latest;
}

/** What each Author Domain's sources are measured against. */
class Measures {
  private readonly perDomain = new Map<string, number>();
  private readonly cached = new Map<string, Surroundings>();
  readonly all: Omit<Surroundings, 'ownPerDay'>;
  private readonly total: number;

  constructor({ histories, reporting, trust }: Counted, today: Day) {
    let first = today;
    for (const { days } of reporting.all().values())
      for (const day of days.keys()) if (day < first) first = day;
    this.total = trust.total();
    this.all = {
      today,
      ownDays: daysBetween(first, today) + 1,
      throwaways: throwaways(histories, today),
      steadyDays: steadyDays(histories, today),
    };
    for (const { headerFrom, passed } of histories.values()) {
      if (passed > 0) this.perDomain.set(headerFrom, (this.perDomain.get(headerFrom) ?? 0) + passed);
    }
  }

  of(headerFrom: string): Surroundings {
    const known = this.cached.get(headerFrom);
    if (known !== undefined) return known;
    const passed = Math.min(this.total, this.perDomain.get(headerFrom) ?? 0);
    const around = { ...this.all, ownPerDay: passed / this.all.ownDays };
    this.cached.set(headerFrom, around);
    return around;
  }
}

function assessSources(
  counted: Counted,
  decisions: readonly SourceDecision[],
  window: Window,
  isLeftOut: LeaveOut,
): readonly AssessedSource[] {
  const { groups, histories, trust } = counted;
  const measures = new Measures(counted, window.latest);
  const moved = movedSources(groups, histories);
  const words = new Map([...decisions].sort((a, b) => a.at - b.at).map((it) => [it.source, it] as const));
  const recentFrom = addDays(window.latest, 1 - RECENT_DAYS);
  const sources: AssessedSource[] = [];
  for (const [id, history] of histories) {
    const decision = words.get(id) ?? null;
    if (decision === null && isLeftOut(id, history, measures.all)) continue;
    const cells = groups.of(id);
    const isFromOwnAddress = id.startsWith('host:') && isOwn(history, cells, groups);
    const isFromForwarder = history.brokenSignature > 0 && cells.some((cell) => groups.isForwarder(cell.ip));
    const classified = classifySource(
      { id, history, isFromOwnAddress, isFromForwarder, decision },
      measures.of(history.headerFrom),
    );
    const isRecent = (history.days.at(-1)?.day ?? '') >= recentFrom;
    const recent = isRecent ? recentActivity(cells, recentFrom, trust) : NO_ACTIVITY;
    const fixedElsewhereOn = moved.get(id) ?? null;
    sources.push(assessSource({ id, history, cells, trust, classified, recent, fixedElsewhereOn }, window));
  }
  return sources.sort(
    (a, b) => b.failingPerWeek - a.failingPerWeek || b.messages - a.messages || (a.id < b.id ? -1 : 1),
  );
}

/** Where all of it passes, nobody need ask. */
function isOwn(history: SourceHistory, cells: readonly Cell[], groups: Counted['groups']): boolean {
  return history.failing > 0 && cells.some((cell) => groups.isOwn(cell.ip));
}

import type { AssessedSource, Assessment } from './assessment.js';
import { addDays, dayOf, daysBetween } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { SourceDecision, SourceId } from '../source/source.js';
import type { Cell } from './cell.js';
import { CellPile } from './cell-pile.js';
import type { Counted } from './cell-pile.js';
import { firstDay, heardReporters, lastReportAt, latestDay, passedIn, witnesses } from './heard-reporters.js';
import type { Heard } from './heard-reporters.js';
import type { Trust } from './trust.js';
import type { Window } from './assess-source.js';
import { assessSource } from './assess-source.js';
import { NO_ACTIVITY, RECENT_DAYS, recentActivity } from './recent-activity.js';
import { classifySource, comesAndGoes } from '../source/classify-source.js';
import type { Classified, Surroundings } from '../source/classify-source.js';
import { closedThrough } from './closed-days.js';
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

/** The same with every source, for people to look at: with those, too, that only they have seen who aren't heard. */
export function assessAll(evidence: Evidence, question: Question): Assessment {
  const assessment = assessSome(evidence, question, () => false);
  const pile = pileOf(evidence, question.domain).through(dayOf(question.now));
  return { ...assessment, sources: [...assessment.sources, ...hearsay(pile.counted(), assessment)] };
}

const HEARSAY: Classified = {
  class: 'hostile',
  reasons: ['only reporters that nobody knows, and that have not told of your mail for a week, have seen it'],
  settledBy: null,
};

function hearsay(counted: Counted, assessment: Assessment): readonly AssessedSource[] {
  const { closedDays, closedThrough: through, from } = assessment;
  const window: Window = { from, through, closedDays, latest: through ?? from };
  const known = new Set(assessment.sources.map(({ id }) => id));
  return [...counted.unheard()]
    .filter(([id]) => !known.has(id))
    .map(([id, history]) => {
      const source = { id, history, cells: [], trust: counted.trust, classified: HEARSAY };
      return assessSource({ ...source, recent: NO_ACTIVITY, fixedElsewhereOn: null }, window);
    });
}

type LeaveOut = (id: SourceId, history: SourceHistory, around: Omit<Surroundings, 'ownPerDay'>) => boolean;

function assessSome(evidence: Evidence, question: Question, isLeftOut: LeaveOut): Assessment {
  const { domain, now } = question;
  const from = firstDayFrom(question.windowStart);
  const today = dayOf(now);
  const counted = pileOf(evidence, domain).through(today).counted();
  const reporters = counted.reporting.all();
  const heard = heardReporters(counted);
  const through = closedThrough(heard, from, now);
  const closedDays = through === null ? 0 : daysBetween(from, through) + 1;
  const window: Window = { from, through, closedDays, latest: latestDay(counted, heard, today) };
  const sources = assessSources(counted, { decisions: evidence.decisions, window, isLeftOut, heard });
  const messages = legitimateMessages(sources, counted.trust, passedIn(heard, from, through));
  return {
    from,
    closedThrough: through,
    closedDays,
    legitimate: messages,
    legitimatePerWeek: closedDays === 0 ? 0 : (messages * 7) / closedDays,
    lastReportAt: lastReportAt(evidence.lastReportAt, counted),
    witnesses: witnesses(heard, counted.trust, from),
    isMailReported: heard.size > 0,
    sources,
    reporters: coverage(reporters, counted.trust, { through, now }),
    setAside: counted.setAside,
  };
}

/** One that isn't known can at most double what all others saw. */
function legitimateMessages(
  sources: readonly AssessedSource[],
  trust: Trust,
  told: ReadonlyMap<string, number>,
): number {
  const legitimate = sources.filter((it) => it.class === 'authorized' || it.class === 'forwarder');
  const messages = legitimate.reduce((sum, it) => sum + it.messages, 0);
  const passed = legitimate.reduce((sum, it) => sum + it.passed, 0);
  let counted = 0;
  for (const weight of trust.capped(told).values()) counted += weight;
  return Math.min(passed, counted) + messages - passed;
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

/** What each Author Domain's sources are measured against. */
class Measures {
  private readonly perDomain = new Map<string, number>();
  private readonly cached = new Map<string, Surroundings>();
  readonly all: Omit<Surroundings, 'ownPerDay'>;
  private readonly total: number;

  constructor(counted: Counted, heard: Heard, today: Day) {
    const { histories, trust } = counted;
    this.total = trust.total();
    this.all = {
      today,
      ownDays: daysBetween(firstDay(counted, heard, today), today) + 1,
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

interface Assessing {
  readonly decisions: readonly SourceDecision[];
  readonly window: Window;
  readonly isLeftOut: LeaveOut;
  readonly heard: Heard;
}

function assessSources(
  counted: Counted,
  { decisions, heard, isLeftOut, window }: Assessing,
): readonly AssessedSource[] {
  const { groups, histories, trust } = counted;
  const measures = new Measures(counted, heard, window.latest);
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

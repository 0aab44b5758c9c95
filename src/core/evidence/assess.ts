import type { AssessedSource, Assessment, DailyCount } from './assessment.js';
import { DAY_MS, addDays, dayOf, daysBetween } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { SourceClass, SourceDecision, SourceId } from '../source/source.js';
import type { Cell } from './cell.js';
import { CellPile } from './cell-pile.js';
import type { Window } from './assess-source.js';
import { assessSource } from './assess-source.js';
import { RECENT_DAYS, recentActivity } from './recent-activity.js';
import { classifySource } from '../source/classify-source.js';
import type { Surroundings } from '../source/classify-source.js';
import { LATEST_CLOSE_MS, closedThrough } from './closed-days.js';
import { coverage } from './coverage.js';
import { EARLY_START_MS } from './report-cells.js';
import { movedSources } from './moved-sources.js';
import type { Reporting } from './reporting-days.js';
import type { SourceHistory } from '../source/source-history.js';

export interface Evidence {
  /**
   * The whole history of counted cells, not just the window's: a broken sender stays broken while it is silent. What
   * claims to be about a day that hasn't begun doesn't count.
   */
  readonly cells: readonly Cell[] | CellPile;
  readonly decisions: readonly SourceDecision[];
  readonly lastReportAt: Instant | null;
}

/**
 * What the evidence says about a domain: its sources by class, its closed days, who reports. The window starts at the
 * rung's effective moment, or the enrolment.
 */
export function assess(input: Evidence, windowStart: Instant, now: Instant): Assessment {
  const from = firstDayFrom(windowStart);
  const today = dayOf(now);
  const all = input.cells instanceof CellPile ? input.cells : new CellPile(input.cells);
  const pile = all.through(today);
  const reporters = pile.reporters.all();
  const through = closedThrough(reporters, from, now);
  const closedDays = through === null ? 0 : daysBetween(from, through) + 1;
  const window: Window = { from, through, closedDays, latest: latestDay(reporters, today) };
  const sources = assessSources(pile, input.decisions, window);
  const legitimate = sources.filter((it) => it.class === 'authorized' || it.class === 'forwarder');
  const messages = legitimate.reduce((sum, it) => sum + it.messages, 0);
  return {
    from,
    closedThrough: through,
    closedDays,
    legitimate: messages,
    legitimatePerWeek: closedDays === 0 ? 0 : (messages * 7) / closedDays,
    lastReportAt: input.lastReportAt,
    sources,
    days: dailyCounts(pile.histories, sources, through),
    reporters: coverage(reporters, through),
  };
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
function latestDay(reporters: ReadonlyMap<string, Reporting>, today: Day): Day {
  let latest = addDays(today, -LATEST_CLOSE_MS / DAY_MS);
  for (const { days } of reporters.values()) for (const day of days) if (day > latest) latest = day;
  return latest;
}

function surroundings(reporters: ReadonlyMap<string, Reporting>, today: Day): Surroundings {
  let [passed, first] = [0, today];
  for (const reporter of reporters.values()) {
    passed += reporter.passed;
    for (const day of reporter.days) if (day < first) first = day;
  }
  const ownDays = daysBetween(first, today) + 1;
  return { today, ownPerDay: passed / ownDays, ownDays };
}

function assessSources(
  { groups, histories, reporters }: CellPile,
  decisions: readonly SourceDecision[],
  window: Window,
): readonly AssessedSource[] {
  const around = surroundings(reporters.all(), window.latest);
  const moved = movedSources(groups, histories);
  const recentFrom = addDays(window.latest, 1 - RECENT_DAYS);
  const sources: AssessedSource[] = [];
  for (const [id, history] of histories) {
    const word = decisions.filter((it) => it.source === id).sort((a, b) => a.at - b.at);
    const classified = classifySource(history, around, word.at(-1) ?? null);
    const recent = recentActivity(groups.of(id), recentFrom);
    sources.push(
      assessSource({ id, history, classified, recent, fixedElsewhereOn: moved.get(id) ?? null }, window),
    );
  }
  return sources.sort(
    (a, b) => b.failingPerWeek - a.failingPerWeek || b.messages - a.messages || (a.id < b.id ? -1 : 1),
  );
}

function dailyCounts(
  histories: ReadonlyMap<SourceId, SourceHistory>,
  sources: readonly AssessedSource[],
  through: Day | null,
): readonly DailyCount[] {
  const days = new Map<Day, DailyTally>();
  for (const source of sources) {
    for (const active of histories.get(source.id)?.days ?? []) {
      const { day } = active;
      const counts = days.get(day) ?? { passed: 0, forwarded: 0, failing: 0, unknown: 0, hostile: 0 };
      days.set(day, counts);
      counts.passed += active.passed - active.forwarded;
      counts.forwarded += active.forwarded;
      counts[failingAs(source.class)] += active.messages - active.passed;
    }
  }
  return [...days]
    .map(([day, counts]) => ({ day, closed: through !== null && day <= through, ...counts }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}

type Kind = 'passed' | 'forwarded' | 'failing' | 'unknown' | 'hostile';
type DailyTally = Record<Kind, number>;

function failingAs(sourceClass: SourceClass): Kind {
  switch (sourceClass) {
    case 'authorized':
    case 'forwarder':
      return 'failing';
    case 'unknown':
    case 'hostile':
      return sourceClass;
  }
}

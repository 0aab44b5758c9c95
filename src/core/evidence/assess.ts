import type { AssessedSource, Assessment, DailyCount } from './assessment.js';
import { addDays, dayOf, daysBetween } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { SourceDecision, SourceId } from '../source/source.js';
import type { Cell } from './cell.js';
import type { Window } from './assess-source.js';
import { assessSource } from './assess-source.js';
import { recentActivity } from './recent-activity.js';
import { classifySource } from '../source/classify-source.js';
import { closedThrough } from './closed-days.js';
import { coverage } from './coverage.js';
import { EARLY_START_MS } from './report-cells.js';
import { groupSources } from '../source/group-sources.js';
import { movedSources } from './moved-sources.js';
import { sourceHistory } from '../source/source-history.js';
import type { SourceHistory } from '../source/source-history.js';

export interface Evidence {
  /** The whole history of counted cells, not just the window's: a broken sender stays broken while it is silent. */
  readonly cells: readonly Cell[];
  readonly decisions: readonly SourceDecision[];
  readonly lastReportAt: Instant | null;
}

/**
 * What the evidence says about a domain: its sources by class, its closed days, who reports. The window starts at the
 * rung's effective moment, or the enrolment.
 */
export function assess(input: Evidence, windowStart: Instant, now: Instant): Assessment {
  const from = firstDayFrom(windowStart);
  const through = closedThrough(input.cells, from, now);
  const closedDays = through === null ? 0 : daysBetween(from, through) + 1;
  const latest = input.cells.reduce((day, cell) => (cell.day > day ? cell.day : day), from);
  const window: Window = { from, through, closedDays, latest };
  const groups = groupSources(input.cells);
  const histories = new Map([...groups].map(([id, cells]) => [id, sourceHistory(cells)]));
  const sources = assessSources(groups, histories, input.decisions, window);
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
    days: dailyCounts(groups, sources, through),
    reporters: coverage(input.cells, through),
  };
}

/**
 * The first day whose reports can't overlap the change: a report is put to a day when it begins up to 2 hours before
 * that day, and all of it must lie behind the effective moment (RFC 9990 3.3: a report may mix policies).
 */
function firstDayFrom(windowStart: Instant): Day {
  return addDays(dayOf(windowStart + EARLY_START_MS), 1);
}

function assessSources(
  groups: ReadonlyMap<SourceId, readonly Cell[]>,
  histories: ReadonlyMap<SourceId, SourceHistory>,
  decisions: readonly SourceDecision[],
  window: Window,
): readonly AssessedSource[] {
  const around = {
    today: window.latest,
    ownMessages: [...histories.values()].reduce((sum, it) => sum + it.passed, 0),
  };
  const moved = movedSources(groups, histories);
  const sources: AssessedSource[] = [];
  for (const [id, history] of histories) {
    const word = decisions.filter((it) => it.source === id).sort((a, b) => a.at - b.at);
    const classified = classifySource(history, around, word.at(-1) ?? null);
    const recent = recentActivity(groups.get(id) ?? [], window.latest);
    sources.push(
      assessSource({ id, history, classified, recent, fixedElsewhereOn: moved.get(id) ?? null }, window),
    );
  }
  return sources.sort(
    (a, b) => b.failingPerWeek - a.failingPerWeek || b.messages - a.messages || (a.id < b.id ? -1 : 1),
  );
}

function dailyCounts(
  groups: ReadonlyMap<SourceId, readonly Cell[]>,
  sources: readonly AssessedSource[],
  through: Day | null,
): readonly DailyCount[] {
  const classOf = new Map(sources.map((it) => [it.id, it.class]));
  const days = new Map<Day, DailyCount>();
  for (const [id, cells] of groups) {
    for (const cell of cells) {
      const closed = through !== null && cell.day <= through;
      const known = days.get(cell.day) ?? {
        day: cell.day,
        closed,
        passed: 0,
        forwarded: 0,
        failing: 0,
        unknown: 0,
        hostile: 0,
      };
      days.set(cell.day, addToDay(known, cell, classOf.get(id) ?? 'hostile'));
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

function addToDay(day: DailyCount, cell: Cell, sourceClass: AssessedSource['class']): DailyCount {
  const failing = cell.messages - cell.passed;
  const counts = {
    ...day,
    passed: day.passed + cell.passed - cell.forwarded,
    forwarded: day.forwarded + cell.forwarded,
  };
  switch (sourceClass) {
    case 'authorized':
    case 'forwarder':
      return { ...counts, failing: day.failing + failing };
    case 'unknown':
      return { ...counts, unknown: day.unknown + failing };
    case 'hostile':
      return { ...counts, hostile: day.hostile + failing };
  }
}

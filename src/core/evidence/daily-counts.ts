import type { Assessment, DailyCount } from './assessment.js';
import type { Evidence } from './assess.js';
import { pileOf } from './assess.js';
import type { Day } from '../instant.js';
import type { SourceClass } from '../source/source.js';

/** Messages by day and by what they are, over all days that the evidence knows, for charts. */
export function dailyCounts(
  evidence: Evidence,
  domain: string,
  { closedThrough, sources }: Assessment,
): readonly DailyCount[] {
  const counted = pileOf(evidence, domain).counted();
  const days = new Map<Day, DailyTally>();
  const classes = new Map(sources.map((it) => [it.id, it.class] as const));
  for (const [id, sourceClass] of classes) {
    for (const active of counted.histories.get(id)?.days ?? []) {
      const counts = countsOf(days, active.day);
      counts.passed += active.passed - active.forwarded;
      counts.forwarded += active.forwarded;
      counts[failingAs(sourceClass)] += active.messages - active.passed;
    }
  }
  // That it passed is not to be believed of them; who only ever sees abuse may well tell how much.
  for (const [id, history] of counted.unheard()) {
    for (const active of history.days) {
      const failing = active.messages - active.passed;
      if (failing > 0) countsOf(days, active.day)[failingAs(classes.get(id) ?? 'hostile')] += failing;
    }
  }
  return [...days]
    .map(([day, counts]) => ({ day, closed: closedThrough !== null && day <= closedThrough, ...counts }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}

type Kind = 'passed' | 'forwarded' | 'failing' | 'unknown' | 'hostile';
type DailyTally = Record<Kind, number>;

function countsOf(days: Map<Day, DailyTally>, day: Day): DailyTally {
  const counts = days.get(day) ?? { passed: 0, forwarded: 0, failing: 0, unknown: 0, hostile: 0 };
  days.set(day, counts);
  return counts;
}

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

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
  const { histories } = pileOf(evidence, domain).counted();
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
    .map(([day, counts]) => ({ day, closed: closedThrough !== null && day <= closedThrough, ...counts }))
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

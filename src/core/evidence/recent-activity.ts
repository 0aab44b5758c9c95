import type { Cell } from './cell.js';
import type { Day } from '../instant.js';
import type { RecentActivity } from './assessment.js';
import { addDays } from '../instant.js';

/** What a step back looks at: so many days up to the latest that anybody reported about. */
const RECENT_DAYS = 5;

/** What the newest reports say of one source, closed days or not. `latest`: the newest day with evidence of any source. */
export function recentActivity(cells: readonly Cell[], latest: Day): RecentActivity {
  const from = addDays(latest, 1 - RECENT_DAYS);
  const messagesOf = new Map<string, number>();
  const witnesses = new Set<string>();
  const days = new Set<Day>();
  let [messages, failing, all] = [0, 0, 0];
  for (const cell of cells) {
    messagesOf.set(cell.reporter, (messagesOf.get(cell.reporter) ?? 0) + cell.messages);
    all += cell.messages;
    if (cell.day < from) continue;
    messages += cell.messages;
    if (cell.messages === cell.passed) continue;
    failing += cell.messages - cell.passed;
    witnesses.add(cell.reporter);
    days.add(cell.day);
  }
  const witnessed = [...witnesses].reduce((sum, it) => sum + (messagesOf.get(it) ?? 0), 0);
  return {
    days: days.size,
    messages,
    failing,
    failingReporters: witnesses.size,
    reporterShare: all === 0 ? 0 : witnessed / all,
  };
}

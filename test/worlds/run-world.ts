import { DAY_MS, startOfDay } from '../../src/core/instant.js';
import { DEFAULT_SETTINGS } from '../../src/core/rollout/rollout.js';
import type { Harm } from '../../src/sandbox/receivers.js';
import type { Ladder } from '../../src/core/rollout/ladder.js';
import type { Replay } from '../../src/core/rollout/replay.js';
import type { World } from '../../src/sandbox/world.js';
import { receive } from '../../src/sandbox/receivers.js';
import { replay } from '../../src/core/rollout/replay.js';
import { reportCells } from '../../src/core/evidence/report-cells.js';

export interface WorldRun {
  readonly replayed: Replay;
  /** Days from the start of the world on which each record was published. */
  readonly published: readonly { readonly day: number; readonly record: string }[];
  /** Legitimate messages junked or refused, by the day they were sent. */
  readonly harm: readonly Harm[];
}

/** Lets the decider live through a world's reports, then counts whose mail its records would have hurt. */
export function runWorld(world: World, days: number, ladder: Ladder): WorldRun {
  const start = startOfDay(world.start);
  const initial = `v=DMARC1; p=none; rua=mailto:dmarc@${world.domain}`;
  const sent = everyDay(days).flatMap((day) => receive(world, day, () => initial).reports);
  const keys = new Set<string>();
  const reports = sent
    .filter((it) => !it.forged)
    .sort((a, b) => a.arrivesAt - b.arrivesAt)
    .filter((it) => isFirst(keys, `${it.reporter.domain} ${it.report.reportId}`))
    .map((it) => ({
      arrivedAt: it.arrivesAt,
      reporter: it.reporter.domain,
      cells: reportCells(it.report, it.reporter.domain),
    }));
  const until = start + days * DAY_MS;
  const replayed = replay({ domain: world.domain, ladder, settings: DEFAULT_SETTINGS, reports, until });

  const lookUp = (_domain: string, at: number): string =>
    replayed.transitions.findLast((it) => it.at <= at)?.record ?? initial;
  return {
    replayed,
    published: replayed.transitions.map((it) => ({ day: (it.at - start) / DAY_MS, record: it.record })),
    harm: everyDay(days).flatMap((day) => receive(world, day, lookUp).harm),
  };
}

function isFirst(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function everyDay(days: number): readonly number[] {
  return Array.from({ length: days }, (_, day) => day);
}

export function hurt(run: WorldRun): number {
  return run.harm.reduce((sum, it) => sum + it.junked + it.refused, 0);
}

import { reportCells } from '../core/evidence/report-cells.js';
import { DAY_MS, startOfDay } from '../core/instant.js';
import { falseClaim } from '../core/report/known-reporters.js';
import type { Ladder } from '../core/rollout/ladder.js';
import { replay, type Replay, type ReplayedReport } from '../core/rollout/replay.js';
import { DEFAULT_SETTINGS } from '../core/rollout/rollout.js';
import { receive, type Harm } from './receivers.js';
import type { SentReport } from './sent-report.js';
import { trafficOn } from './traffic.js';
import type { World } from './world.js';

/** A world as it went with the decider at work in it. */
export interface WorldRun {
  readonly world: World;
  readonly days: number;
  readonly replayed: Replay;
  /** Each record that was published, by the days from the start of the world to then. */
  readonly published: readonly Published[];
  /** Legitimate messages junked or refused, by the day they were sent. */
  readonly harm: readonly Harm[];
  /** All legitimate messages. */
  readonly legitimate: number;
}

export interface Published {
  readonly day: number;
  readonly record: string;
  readonly why: string;
}

/** Lets the decider live through a world's reports, then counts whose mail its records would have hurt. */
export function runWorld(world: World, days: number, ladder: Ladder): WorldRun {
  const start = startOfDay(world.start);
  const replayed = replay({
    domain: world.domain,
    ladder,
    settings: DEFAULT_SETTINGS,
    reports: countedReports(reportsOf(world, days)),
    until: start + days * DAY_MS,
  });
  const published = replayed.transitions.map(({ at, record, why }) => ({
    day: (at - start) / DAY_MS,
    record,
    why,
  }));
  return {
    world,
    days,
    replayed,
    published,
    harm: harmOf(world, days, replayed),
    legitimate: legitimate(world, days),
  };
}

/** All that is sent to the mailbox over so many days, in order of arrival, as if nothing were ever enforced. */
export function reportsOf(world: World, days: number): readonly SentReport[] {
  const record = recordAtFirst(world);
  return Array.from({ length: days }, (_, day) => receive(world, day, () => record).reports)
    .flat()
    .sort((a, b) => a.arrivesAt - b.arrivesAt);
}

function recordAtFirst({ domain }: World): string {
  return `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`;
}

/** What is authentic, each report once. */
function countedReports(sent: readonly SentReport[]): readonly ReplayedReport[] {
  const seen = new Set<string>();
  const counted: ReplayedReport[] = [];
  for (const { arrivesAt, forged, report, reporter } of sent) {
    const key = `${reporter.domain} ${report.reportId}`;
    if (forged || seen.has(key) || falseClaim(report, reporter.domain) !== null) continue;
    seen.add(key);
    counted.push({
      arrivedAt: arrivesAt,
      reporter: reporter.domain,
      cells: reportCells(report, reporter.domain),
    });
  }
  return counted;
}

/** Before the first change nothing is enforced, and nobody is hurt. */
function harmOf(world: World, days: number, { transitions }: Replay): readonly Harm[] {
  const [first] = transitions;
  if (first === undefined) return [];
  const initial = recordAtFirst(world);
  const lookUp = (_domain: string, at: number): string =>
    transitions.findLast((it) => it.at <= at)?.record ?? initial;
  // A receiver's day may begin before and end after that of UTC.
  const from = Math.max(0, Math.floor((first.at - startOfDay(world.start)) / DAY_MS) - 1);
  return Array.from({ length: days - from }, (_, index) => receive(world, from + index, lookUp).harm).flat();
}

function legitimate(world: World, days: number): number {
  const quiet: World = { ...world, spoofing: null };
  let messages = 0;
  for (let day = 0; day < days; day += 1) for (const flow of trafficOn(quiet, day)) messages += flow.messages;
  return messages;
}

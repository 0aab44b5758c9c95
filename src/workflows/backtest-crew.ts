import type { Instant } from '../core/instant.js';
import type { Ladder } from '../core/rollout/ladder.js';
import type { RolloutSettings } from '../core/rollout/rollout.js';
import type { PackedCells } from './packed-cells.js';

/** Files to be read together. */
export interface ReadTask {
  readonly kind: 'read';
  /** The place of the first one in the folder; the others follow. */
  readonly first: number;
  readonly files: readonly string[];
  /** Reports about other domains are passed over; null: none are. */
  readonly domain: string | null;
}

/** A report that counts. */
export interface FoundReport {
  readonly domain: string;
  /** Reporter, report_id, begin and end. */
  readonly key: string;
  readonly reporter: string;
  /** When its mail was sent, or its span ended. */
  readonly arrivedAt: Instant;
  readonly messages: number;
  /** The place of its file in the folder, and its own in the file. */
  readonly file: number;
  readonly place: number;
  readonly cells: PackedCells;
}

/** Files or reports that don't count, by why. */
export interface LeftOut {
  /** Mails that did not authenticate. */
  readonly mails: number;
  /** Reports in somebody else's name. */
  readonly falseClaims: number;
  /** Files that hold no report which can be read. */
  readonly withoutReport: number;
}

export interface Findings {
  readonly reports: readonly FoundReport[];
  readonly leftOut: LeftOut;
}

export interface PackedReport {
  readonly arrivedAt: Instant;
  readonly reporter: string;
  readonly cells: PackedCells;
}

/** The reports of one domain, in order of arrival. */
export interface ReplayTask {
  readonly kind: 'replay';
  readonly domain: string;
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
  readonly reports: readonly PackedReport[];
  readonly until: Instant;
}

/**
 * Who does the work of a backtest: this thread, or others. What is handed over belongs to the crew from then on.
 * `Told` is what is to be known of a replay; the replay itself is large, and stays where it was made.
 */
export interface BacktestCrew<Told> {
  /** So many can work at the same time. */
  readonly size: number;
  /** Throws when a file cannot be read at all. */
  read(task: ReadTask): Promise<Findings>;
  replay(task: ReplayTask): Promise<Told>;
}

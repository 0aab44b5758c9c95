import type { Command } from '../core/rollout/command.js';
import type { Ladder } from '../core/rollout/ladder.js';
import type { Rollout, RolloutSettings } from '../core/rollout/rollout.js';
import type { StoredRollout } from '../ports/rollout-store.js';

export interface Enrolment {
  readonly domain: string;
  readonly provider: string;
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
}

/** What came of asking something of a domain. `stale`: it moved on since `expectedVersion`. */
export type Asked =
  | { readonly kind: 'done'; readonly rollout: Rollout }
  | { readonly kind: 'not-enrolled' }
  | { readonly kind: 'already-enrolled' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** All that people may do to a domain. `actor` is a token's name; it lands in the history. */
export class Domains {
  /** Read only as far as DNS goes: the first evaluation adopts the record as it stands. */
  async enrol(_enrolment: Enrolment, _actor: string): Promise<Asked> {
    throw new Error('being written');
  }
  async command(
    _domain: string,
    _command: Command,
    _actor: string,
    _expectedVersion: number | null,
  ): Promise<Asked> {
    throw new Error('being written');
  }
  async changeSettings(
    _domain: string,
    _settings: Partial<RolloutSettings>,
    _actor: string,
    _expectedVersion: number | null,
  ): Promise<Asked> {
    throw new Error('being written');
  }
  async decideSource(
    _domain: string,
    _source: string,
    _word: { readonly class: 'authorized' | 'hostile'; readonly note: string },
    _actor: string,
  ): Promise<Asked> {
    throw new Error('being written');
  }
  /** Stops managing the domain; leaves DNS alone. */
  async remove(_domain: string, _actor: string): Promise<Asked> {
    throw new Error('being written');
  }
  async find(_domain: string): Promise<StoredRollout | null> {
    throw new Error('being written');
  }
}

import type { Observation } from '../core/rollout/observation.js';
import type { RecordPlace } from '../core/rollout/record-place.js';

/** What one server answered. */
export interface ServerView {
  /** `ns1.example.com (192.0.2.53)`; a resolver by its address. */
  readonly server: string;
  /** `recursive`: a resolver, whose answer may be as old as its TTL. */
  readonly kind: 'authoritative' | 'recursive';
  /** The name that it was asked for: the domain's own, or the one that it is an alias of. */
  readonly name: string;
  /** Null: a resolver, or a server that the settings tell by its address. */
  readonly nameServer: string | null;
  /** Null: the name server has none. */
  readonly address: string | null;
  /** Who names it: the referral of the zone above, the zone itself, both, or the settings. */
  readonly namedBy: 'parent' | 'child' | 'both' | 'settings';
  /** Of its copy of the zone: the lower one is behind. Null: a resolver, or it didn't say. */
  readonly serial: number | null;
  readonly observation: Observation;
}

export interface ObservedEverywhere {
  /** What all that were asked say together; `disagree` when they differ, `unknown` when one cannot be asked. */
  readonly observation: Observation;
  readonly servers: readonly ServerView[];
}

/** Asks all servers that the place wants asked for the TXT at its name. */
export abstract class RecordObserver {
  /** Look-ups that fail are `unknown` with their reason; throws only the reason of an aborted signal. */
  abstract observe(place: RecordPlace, signal: AbortSignal): Promise<ObservedEverywhere>;

  /** All addresses that could be found of these hosts: the same server may go by several names. */
  async addressesOf(_hosts: readonly string[], _signal: AbortSignal): Promise<readonly string[]> {
    return [];
  }
}

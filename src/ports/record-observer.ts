import type { Observation } from '../core/rollout/observation.js';

/** What one authoritative server answered. */
export interface ServerView {
  /** `ns1.example.com (192.0.2.53)`. */
  readonly server: string;
  readonly observation: Observation;
}

export interface ObservedEverywhere {
  /** What all servers say together; `disagree` when they differ, `unknown` when one cannot be asked. */
  readonly observation: Observation;
  readonly servers: readonly ServerView[];
}

/** Asks every address of every authoritative server of the domain for `_dmarc.<domain>` TXT. */
export abstract class RecordObserver {
  abstract observe(domain: string, signal: AbortSignal): Promise<ObservedEverywhere>;
}

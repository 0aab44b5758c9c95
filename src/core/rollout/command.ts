/** What a person may ask of a rollout. Each carries a note that the history keeps. */
export type Command =
  /** Adds or removes the hold `paused`, and no other; what was handed to a person to publish is called back. */
  | { readonly kind: 'pause' | 'resume'; readonly note: string }
  /** Bound to the plan that the person saw; refused when the plan has changed or expired. */
  | { readonly kind: 'approve'; readonly planHash: string; readonly note: string }
  /** Drops the planned change and pauses. */
  | { readonly kind: 'reject'; readonly note: string }
  /**
   * One rung up now, without waiting for soak or sample; still compared and verified. Not while the record has drifted.
   * Subdomains that would be hurt stay behind; where the domain's own mail would be, it is refused, and given up where that
   * shows only then.
   */
  | { readonly kind: 'promote'; readonly note: string }
  /**
   * Stops the rollout: stay, or go down to the last rung that passed, or to the first one. Never refused: where a write is
   * under way, what it has brought is found out and taken back. Nothing restarts without `retry`.
   */
  | { readonly kind: 'abort'; readonly target: 'stay' | 'stable' | 'none'; readonly note: string }
  | { readonly kind: 'retry'; readonly note: string }
  /** Take the record that stands there as ours. */
  | { readonly kind: 'adopt'; readonly note: string }
  /** Write the record that we own over the foreign one. */
  | { readonly kind: 'restore'; readonly note: string };

/** Why a command was not carried out: a state that forbids it, said for the person who asked. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
}

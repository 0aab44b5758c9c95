import type { Instant } from '../core/instant.js';

/** What was answered to a request that carried an `Idempotency-Key`. */
export interface RememberedAnswer {
  /** Hash of method, path and body: the same key with another request is a mistake of the client. */
  readonly requestHash: string;
  readonly status: number;
  readonly body: unknown;
}

/** Answers by actor and key, so that a repeated request is answered again instead of done again. */
export abstract class IdempotencyStore {
  /** Null: this actor has not used the key. */
  abstract find(actor: string, key: string): Promise<RememberedAnswer | null>;
  /** The first answer stays; a later one under the same actor and key changes nothing. */
  abstract remember(actor: string, key: string, answer: RememberedAnswer, at: Instant): Promise<void>;
}

import type { EarlierCheck, StoredCheck } from '../core/checks/stored-check.js';
import type { Instant } from '../core/instant.js';

/** What the DNS checks found, with history. */
export abstract class CheckStore {
  /** A check of the same domain at the same instant is stored once. */
  abstract save(check: StoredCheck): Promise<void>;
  /** Newest first. */
  abstract history(domain: string, limit: number): Promise<readonly StoredCheck[]>;
  /** All from an instant on, newest first, at most 100. */
  abstract since(domain: string, from: Instant): Promise<readonly EarlierCheck[]>;
  /** When the oldest that is kept was made; null: there is none. */
  abstract firstAt(domain: string): Promise<Instant | null>;
}

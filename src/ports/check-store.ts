import type { StoredCheck } from '../core/checks/stored-check.js';

/** What the DNS checks found, with history. */
export abstract class CheckStore {
  /** A check of the same domain at the same instant is stored once. */
  abstract save(check: StoredCheck): Promise<void>;
  /** Newest first. */
  abstract history(domain: string, limit: number): Promise<readonly StoredCheck[]>;
  /** The newest in which nothing was left open; null: never. */
  abstract lastComplete(domain: string): Promise<StoredCheck | null>;
}

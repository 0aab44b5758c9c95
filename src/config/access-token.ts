import { createHash } from 'node:crypto';

/** Weakest first; each may do all that the ones before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who may use the API. The token itself is not kept. */
export interface AccessToken {
  /** Lands in the history as the actor. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, lower-case hex. */
  readonly sha256: string;
}

/** SHA-256 of a token as lower-case hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

import type { Day } from '../instant.js';

/**
 * The smallest unit of evidence: messages that one reporter saw on one day from one address under one Author
 * Domain, by how they authenticated. All numbers are messages.
 */
export interface Cell {
  readonly day: Day;
  /** The domain that authenticated the report mail, or the one it claims when it did not authenticate. */
  readonly reporter: string;
  /** The Author Domain (`header_from`). */
  readonly headerFrom: string;
  readonly ip: string;
  /** Organizational Domain that passed SPF or DKIM without being aligned: who sent it, in its own name. */
  readonly authenticatedAs: string | null;
  readonly messages: number;
  /** Passed DMARC: aligned DKIM or aligned SPF, confirmed by `auth_results`. */
  readonly passed: number;
  readonly dkimAligned: number;
  readonly spfAligned: number;
  /** Aligned DKIM passed while SPF passed for nobody: what a forwarder makes of our mail. */
  readonly forwarded: number;
  /** Failed, with a signature of the Author Domain's own present but broken: what a mailing list makes of our mail. */
  readonly brokenSignature: number;
  /** Failed, and the reporter says that it came by a forwarder or a mailing list (RFC 9990 3.1.1.9, `reason`). */
  readonly indirect: number;
  /** `policy_evaluated` and `auth_results` contradict each other; never a pass. */
  readonly disputed: number;
}

export type CountField = { [K in keyof Cell]: Cell[K] extends number ? K : never }[keyof Cell];

/** Exhaustive by its type: a count that is new in cells can't be forgotten where cells begin or are packed. */
export const NO_COUNTS: { readonly [K in CountField]: 0 } = {
  messages: 0,
  passed: 0,
  dkimAligned: 0,
  spfAligned: 0,
  forwarded: 0,
  brokenSignature: 0,
  indirect: 0,
  disputed: 0,
};

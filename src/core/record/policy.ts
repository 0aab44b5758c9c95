/** What a Domain Owner asks Mail Receivers to do with failing mail, weakest first (RFC 9989 4.7 "p"). */
export const POLICIES = ['none', 'quarantine', 'reject'] as const;
export type Policy = (typeof POLICIES)[number];

/** The tags of a DMARC Policy Record that the ratchet may change, and no others. */
export interface PolicyTags {
  readonly p: Policy;
  readonly sp?: Policy;
  readonly np?: Policy;
  /** 0 to 100; read by receivers of the old kind (RFC 7489 6.3), ignored by those of the new (RFC 9989 A.6). */
  readonly pct?: number;
  /** `y`: the wanted policy is one level lower (RFC 9989 4.7); ignored by receivers of the old kind. */
  readonly t?: 'y' | 'n';
}

export const POLICY_TAG_NAMES = [
  'p',
  'sp',
  'np',
  'pct',
  't',
] as const satisfies readonly (keyof PolicyTags)[];

/** 0 for none, 1 for quarantine, 2 for reject. */
export function strictness(policy: Policy): number {
  return POLICIES.indexOf(policy);
}

export function isPolicy(text: string): text is Policy {
  return text === 'none' || text === 'quarantine' || text === 'reject';
}

import { MAIN_SENDER } from './situation-parts.js';
import type { LADDERS } from '../core/rollout/ladder.js';
import type { Situation } from './situations.js';

/** What the product must do in a situation. Days are counted from the start of the world. */
export type Right =
  /** Full `p=reject` by then, with nothing weaker for subdomains. */
  | { readonly kind: 'rejects'; readonly by: number }
  /** Full `p=quarantine` by then, and less than a hundredth of the mail hurt; the budget for mailing lists decides how far it goes from there. */
  | { readonly kind: 'quarantines'; readonly by: number }
  /** Nothing is ever enforced, and the sender is named. */
  | { readonly kind: 'never-enforces'; readonly because: string }
  /** Back to `p=none` in time after the sender broke, naming it, and stays there. */
  | { readonly kind: 'steps-back'; readonly because: string }
  /** The same, and full `p=reject` again by then. */
  | { readonly kind: 'climbs-again'; readonly because: string; readonly by: number }
  /** Full `p=reject` by then, with `sp=none` from the first change on, which names the sender; null: it needn't. */
  | { readonly kind: 'spares-subdomains'; readonly because: string | null; readonly by: number }
  /** The same, until `sp` has followed, a level at a time, by then. */
  | { readonly kind: 'subdomains-follow'; readonly because: string; readonly by: number }
  /** `sp` alone steps back in time; full `p=reject` by then. */
  | { readonly kind: 'spares-subdomains-again'; readonly because: string; readonly by: number }
  /** Holds as `silent` within a week, and moves neither way. */
  | { readonly kind: 'holds-silent' };

/** A situation, how many days to watch it, and what is right in it. */
export interface Trial {
  readonly situation: Situation;
  readonly ladder: keyof typeof LADDERS;
  readonly days: number;
  readonly right: Right;
}

/** Who sends. */
export const SENDER_TRIALS: readonly Trial[] = [
  rejects('healthy', 115),
  rejects('campaign', 115),
  rejects('transit-noise', 115),
  rejects('aligned-later', 125),
  rejects('low-volume', 145),
  rejects('parked', 145),
  quarantines('mailing-lists'),
  quarantines('lists-that-only-bounce'),
  quarantines('lists-known-to-receivers'),
  neverEnforces('unaligned-sender', 'crm'),
  neverEnforces('tiny-unaligned-sender', 'crm'),
  neverEnforces('weekly-unaligned-newsletter', 'weekly letter'),
  neverEnforces('monthly-invoice-unaligned', 'invoices'),
  neverEnforces('monthly-run-at-aligned-vendor', 'invoices'),
  neverEnforces('unauthenticated-host', 'scanner'),
  neverEnforces('host-with-a-broken-key', 'erp'),
];

/** What happens on the way. */
export const COURSE_TRIALS: readonly Trial[] = [
  stepsBack('breaks', MAIN_SENDER),
  stepsBack('ipv6-pool-breaks', MAIN_SENDER),
  stepsBack('new-tool', 'helpdesk'),
  trial('breaks-and-is-repaired', 211, { kind: 'climbs-again', because: MAIN_SENDER, by: 210 }),
  rejects('moved-hosts', 125),
  rejects('largest-reporter-stops', 170),
  trial('reports-stop', 110, { kind: 'holds-silent' }),
];

/** What subdomains send. */
export const SUBDOMAIN_TRIALS: readonly Trial[] = [
  sparesSubdomains('broken-subdomain', 'shop'),
  sparesSubdomains('broken-subdomain-on-own-hosts', 'shop'),
  sparesSubdomains('broken-subdomain-on-shared-hosts', 'shop'),
  // The change of `sp` begins a new window, for the domain itself too.
  trial('subdomain-breaks', 151, { kind: 'spares-subdomains-again', because: 'shop', by: 150 }),
  trial('subdomain-mended', 171, { kind: 'subdomains-follow', because: 'shop', by: 170 }),
];

/** What others do in the domain's name. */
export const ABUSE_TRIALS: readonly Trial[] = [
  rejects('heavy-spoofing', 115),
  rejects('lasting-spoofers', 115),
  rejects('spoofed-subdomains', 115),
  rejects('throw-away-spoofers', 170),
];

/** What made-up reports claim. */
export const FORGERY_TRIALS: readonly Trial[] = [
  rejects('forged-bad', 115),
  neverEnforces('forged-good', 'crm'),
  rejects('strangers-bad-word', 115),
  neverEnforces('strangers-good-word', 'crm'),
  stepsBack('strangers-good-word-after-a-break', MAIN_SENDER),
  rejects('false-google-bad-word', 115),
  neverEnforces('false-google-good-word', 'crm'),
];

/**
 * What the product doesn't get right yet. A host of yours that has never passed, and authenticates as nobody, looks like a
 * spoofer until it has sent on most days for two weeks, whether it signs with a wrong key or not at all.
 */
export const GAP_TRIALS: readonly Trial[] = [
  stepsBack('new-host-with-a-broken-key', 'erp'),
  neverEnforces('weekly-unauthenticated-host', 'payroll'),
  stepsBack('new-unauthenticated-host', 'erp'),
];

/** On other ladders than the usual one. */
export const LADDER_TRIALS: readonly Trial[] = [
  { ...rejects('healthy', 90), ladder: 'rfc9989' },
  { ...rejects('heavy-spoofing', 90), ladder: 'rfc9989' },
  { ...rejects('parked', 40), ladder: 'parked' },
  { ...quarantines('mailing-lists'), ladder: 'rfc9989' },
  { ...neverEnforces('monthly-invoice-unaligned', 'invoices'), ladder: 'rfc9989' },
  { ...stepsBack('breaks', MAIN_SENDER), ladder: 'rfc9989' },
  { ...stepsBack('new-tool', 'helpdesk'), ladder: 'rfc9989' },
  { ...trial('reports-stop', 110, { kind: 'holds-silent' }), ladder: 'rfc9989' },
];

/** All on the usual ladder that the product gets right. */
export const TRIALS: readonly Trial[] = [
  ...SENDER_TRIALS,
  ...COURSE_TRIALS,
  ...SUBDOMAIN_TRIALS,
  ...ABUSE_TRIALS,
  ...FORGERY_TRIALS,
];

function trial(situation: Situation, days: number, right: Right): Trial {
  return { situation, ladder: 'gradual', days, right };
}

function rejects(situation: Situation, by: number): Trial {
  return trial(situation, by + 1, { kind: 'rejects', by });
}

function quarantines(situation: Situation): Trial {
  return trial(situation, 120, { kind: 'quarantines', by: 70 });
}

function neverEnforces(situation: Situation, because: string): Trial {
  return trial(situation, 130, { kind: 'never-enforces', because });
}

function stepsBack(situation: Situation, because: string): Trial {
  return trial(situation, 112, { kind: 'steps-back', because });
}

function sparesSubdomains(situation: Situation, because: string | null): Trial {
  return trial(situation, 116, { kind: 'spares-subdomains', because, by: 115 });
}

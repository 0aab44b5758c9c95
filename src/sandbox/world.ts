import type { Day } from '../core/instant.js';
import type { ReportSchema } from '../core/report/report.js';

/** How a sender's mail authenticates. */
export type Stance =
  /** As the Author Domain. `vendor`: it also signs and bounces as itself, as most mailing services do. */
  | { readonly kind: 'aligned'; readonly by: 'dkim' | 'spf' | 'both'; readonly vendor: string | null }
  /** Its own signature and its own envelope, never the Author Domain's. */
  | { readonly kind: 'as-itself'; readonly vendor: string }
  /** Says that it signs and sends as the Author Domain, and neither holds. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'silent' };

/** From day `from` of the world on, until the next one. */
export interface StanceFrom {
  readonly from: number;
  readonly stance: Stance;
}

/** When a sender sends. Volumes are messages on one such day, over all receivers. */
export type Schedule =
  /** `weekend`: the share that is left on a Saturday or Sunday. */
  | { readonly kind: 'daily'; readonly messages: number; readonly weekend: number }
  /** `weekday`: 0 is Sunday. */
  | { readonly kind: 'weekly'; readonly messages: number; readonly weekday: number }
  /** On one day of the world. */
  | { readonly kind: 'once'; readonly messages: number; readonly day: number }
  /** Evenly between the two: a handful a day. */
  | { readonly kind: 'few'; readonly low: number; readonly high: number }
  | { readonly kind: 'monthly'; readonly messages: number; readonly dayOfMonth: number };

/** A legitimate sender, as the owner would name it. */
export interface Sender {
  readonly name: string;
  readonly headerFrom: string;
  readonly selector: string;
  readonly ips: readonly string[];
  /** So many of them send on one day, other ones each day; null: all do. */
  readonly ipsPerDay: number | null;
  readonly schedule: Schedule;
  /** Ascending by day; before the first one the sender does not exist. */
  readonly stances: readonly StanceFrom[];
}

/**
 * Whose name spoofers take: the domain's, authenticating as nobody or failing as it; the domain's, out of domains bought
 * for the day that pass SPF as themselves; or that of subdomains which don't exist.
 */
export type Guise = 'domain' | 'throw-away' | 'subdomains';

/** Third parties that abuse the domain: many networks that come and go. */
export interface Spoofing {
  readonly guise: Guise;
  /** Messages a day, on average. */
  readonly perDay: number;
  /** Networks that begin on each day. */
  readonly networksPerDay: number;
  /** Days that a network lives. */
  readonly life: { readonly least: number; readonly most: number };
}

/** Passes the domain's mail on unchanged from its own addresses: DKIM holds, SPF does not. */
export interface Forwarder {
  readonly name: string;
  readonly ips: readonly string[];
  /** Of the legitimate mail, 0 to 1. */
  readonly share: number;
}

/**
 * How a mailing list shows itself: it signs and bounces as itself; it only bounces as itself; or it does that, strips the
 * signature that it broke, and large receivers know it and say so (`mailing_list`, RFC 9990 3.1.1.8).
 */
export type ListMarks = 'signs' | 'bounces' | 'known-to-receivers';

/** Changes the mail that it passes on, so that the domain's own signature breaks. */
export interface MailingList {
  readonly marks: ListMarks;
  readonly name: string;
  readonly domain: string;
  readonly ips: readonly string[];
  /** Of the legitimate mail, 0 to 1. */
  readonly share: number;
}

/** How a Mail Receiver reads `pct` and `t`: as RFC 7489 says, as RFC 9989 says, or not at all. */
export type ReceiverKind = 'rfc7489' | 'rfc9989' | 'ignores-pct-and-t';

/** A Mail Receiver that reports. */
export interface Reporter {
  readonly domain: string;
  readonly orgName: string;
  /** Of all mail, 0 to 1. */
  readonly share: number;
  /** Hours from the end of its day to the report's arrival. */
  readonly lagHours: { readonly least: number; readonly most: number };
  readonly schema: ReportSchema;
  readonly packing: 'zip' | 'gzip';
  readonly receiver: ReceiverKind;
  /** Chance that a report is sent twice, and that it is not sent at all. */
  readonly duplicates: number;
  readonly gaps: number;
  /** Hours after UTC midnight at which its reporting day begins; negative: before. */
  readonly dayOffsetHours: number;
  /** From this day on it sends no more reports; null: never. */
  readonly stopsOn: number | null;
}

/**
 * Somebody who mails made-up reports. `in-reporters-names`: they fail DMARC themselves; else they pass it, as the
 * stranger's own domain.
 */
export interface Forgery {
  readonly by: 'in-reporters-names' | { readonly stranger: string; readonly orgName: string };
  /** What they claim of the domain: that all is well, or that its mail fails. */
  readonly claim: 'good' | 'bad';
  readonly perDay: number;
  readonly messages: number;
}

/** The hidden truth about one domain, and who sees what of it. Days are counted from `start`, which is day 0. */
export interface World {
  readonly seed: string;
  readonly domain: string;
  readonly start: Day;
  readonly senders: readonly Sender[];
  readonly spoofing: Spoofing | null;
  readonly forwarders: readonly Forwarder[];
  readonly lists: readonly MailingList[];
  /** The share of legitimate mail whose DKIM and SPF break on the way, by nobody's fault; 0 to 1. */
  readonly transitNoise: number;
  readonly reporters: readonly Reporter[];
  readonly forgery: Forgery | null;
  /** From this day on nobody reports any more; null: never. */
  readonly reportsStopOn: number | null;
}

/** How a sender authenticates on a day of its world. */
export function stanceOn(sender: Sender, day: number): Stance {
  return sender.stances.findLast((entry) => entry.from <= day)?.stance ?? { kind: 'silent' };
}

/** The same world with a sender's DKIM and SPF breaking on a day; days before it stay as they were. */
export function withBreak(world: World, senderName: string, day: number): World {
  const senders = world.senders.map((sender) =>
    sender.name === senderName
      ? { ...sender, stances: [...sender.stances, { from: day, stance: { kind: 'broken' } as const }] }
      : sender,
  );
  return { ...world, senders };
}

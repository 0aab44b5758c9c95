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
  | { readonly kind: 'daily'; readonly messages: number; readonly weekend: number }
  /** Evenly between the two: a handful a day. */
  | { readonly kind: 'few'; readonly low: number; readonly high: number }
  | { readonly kind: 'monthly'; readonly messages: number; readonly dayOfMonth: number };

/** A legitimate sender, as the owner would name it. */
export interface Sender {
  readonly name: string;
  readonly headerFrom: string;
  readonly selector: string;
  readonly ips: readonly string[];
  readonly schedule: Schedule;
  /** Ascending by day; before the first one the sender does not exist. */
  readonly stances: readonly StanceFrom[];
}

/** Third parties that abuse the domain: many networks that come and go. */
export interface Spoofing {
  /** Messages a day, on average. */
  readonly perDay: number;
  /** Networks that begin on each day; each lives one to three days. */
  readonly networksPerDay: number;
}

/** Passes the domain's mail on unchanged from its own addresses: DKIM holds, SPF does not. */
export interface Forwarder {
  readonly name: string;
  readonly ips: readonly string[];
  /** Of the legitimate mail, 0 to 1. */
  readonly share: number;
}

/** Changes the mail that it passes on, so that the domain's own signature breaks; signs and bounces as itself. */
export interface MailingList {
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
}

/** Somebody who mails reports in a reporter's name that fail DMARC themselves. */
export interface Forgery {
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

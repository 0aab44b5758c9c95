import type { Day } from '../core/instant.js';
import { hostsInOneNetwork } from './addresses.js';
import type { Random } from './random.js';
import type { Forwarder, Guise, MailingList, Sender, Spoofing, Stance, StanceFrom, World } from './world.js';

/** The sender that every sending domain has; what breaks, breaks there. */
export const MAIN_SENDER = 'mail servers';
/** The mailing service that sends the newsletter in every such domain's name. */
export const NEWSLETTER_VENDOR = 'lettermill.example';
/** The service of whoever isn't aligned. */
export const OTHER_VENDOR = 'sendwell.example';
export const BILLING_VENDOR = 'billhost.example';

export interface SituationOptions {
  readonly domain?: string;
  readonly start?: Day;
  /** The day on which what is to break does; without it one that the situation draws. */
  readonly breaksOn?: number;
}

/** What a situation is made from. */
export interface Ground {
  readonly healthy: World;
  /** Messages on a working day. */
  readonly legitimate: number;
  readonly random: Random;
  readonly options: SituationOptions;
}

export type Change = (ground: Ground) => World;

export const AS_ITSELF: Stance = { kind: 'as-itself', vendor: OTHER_VENDOR };
export const ALIGNED: Stance = { kind: 'aligned', by: 'both', vendor: OTHER_VENDOR };
/** As the domain alone: its own hosts. */
export const OWN: Stance = { kind: 'aligned', by: 'both', vendor: null };
export const BROKEN: Stance = { kind: 'broken' };

export function mailServers(domain: string, random: Random): Sender {
  return {
    name: MAIN_SENDER,
    headerFrom: domain,
    selector: 'mail',
    ips: hostsInOneNetwork(random, 3),
    ipsPerDay: null,
    schedule: { kind: 'daily', messages: random.between(250, 700), weekend: 0.35 },
    stances: [{ from: 0, stance: OWN }],
  };
}

export function newsletter(domain: string, random: Random): Sender {
  const stance: Stance = { kind: 'aligned', by: 'dkim', vendor: NEWSLETTER_VENDOR };
  return daily('newsletter', domain, random, random.between(80, 200), [{ from: 0, stance }]);
}

/** A sender on two hosts of its own. */
export function daily(
  name: string,
  headerFrom: string,
  random: Random,
  messages: number,
  stances: Sender['stances'],
): Sender {
  return {
    name,
    headerFrom,
    selector: name.slice(0, 3),
    ips: hostsInOneNetwork(random, 2),
    ipsPerDay: null,
    schedule: { kind: 'daily', messages, weekend: 0.6 },
    stances,
  };
}

/** Through a vendor that is not aligned, around the end of the month. */
export function invoices(domain: string, random: Random, messages: number): Sender {
  const stance: Stance = { kind: 'as-itself', vendor: BILLING_VENDOR };
  return {
    name: 'invoices',
    headerFrom: domain,
    selector: 'inv',
    ips: hostsInOneNetwork(random, 1),
    ipsPerDay: null,
    schedule: { kind: 'monthly', messages, dayOfMonth: random.pick([1, 2, 27, 28]) },
    stances: [{ from: 0, stance }],
  };
}

export function forwarder(random: Random): Forwarder {
  return { name: 'alumni forwarding', ips: hostsInOneNetwork(random, 4), share: 0.02 };
}

export function list(random: Random, marks: MailingList['marks']): MailingList {
  return {
    name: 'lists',
    domain: 'lists.club.example',
    ips: hostsInOneNetwork(random, 2),
    share: 0.01,
    marks,
  };
}

/** From networks that live one to three days. */
export function spoofing(perDay: number, guise: Guise = 'domain'): Spoofing {
  const networksPerDay = Math.max(4, Math.min(40, Math.round(perDay / 40)));
  return { guise, perDay, networksPerDay, life: { least: 1, most: 3 } };
}

/** How much more a sender adds that is to make up `share` of all mail. */
export function ratio(share: number): number {
  return share / (1 - share);
}

/** Messages on a working day. */
export function dailyVolume(senders: readonly Sender[]): number {
  return senders.reduce((sum, { schedule }) => sum + (schedule.kind === 'daily' ? schedule.messages : 0), 0);
}

export function plus({ healthy }: Ground, ...senders: readonly Sender[]): World {
  return { ...healthy, senders: [...healthy.senders, ...senders] };
}

/** The day on which something breaks that was all right: well into enforcement. */
export function dayOfBreak({ options, random }: Ground): number {
  return options.breaksOn ?? random.between(70, 95);
}

/** The same world with its main sender taking other stances, beside those that it has. */
export function mainSenderTurns(world: World, ...stances: readonly StanceFrom[]): World {
  return {
    ...world,
    senders: world.senders.map((it) => (it.name === MAIN_SENDER ? turned(it, stances) : it)),
  };
}

function turned(sender: Sender, stances: readonly StanceFrom[]): Sender {
  return { ...sender, stances: [...sender.stances, ...stances] };
}

/** A sender that authenticates as itself and makes up a share of all mail, 0 to 1. */
export function crm({ healthy, legitimate, random }: Ground, share: number): Sender {
  return daily('crm', healthy.domain, random, legitimate * ratio(share), [{ from: 0, stance: AS_ITSELF }]);
}

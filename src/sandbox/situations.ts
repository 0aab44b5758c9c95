import type { Day } from '../core/instant.js';
import { hostsInOneNetwork } from './addresses.js';
import { randomOf, type Random } from './random.js';
import { REPORTERS } from './reporters.js';
import type { Forwarder, Sender, Spoofing, Stance, World } from './world.js';

/** What can be the matter with a domain. Volumes and days are drawn from the seed, within the bounds named below. */
export const SITUATIONS = [
  'healthy',
  'heavy-spoofing',
  'unaligned-sender',
  'aligned-later',
  'monthly-invoice-unaligned',
  'breaks',
  'new-tool',
  'broken-subdomain',
  'mailing-lists',
  'parked',
  'low-volume',
  'forged-good',
  'forged-bad',
  'reports-stop',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** The sender that every sending domain has; `breaks` breaks this one. */
export const MAIN_SENDER = 'mail servers';

export interface SituationOptions {
  readonly domain?: string;
  readonly start?: Day;
  /** `breaks`: the day on which DKIM and SPF stop holding; without it day 70 to 95. */
  readonly breaksOn?: number;
}

/** A world in the named situation. The same name, seed and options give the same world, day for day. */
export function situation(name: Situation, seed: string | number, options: SituationOptions = {}): World {
  const random = randomOf(seed, name);
  const domain = options.domain ?? `${name}.example`;
  const senders = [mailServers(domain, random), newsletter(domain, random)];
  const healthy: World = {
    seed: `${seed}/${name}`,
    domain,
    start: options.start ?? '2026-01-05',
    senders,
    spoofing: spoofing(dailyVolume(senders) * 0.1),
    forwarders: [forwarder(random)],
    lists: [],
    reporters: REPORTERS,
    forgery: null,
    reportsStopOn: null,
  };
  return changed(healthy, name, random, options);
}

function changed(healthy: World, name: Situation, random: Random, options: SituationOptions): World {
  const { domain } = healthy;
  const legitimate = dailyVolume(healthy.senders);
  const plus = (...senders: Sender[]): World => ({ ...healthy, senders: [...healthy.senders, ...senders] });
  const vendor = 'sendwell.example';
  const asItself: Stance = { kind: 'as-itself', vendor };
  const aligned: Stance = { kind: 'aligned', by: 'both', vendor };
  switch (name) {
    case 'healthy':
      return healthy;
    case 'heavy-spoofing':
      return { ...healthy, spoofing: spoofing(legitimate * random.between(4, 12)) };
    case 'unaligned-sender': {
      const share = random.between(3, 30) / 100;
      return plus(daily('crm', domain, random, legitimate * ratio(share), [{ from: 0, stance: asItself }]));
    }
    case 'aligned-later': {
      const fixed = { from: random.between(25, 40), stance: aligned };
      return plus(
        daily('crm', domain, random, legitimate * ratio(0.15), [{ from: 0, stance: asItself }, fixed]),
      );
    }
    case 'monthly-invoice-unaligned':
      return plus(invoices(domain, random, legitimate * 2));
    case 'breaks': {
      const from = options.breaksOn ?? random.between(70, 95);
      const senders = healthy.senders.map((sender) =>
        sender.name === MAIN_SENDER
          ? { ...sender, stances: [...sender.stances, { from, stance: { kind: 'broken' } as const }] }
          : sender,
      );
      return { ...healthy, senders };
    }
    case 'new-tool': {
      const starts = { from: random.between(70, 95), stance: asItself };
      return plus(daily('helpdesk', domain, random, legitimate * ratio(0.12), [starts]));
    }
    case 'broken-subdomain': {
      const under = `shop.${domain}`;
      return plus(daily('shop', under, random, legitimate * 0.2, [{ from: 0, stance: asItself }]));
    }
    case 'mailing-lists': {
      const ips = hostsInOneNetwork(random, 2);
      return { ...healthy, lists: [{ name: 'lists', domain: 'lists.club.example', ips, share: 0.01 }] };
    }
    case 'parked':
      return { ...healthy, senders: [], forwarders: [], spoofing: spoofing(random.between(50, 400)) };
    case 'low-volume': {
      const [main] = healthy.senders;
      const few = { kind: 'few', low: 2, high: 4 } as const;
      const senders = main === undefined ? [] : [{ ...main, schedule: few }];
      return { ...healthy, senders, forwarders: [], spoofing: null };
    }
    case 'forged-good': {
      const failing = plus(
        daily('crm', domain, random, legitimate * ratio(0.2), [{ from: 0, stance: asItself }]),
      );
      return { ...failing, forgery: { claim: 'good', perDay: 3, messages: Math.round(legitimate * 5) } };
    }
    case 'forged-bad':
      return { ...healthy, forgery: { claim: 'bad', perDay: 3, messages: Math.round(legitimate * 2) } };
    case 'reports-stop':
      return { ...healthy, reportsStopOn: random.between(45, 60) };
  }
}

function mailServers(domain: string, random: Random): Sender {
  return {
    name: MAIN_SENDER,
    headerFrom: domain,
    selector: 'mail',
    ips: hostsInOneNetwork(random, 3),
    schedule: { kind: 'daily', messages: random.between(250, 700), weekend: 0.35 },
    stances: [{ from: 0, stance: { kind: 'aligned', by: 'both', vendor: null } }],
  };
}

function newsletter(domain: string, random: Random): Sender {
  const stance: Stance = { kind: 'aligned', by: 'dkim', vendor: 'lettermill.example' };
  return daily('newsletter', domain, random, random.between(80, 200), [{ from: 0, stance }]);
}

function daily(
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
    schedule: { kind: 'daily', messages, weekend: 0.6 },
    stances,
  };
}

function invoices(domain: string, random: Random, messages: number): Sender {
  const stance: Stance = { kind: 'as-itself', vendor: 'billhost.example' };
  return {
    name: 'invoices',
    headerFrom: domain,
    selector: 'inv',
    ips: hostsInOneNetwork(random, 1),
    schedule: { kind: 'monthly', messages, dayOfMonth: random.pick([1, 2, 27, 28]) },
    stances: [{ from: 0, stance }],
  };
}

function forwarder(random: Random): Forwarder {
  return { name: 'alumni forwarding', ips: hostsInOneNetwork(random, 4), share: 0.02 };
}

function spoofing(perDay: number): Spoofing {
  return { perDay, networksPerDay: Math.max(4, Math.min(40, Math.round(perDay / 40))) };
}

/** How much more a sender adds that is to make up `share` of all mail. */
function ratio(share: number): number {
  return share / (1 - share);
}

/** Messages on a working day. */
function dailyVolume(senders: readonly Sender[]): number {
  return senders.reduce((sum, { schedule }) => sum + (schedule.kind === 'daily' ? schedule.messages : 0), 0);
}

import { addDays, startOfDay, type Day } from '../core/instant.js';
import type { DkimResult, SpfResult } from '../core/report/report.js';
import type { Flow } from './flow.js';
import { randomOf, type Random } from './random.js';
import { spoofedTraffic } from './spoofing.js';
import {
  stanceOn,
  type Forwarder,
  type MailingList,
  type Schedule,
  type Sender,
  type Stance,
  type World,
} from './world.js';

/** All mail in the domain's name on one day, over all receivers. */
export function trafficOn(world: World, day: number): readonly Flow[] {
  const legitimate = world.senders.flatMap((sender) => mailOf(world, sender, day));
  return [...legitimate, ...spoofedTraffic(world, day)];
}

/** The calendar day of a day of the world. */
export function calendarDay(world: World, day: number): Day {
  return addDays(world.start, day);
}

function mailOf(world: World, sender: Sender, day: number): Flow[] {
  const stance = stanceOn(sender, day);
  if (stance.kind === 'silent') return [];
  const random = randomOf(world.seed, world.domain, 'sender', sender.name, day);
  const messages = volume(sender.schedule, { world, day }, random);
  const indirect: Flow[] = [];
  let direct = messages;
  for (const forwarder of world.forwarders) {
    const count = Math.min(direct, random.successes(messages, forwarder.share));
    direct -= count;
    indirect.push(forwarded(sender, stance, forwarder, count, random));
  }
  for (const list of world.lists) {
    const count = Math.min(direct, random.successes(messages, list.share));
    direct -= count;
    indirect.push(throughList(sender, list, count, random));
  }
  const ips = sendersOfToday(sender, random);
  if (world.transitNoise > 0) {
    const count = random.successes(direct, world.transitNoise);
    direct -= count;
    indirect.push({ ...asSent(sender, { kind: 'broken' }, random.pick(ips), count), origin: 'transit' });
  }
  const flows = spread(direct, ips, random).map(([ip, count]) => asSent(sender, stance, ip, count));
  return [...flows, ...indirect].filter((flow) => flow.messages > 0);
}

function sendersOfToday({ ips, ipsPerDay }: Sender, random: Random): readonly string[] {
  return ipsPerDay === null ? ips : Array.from({ length: ipsPerDay }, () => random.pick(ips));
}

interface Today {
  readonly world: World;
  readonly day: number;
}

function volume(schedule: Schedule, { world, day }: Today, random: Random): number {
  const date = new Date(startOfDay(calendarDay(world, day)));
  switch (schedule.kind) {
    case 'few':
      return random.between(schedule.low, schedule.high);
    case 'once':
      return day === schedule.day ? schedule.messages : 0;
    case 'weekly':
      return date.getUTCDay() === schedule.weekday ? wobble(schedule.messages, random) : 0;
    case 'monthly':
      return date.getUTCDate() === schedule.dayOfMonth ? wobble(schedule.messages, random) : 0;
    case 'daily': {
      const isWeekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
      return wobble(schedule.messages * (isWeekend ? schedule.weekend : 1), random);
    }
  }
}

function wobble(messages: number, random: Random): number {
  return Math.round(messages * (0.8 + 0.4 * random.fraction()));
}

function spread(messages: number, ips: readonly string[], random: Random): [string, number][] {
  let left = messages;
  return ips.map((ip, index) => {
    const count = random.successes(left, 1 / (ips.length - index));
    left -= count;
    return [ip, count];
  });
}

/** What receivers see of mail that comes straight from its sender. */
function asSent(sender: Sender, stance: Stance, ip: string, messages: number): Flow {
  const base = {
    origin: 'sender',
    name: sender.name,
    ip,
    headerFrom: sender.headerFrom,
    messages,
    isKnownList: false,
  } as const;
  const own: DkimResult = { domain: sender.headerFrom, selector: sender.selector, result: 'pass' };
  const nothing = { dkim: [], dkimAligned: false, spfAligned: false };
  switch (stance.kind) {
    case 'aligned': {
      const dkimAligned = stance.by !== 'spf';
      const spfAligned = stance.by !== 'dkim';
      const vendor = stance.vendor ?? ownHost(sender);
      const signatures = stance.vendor === null ? [] : [signature(stance.vendor)];
      const envelopeFrom = spfAligned ? sender.headerFrom : `bounce.${vendor}`;
      return {
        ...base,
        envelopeFrom,
        dkim: dkimAligned ? [own, ...signatures] : signatures,
        spf: mailFrom(envelopeFrom, 'pass'),
        dkimAligned,
        spfAligned,
      };
    }
    case 'as-itself': {
      const envelopeFrom = `bounce.${stance.vendor}`;
      return {
        ...base,
        ...nothing,
        envelopeFrom,
        dkim: [signature(stance.vendor)],
        spf: mailFrom(envelopeFrom, 'pass'),
      };
    }
    case 'broken':
      return {
        ...base,
        ...nothing,
        envelopeFrom: sender.headerFrom,
        dkim: [{ ...own, result: 'fail' }],
        spf: mailFrom(sender.headerFrom, 'fail'),
      };
    case 'nobody':
    case 'silent': {
      const envelopeFrom = ownHost(sender);
      return { ...base, ...nothing, envelopeFrom, spf: mailFrom(envelopeFrom, 'none') };
    }
  }
}

function forwarded(
  sender: Sender,
  stance: Stance,
  forwarder: Forwarder,
  messages: number,
  random: Random,
): Flow {
  const ip = random.pick(forwarder.ips);
  const before = asSent(sender, stance, ip, messages);
  return {
    ...before,
    origin: 'forwarder',
    name: forwarder.name,
    spf: mailFrom(before.envelopeFrom, 'fail'),
    spfAligned: false,
  };
}

function throughList(sender: Sender, list: MailingList, messages: number, random: Random): Flow {
  const before = asSent(sender, { kind: 'broken' }, random.pick(list.ips), messages);
  return {
    ...before,
    origin: 'list',
    name: list.name,
    envelopeFrom: list.domain,
    dkim: signaturesThrough(list, before.dkim),
    spf: mailFrom(list.domain, 'pass'),
    isKnownList: list.marks === 'known-to-receivers',
  };
}

function signaturesThrough({ domain, marks }: MailingList, broken: readonly DkimResult[]) {
  switch (marks) {
    case 'signs':
      return [...broken, signature(domain)];
    case 'bounces':
      return broken;
    case 'known-to-receivers':
      return [];
  }
}

function signature(domain: string): DkimResult {
  return { domain, selector: 's1', result: 'pass' };
}

function mailFrom(domain: string, result: string): SpfResult {
  return { domain, scope: 'mfrom', result };
}

/** The host name that a sender without an aligned envelope bounces to. */
function ownHost(sender: Sender): string {
  return `${sender.selector}.hosting.example`;
}

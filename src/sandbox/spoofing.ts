import { anyNetwork } from './addresses.js';
import type { Flow } from './flow.js';
import { randomOf, type Random } from './random.js';
import type { Spoofing, World } from './world.js';

/** A network never lives longer, in days. */
const LONGEST_LIFE = 3;

/** Mail that abuses the domain on one day. */
export function spoofedTraffic(world: World, day: number): readonly Flow[] {
  const { spoofing } = world;
  if (spoofing === null) return [];
  const flows: Flow[] = [];
  for (let age = 0; age < LONGEST_LIFE; age += 1) flows.push(...cohort(world, spoofing, day, age));
  const random = randomOf(world.seed, world.domain, 'spoofed', day);
  const weight = flows.reduce((sum, flow) => sum + flow.messages, 0);
  const total = Math.round(spoofing.perDay * (0.5 + random.fraction()));
  return flows
    .map((flow) => ({ ...flow, messages: Math.round((flow.messages / weight) * total) }))
    .filter((flow) => flow.messages > 0);
}

/** The networks that began `age` days ago and still live, with relative volumes in place of messages. */
function cohort(world: World, spoofing: Spoofing, day: number, age: number): Flow[] {
  const flows: Flow[] = [];
  for (let index = 0; index < spoofing.networksPerDay; index += 1) {
    const born = randomOf(world.seed, world.domain, 'network', day - age, index);
    const life = born.between(1, LONGEST_LIFE);
    const ip = `${anyNetwork(born)}.${born.between(1, 254)}`;
    const weight = born.between(1, 20);
    const flow = abuse(world.domain, ip, weight, born);
    if (age < life) flows.push(flow);
  }
  return flows;
}

function abuse(domain: string, ip: string, messages: number, random: Random): Flow {
  const base = { origin: 'spoofer', name: ip, ip, headerFrom: domain, messages } as const;
  const failing = { dkimAligned: false, spfAligned: false };
  if (random.chance(0.5)) {
    const host = `${randomWord(random)}.invalid`;
    const spf = { domain: host, scope: 'mfrom', result: 'none' } as const;
    return { ...base, ...failing, envelopeFrom: host, dkim: [], spf };
  }
  // A made-up signature is rarer than none, but it is seen.
  const dkim = random.chance(0.1) ? [{ domain, selector: randomWord(random), result: 'fail' }] : [];
  return { ...base, ...failing, envelopeFrom: domain, dkim, spf: { domain, scope: 'mfrom', result: 'fail' } };
}

function randomWord(random: Random): string {
  return Array.from({ length: 8 }, () =>
    random.pick(['a', 'e', 'i', 'k', 'm', 'o', 'r', 't', 'u', 'x']),
  ).join('');
}

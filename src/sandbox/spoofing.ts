import { anyNetwork } from './addresses.js';
import type { Flow } from './flow.js';
import { randomOf, type Random } from './random.js';
import type { Guise, Spoofing, World } from './world.js';

/** Mail that abuses the domain on one day. */
export function spoofedTraffic(world: World, day: number): readonly Flow[] {
  const { spoofing } = world;
  if (spoofing === null) return [];
  const flows: Flow[] = [];
  for (let age = 0; age < spoofing.life.most; age += 1) flows.push(...cohort(world, spoofing, day, age));
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
    const life = born.between(spoofing.life.least, spoofing.life.most);
    const ip = `${anyNetwork(born)}.${born.between(1, 254)}`;
    const weight = born.between(1, 20);
    const flow = abuse(world.domain, spoofing.guise, ip, weight, born);
    if (age < life) flows.push(flow);
  }
  return flows;
}

function abuse(domain: string, guise: Guise, ip: string, messages: number, random: Random): Flow {
  const headerFrom = guise === 'subdomains' ? `${randomWord(random)}.${domain}` : domain;
  const base = {
    origin: 'spoofer',
    name: ip,
    ip,
    headerFrom,
    messages,
    dkimAligned: false,
    spfAligned: false,
    isKnownList: false,
  } as const;
  if (guise === 'throw-away') {
    const host = `${randomWord(random)}.example`;
    return { ...base, envelopeFrom: host, dkim: [], spf: { domain: host, scope: 'mfrom', result: 'pass' } };
  }
  if (random.chance(0.5)) {
    const host = `${randomWord(random)}.invalid`;
    return { ...base, envelopeFrom: host, dkim: [], spf: { domain: host, scope: 'mfrom', result: 'none' } };
  }
  // A made-up signature is rarer than none, but it is seen.
  const dkim = random.chance(0.1)
    ? [{ domain: headerFrom, selector: randomWord(random), result: 'fail' }]
    : [];
  const spf = { domain: headerFrom, scope: 'mfrom', result: 'fail' } as const;
  return { ...base, envelopeFrom: headerFrom, dkim, spf };
}

function randomWord(random: Random): string {
  return Array.from({ length: 8 }, () =>
    random.pick(['a', 'e', 'i', 'k', 'm', 'o', 'r', 't', 'u', 'x']),
  ).join('');
}

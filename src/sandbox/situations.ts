import { ABUSE_SITUATIONS } from './abuse-situations.js';
import { COURSE_SITUATIONS } from './course-situations.js';
import { randomOf } from './random.js';
import { REPORTERS } from './reporters.js';
import { SENDER_SITUATIONS } from './sender-situations.js';
import {
  dailyVolume,
  forwarder,
  mailServers,
  newsletter,
  spoofing,
  type SituationOptions,
} from './situation-parts.js';
import { SUBDOMAIN_SITUATIONS } from './subdomain-situations.js';
import type { World } from './world.js';

/** What can be the matter with a domain. Volumes and days are drawn from the seed, within the bounds named there. */
const CHANGES = {
  ...SENDER_SITUATIONS,
  ...SUBDOMAIN_SITUATIONS,
  ...COURSE_SITUATIONS,
  ...ABUSE_SITUATIONS,
};
export type Situation = keyof typeof CHANGES;

export const SITUATIONS: readonly Situation[] = Object.keys(CHANGES).filter(isSituation);

/** A world in the named situation. The same name, seed and options give the same world, day for day. */
export function situation(name: Situation, seed: string | number, options: SituationOptions = {}): World {
  const random = randomOf(seed, name);
  const domain = options.domain ?? `${name}.example`;
  const senders = [mailServers(domain, random), newsletter(domain, random)];
  const legitimate = dailyVolume(senders);
  const healthy: World = {
    seed: `${seed}/${name}`,
    domain,
    start: options.start ?? '2026-01-05',
    senders,
    spoofing: spoofing(legitimate * 0.1),
    forwarders: [forwarder(random)],
    lists: [],
    transitNoise: 0,
    reporters: REPORTERS,
    forgery: null,
    reportsStopOn: null,
  };
  return CHANGES[name]({ healthy, legitimate, random, options });
}

function isSituation(name: string): name is Situation {
  return name in CHANGES;
}

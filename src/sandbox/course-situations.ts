import { hostsInOneNetwork, hostsInOnePool } from './addresses.js';
import {
  AS_ITSELF,
  BROKEN,
  daily,
  dayOfBreak,
  MAIN_SENDER,
  mainSenderTurns,
  OWN,
  plus,
  ratio,
  type Change,
  type Ground,
} from './situation-parts.js';
import type { Sender, Stance, World } from './world.js';

/** What happens to a domain that was all right. */
export const COURSE_SITUATIONS = {
  breaks: (ground) => mainSenderTurns(ground.healthy, { from: dayOfBreak(ground), stance: BROKEN }),
  'breaks-and-is-repaired': (ground) => {
    const from = dayOfBreak(ground);
    const repaired = from + ground.random.between(5, 12);
    return mainSenderTurns(ground.healthy, { from, stance: BROKEN }, { from: repaired, stance: OWN });
  },
  'ipv6-pool-breaks': (ground) => {
    const ips = hostsInOnePool(ground.random, 400);
    const world = mainSenderTurns(ground.healthy, { from: dayOfBreak(ground), stance: BROKEN });
    const senders = world.senders.map((it) => (it.name === MAIN_SENDER ? { ...it, ips, ipsPerDay: 6 } : it));
    return { ...world, senders };
  },
  'new-tool': (ground) => {
    const { healthy, legitimate, random } = ground;
    const starts = { from: random.between(70, 95), stance: AS_ITSELF };
    return plus(ground, daily('helpdesk', healthy.domain, random, legitimate * ratio(0.12), [starts]));
  },
  'new-unauthenticated-host': (ground) => plus(ground, newHost(ground, { kind: 'nobody' })),
  'new-host-with-a-broken-key': (ground) => plus(ground, newHost(ground, BROKEN)),
  'moved-hosts': ({ healthy, random }) => moved(healthy, hostsInOneNetwork(random, 3)),
  'reports-stop': ({ healthy, random }) => ({ ...healthy, reportsStopOn: random.between(45, 60) }),
  'largest-reporter-stops': ({ healthy }) => {
    const largest = Math.max(...healthy.reporters.map((it) => it.share));
    const reporters = healthy.reporters.map((it) => (it.share === largest ? { ...it, stopsOn: 60 } : it));
    return { ...healthy, reporters };
  },
} satisfies Record<string, Change>;

function newHost(ground: Ground, stance: Stance): Sender {
  const { healthy, legitimate, random } = ground;
  const starts = { from: dayOfBreak(ground), stance };
  return daily('erp', healthy.domain, random, legitimate * ratio(0.1), [starts]);
}

/** On day 60 the main sender falls silent, and the same mail comes from elsewhere, aligned as before. */
function moved(world: World, ips: readonly string[]): World {
  const main = world.senders.filter((it) => it.name === MAIN_SENDER);
  const elsewhere = main.map((it) => ({
    ...it,
    name: 'new mail servers',
    ips,
    stances: [{ from: MOVING_DAY, stance: OWN }],
  }));
  const left = mainSenderTurns(world, { from: MOVING_DAY, stance: { kind: 'silent' } });
  return { ...left, senders: [...left.senders, ...elsewhere] };
}

const MOVING_DAY = 60;

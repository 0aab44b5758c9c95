import {
  crm,
  dayOfBreak,
  mainSenderTurns,
  plus,
  spoofing,
  BROKEN,
  type Change,
  type Ground,
} from './situation-parts.js';
import type { Forgery, World } from './world.js';

/** What others do in the domain's name, or to its mailbox of reports. */
export const ABUSE_SITUATIONS = {
  'heavy-spoofing': ({ healthy, legitimate, random }) => ({
    ...healthy,
    spoofing: spoofing(legitimate * random.between(4, 12)),
  }),
  'lasting-spoofers': ({ healthy, legitimate, random }) => {
    const perDay = legitimate * random.between(2, 6);
    const spoofed = { ...spoofing(perDay), networksPerDay: 4, life: { least: 10, most: 10 } };
    return { ...healthy, spoofing: spoofed };
  },
  'throw-away-spoofers': ({ healthy, legitimate }) => ({
    ...healthy,
    // Each network is another bought domain: nobody buys dozens a day.
    spoofing: { ...spoofing(legitimate * 2, 'throw-away'), networksPerDay: 8 },
  }),
  'spoofed-subdomains': ({ healthy, legitimate, random }) => ({
    ...healthy,
    spoofing: spoofing(legitimate * random.between(2, 6), 'subdomains'),
  }),
  'forged-good': (ground) => {
    const messages = Math.round(ground.legitimate * 5);
    const forgery: Forgery = { by: 'in-reporters-names', claim: 'good', perDay: 3, messages };
    return { ...plus(ground, crm(ground, 0.2)), forgery };
  },
  'forged-bad': ({ healthy, legitimate }) => {
    const messages = Math.round(legitimate * 2);
    return { ...healthy, forgery: { by: 'in-reporters-names', claim: 'bad', perDay: 3, messages } };
  },
  'strangers-good-word': (ground) => withStranger(plus(ground, crm(ground, 0.2)), 'good', STRANGER),
  'strangers-good-word-after-a-break': (ground) => withStranger(breaking(ground), 'good', STRANGER),
  'strangers-bad-word': ({ healthy }) => withStranger(healthy, 'bad', STRANGER),
  'false-google-good-word': (ground) => withStranger(plus(ground, crm(ground, 0.2)), 'good', 'google.com'),
  'false-google-bad-word': ({ healthy }) => withStranger(healthy, 'bad', 'google.com'),
} satisfies Record<string, Change>;

const STRANGER = 'evil.example';
/** More than all honest reporters together see in three months. */
const STRANGERS_MESSAGES = 90_000;

/** Authentic as what he is, whatever name he writes into it. */
function withStranger(world: World, claim: Forgery['claim'], orgName: string): World {
  const by = { stranger: STRANGER, orgName };
  return { ...world, forgery: { by, claim, perDay: 1, messages: STRANGERS_MESSAGES } };
}

function breaking(ground: Ground): World {
  return mainSenderTurns(ground.healthy, { from: dayOfBreak(ground), stance: BROKEN });
}

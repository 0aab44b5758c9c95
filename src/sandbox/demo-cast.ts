import { MAIN_SENDER } from './situation-parts.js';
import { situation } from './situations.js';
import { withBreak, type World } from './world.js';

/** What the demo is to show of a domain. */
export type Fate =
  /** Goes all the way, whatever spammers do. */
  | 'reaches-reject'
  /** Stays where it is, because a real sender would be hurt. */
  | 'is-held'
  /** Steps back when its own mail breaks under `reject`. */
  | 'steps-back';

/** One domain of the demo. */
export interface Role {
  readonly fate: Fate;
  readonly world: World;
  readonly story: string;
}

/** Days from the last rung to the day on which the mail servers break. */
export const BREAKS_AFTER_DAYS = 5;

export function demoCast(seed: string): readonly Role[] {
  return [
    {
      fate: 'reaches-reject',
      world: fewerNetworks(situation('heavy-spoofing', seed, { domain: 'bakery.example' })),
      story: 'healthy, under heavy spoofing',
    },
    {
      fate: 'is-held',
      world: situation('unaligned-sender', seed, { domain: 'bookshop.example' }),
      story: 'a CRM sends in its name, never aligned',
    },
    {
      fate: 'steps-back',
      world: situation('healthy', seed, { domain: 'brewery.example' }),
      story: 'healthy, until DKIM and SPF of its mail servers break',
    },
  ];
}

/** As much abuse from fewer places: each row costs as much time as a thousand messages in one. */
function fewerNetworks(world: World): World {
  return world.spoofing === null ? world : { ...world, spoofing: { ...world.spoofing, networksPerDay: 12 } };
}

/** The same domain with its mail servers breaking on a day. */
export function broken(role: Role, day: number): Role {
  return { ...role, world: withBreak(role.world, MAIN_SENDER, day) };
}

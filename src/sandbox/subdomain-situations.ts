import {
  ALIGNED,
  AS_ITSELF,
  BROKEN,
  daily,
  dayOfBreak,
  MAIN_SENDER,
  OWN,
  plus,
  type Change,
  type Ground,
} from './situation-parts.js';
import type { Sender, StanceFrom } from './world.js';

/** A shop under the domain, whose mail is another matter than the domain's own. */
export const SUBDOMAIN_SITUATIONS = {
  'broken-subdomain': (ground) => plus(ground, shop(ground, { from: 0, stance: AS_ITSELF })),
  'broken-subdomain-on-own-hosts': (ground) => plus(ground, shop(ground, { from: 0, stance: BROKEN })),
  'broken-subdomain-on-shared-hosts': (ground) => {
    const { ips } = ground.healthy.senders.find((it) => it.name === MAIN_SENDER) ?? { ips: [] };
    return plus(ground, { ...shop(ground, { from: 0, stance: BROKEN }), ips });
  },
  'subdomain-breaks': (ground) => {
    const breaks = { from: dayOfBreak(ground), stance: BROKEN };
    return plus(ground, shop(ground, { from: 0, stance: OWN }, breaks));
  },
  'subdomain-mended': (ground) => {
    const from = ground.random.between(58, 62);
    return plus(ground, shop(ground, { from: 0, stance: AS_ITSELF }, { from, stance: ALIGNED }));
  },
} satisfies Record<string, Change>;

function shop({ healthy, legitimate, random }: Ground, ...stances: readonly StanceFrom[]): Sender {
  return daily('shop', `shop.${healthy.domain}`, random, legitimate * 0.2, stances);
}

import {
  ALIGNED,
  BROKEN,
  crm,
  daily,
  invoices,
  list,
  MAIN_SENDER,
  NEWSLETTER_VENDOR,
  plus,
  ratio,
  spoofing,
  type Change,
} from './situation-parts.js';
import type { Schedule, Stance } from './world.js';

/** Who sends: aligned or not, much or little, daily or rarely, through lists or straight. */
export const SENDER_SITUATIONS = {
  healthy: ({ healthy }) => healthy,
  'unaligned-sender': (ground) => {
    const share = ground.random.between(3, 30) / 100;
    return plus(ground, crm(ground, share));
  },
  'tiny-unaligned-sender': (ground) => plus(ground, crm(ground, 0.003)),
  'weekly-unaligned-newsletter': (ground) => {
    const { legitimate, random } = ground;
    const schedule: Schedule = { kind: 'weekly', messages: legitimate, weekday: random.between(1, 5) };
    return plus(ground, { ...crm(ground, 0.5), name: 'weekly letter', schedule });
  },
  'unauthenticated-host': (ground) => {
    const { healthy, legitimate, random } = ground;
    const messages = legitimate * ratio(0.05);
    const stances = [{ from: 0, stance: { kind: 'nobody' } as const }];
    const scanner = daily('scanner', healthy.domain, random, messages, stances);
    return plus(ground, { ...scanner, schedule: { kind: 'daily', messages, weekend: 0 } });
  },
  'host-with-a-broken-key': (ground) => {
    const { healthy, legitimate, random } = ground;
    const stances = [{ from: 0, stance: BROKEN }];
    return plus(ground, daily('erp', healthy.domain, random, legitimate * ratio(0.015), stances));
  },
  'weekly-unauthenticated-host': (ground) => {
    const { healthy, legitimate, random } = ground;
    const stances = [{ from: 0, stance: { kind: 'nobody' } as const }];
    const schedule: Schedule = { kind: 'weekly', messages: legitimate * 0.2, weekday: random.between(1, 5) };
    return plus(ground, { ...daily('payroll', healthy.domain, random, 0, stances), schedule });
  },
  'monthly-invoice-unaligned': (ground) =>
    plus(ground, invoices(ground.healthy.domain, ground.random, ground.legitimate * 2)),
  'monthly-run-at-aligned-vendor': (ground) => {
    const { healthy, legitimate, random } = ground;
    const letters = healthy.senders.find((it) => it.name === 'newsletter');
    const stance: Stance = { kind: 'as-itself', vendor: NEWSLETTER_VENDOR };
    const run = invoices(healthy.domain, random, legitimate * 0.5);
    return plus(ground, { ...run, ips: letters?.ips ?? run.ips, stances: [{ from: 0, stance }] });
  },
  'aligned-later': (ground) => {
    const fixed = { from: ground.random.between(25, 40), stance: ALIGNED };
    const sender = crm(ground, 0.15);
    return plus(ground, { ...sender, stances: [...sender.stances, fixed] });
  },
  campaign: (ground) => {
    const { healthy, legitimate, random } = ground;
    const schedule: Schedule = { kind: 'once', messages: legitimate * 5, day: random.between(35, 90) };
    const letters = healthy.senders.find((it) => it.name === 'newsletter');
    return letters === undefined ? healthy : plus(ground, { ...letters, name: 'campaign', schedule });
  },
  'low-volume': ({ healthy }) => {
    const [main] = healthy.senders.filter((it) => it.name === MAIN_SENDER);
    const schedule: Schedule = { kind: 'few', low: 2, high: 4 };
    const senders = main === undefined ? [] : [{ ...main, schedule }];
    return { ...healthy, senders, forwarders: [], spoofing: null };
  },
  parked: ({ healthy, random }) => ({
    ...healthy,
    senders: [],
    forwarders: [],
    spoofing: spoofing(random.between(50, 400)),
  }),
  'mailing-lists': ({ healthy, random }) => ({ ...healthy, lists: [list(random, 'signs')] }),
  'lists-that-only-bounce': ({ healthy, random }) => ({ ...healthy, lists: [list(random, 'bounces')] }),
  'lists-known-to-receivers': ({ healthy, random }) => ({
    ...healthy,
    lists: [list(random, 'known-to-receivers')],
  }),
  'transit-noise': ({ healthy }) => ({ ...healthy, transitNoise: 0.003 }),
} satisfies Record<string, Change>;

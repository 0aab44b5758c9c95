import { DAY_MS, dayOf, HOUR_MS } from '../core/instant.js';
import { rungText } from '../core/rollout/ladder.js';
import { phaseOf } from '../core/rollout/phase.js';
import type { StoredRollout } from '../ports/rollout-store.js';
import type { Role } from './demo-cast.js';
import type { DemoScreen, DomainLine } from './demo-screen.js';
import type { DemoService } from './demo-service.js';
import { dayText, type Outcome } from './demo-summary.js';
import type { DemoWorld } from './demo-world.js';
import type { ZoneServer } from './dns-zone.js';
import type { ImapServer } from './imap-server/imap-server.js';
import type { VirtualClock } from './virtual-clock.js';

/** The parts that a day of the demo moves. */
export interface DemoParts {
  readonly world: DemoWorld;
  readonly clock: VirtualClock;
  readonly zone: ZoneServer;
  readonly mailbox: ImapServer;
  readonly service: DemoService;
  readonly screen: DemoScreen;
}

/** The service looks at its mail this often, in hours of the demo. */
const STEP_HOURS = 12;
/** Once all is settled it is watched for so many days more. */
const CALM_DAYS = 3;

/** Turns days until every domain has met its fate, or `days` are over. Answers how many it took. */
export async function runDays(parts: DemoParts, days: number, isStopped: () => boolean): Promise<number> {
  let calm = 0;
  for (let day = 0; day < days; day += 1) {
    for (const domain of parts.world.breakWhatIsDue(day)) {
      parts.screen.log(
        `${dayText(day).padEnd(7)}  ${domain.padEnd(18)} (unseen) DKIM and SPF of its mail servers break`,
      );
    }
    await turnDay(parts, day);
    calm = isSettled(parts.world) ? calm + 1 : 0;
    if (calm > CALM_DAYS || isStopped()) return day + 1;
  }
  return days;
}

async function turnDay(parts: DemoParts, day: number): Promise<void> {
  const { world, clock, mailbox, service } = parts;
  const midnight = world.start + day * DAY_MS;
  for (let hour = STEP_HOURS; hour <= 24; hour += STEP_HOURS) {
    clock.advanceTo(midnight + hour * HOUR_MS);
    for (const mail of world.mailUntil(clock.now())) mailbox.deliver(mail.raw, mail.at);
    await service.work();
    noteRecords(parts);
  }
  world.live(day);
  await showState(parts, day);
}

/** What stands in DNS from now on, for receivers and the summary. */
export function noteRecords({ world, zone, clock }: Pick<DemoParts, 'world' | 'zone' | 'clock'>): void {
  for (const { world: truth } of world.cast()) {
    world.timeline.note(truth.domain, zone.record(`_dmarc.${truth.domain}`), clock.now());
  }
}

async function showState({ world, clock, service, screen }: DemoParts, day: number): Promise<void> {
  const rollouts = await service.rollouts();
  const lines = world.cast().map((role) => domainLine(role, rollouts));
  screen.show(`${dayText(day)}, ${dayOf(clock.now() - 1)}`, lines);
}

function domainLine({ world, story }: Role, rollouts: readonly StoredRollout[]): DomainLine {
  const stored = rollouts.find(({ rollout }) => rollout.domain === world.domain);
  const rungs = stored?.rollout.ladder.rungs ?? [];
  const earliest = stored?.verdict?.earliest ?? null;
  return {
    domain: world.domain,
    story,
    rung: stored?.rollout.rung ?? null,
    rungs: rungs.map(rungText),
    phase: stored === undefined ? 'not enrolled' : phaseOf(stored.rollout),
    why: whyOf(stored),
    next: earliest === null ? null : dayOf(earliest),
  };
}

function whyOf(stored: StoredRollout | undefined): string {
  const holds = (stored?.rollout.holds ?? []).map(({ reason, note }) => `${reason}: ${note}`);
  return holds.length > 0 ? holds.join('; ') : (stored?.verdict?.why ?? '');
}

function isSettled(world: DemoWorld): boolean {
  return world.cast().every(({ fate, world: { domain } }) => {
    if (fate === 'reaches-reject') return world.reachedReject(domain) !== null;
    return fate === 'is-held' || world.steppedBack(domain) !== null;
  });
}

/** How each domain stands now. */
export async function outcomes({ world, zone, service }: DemoParts): Promise<readonly Outcome[]> {
  const rollouts = await service.rollouts();
  return world.cast().map((role) => {
    const { domain, senders } = role.world;
    const line = domainLine(role, rollouts);
    return {
      domain,
      fate: role.fate,
      record: zone.record(`_dmarc.${domain}`),
      phase: line.phase,
      why: line.why,
      reachedReject: world.reachedReject(domain),
      brokeOn: world.brokeOn(domain),
      steppedBack: world.steppedBack(domain),
      harm: world.harm(domain),
      culprits: senders.flatMap(({ stances }) =>
        stances.flatMap(({ stance }) => (stance.kind === 'as-itself' ? [stance.vendor] : [])),
      ),
    };
  });
}

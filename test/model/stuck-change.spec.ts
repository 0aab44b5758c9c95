import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/evidence/cell.js';
import { HOUR_MS } from '../../src/core/instant.js';
import type { Notice } from '../../src/core/rollout/audit.js';
import { nextWorkflow } from '../../src/core/rollout/decide.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { Change, Rollout } from '../../src/core/rollout/rollout.js';
import { DnsProviders, type DnsProvider } from '../../src/ports/dns-provider.js';
import { RecordObserver, type ObservedEverywhere } from '../../src/ports/record-observer.js';
import type { RolloutStore, Transition } from '../../src/ports/rollout-store.js';
import { WakeUp, type Wake } from '../../src/ports/wake-up.js';
import { ManualProvider } from '../../src/providers/manual/manual-provider.js';
import { ApplyChange } from '../../src/workflows/apply-change.js';
import type { AssessDomain } from '../../src/workflows/assess-domain.js';
import { Domains } from '../../src/workflows/domains.js';
import { EvaluateDomain } from '../../src/workflows/evaluate-domain.js';
import { VerifyChange } from '../../src/workflows/verify-change.js';
import { anEvidence, daysFrom, everyDay } from '../builders/evidence.js';
import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  aChange,
  aRollout,
  reasonsOf,
} from '../builders/rollout.js';
import { MemoryProvider } from '../contract/memory-provider.js';

const NAME = '_dmarc.shop.example';
const GOOD = everyDay(daysFrom('2026-01-15', '2026-03-12'));
const BROKEN = [
  ...everyDay(daysFrom('2026-01-15', '2026-03-10')),
  ...everyDay(['2026-03-11', '2026-03-12'], { passed: 0 }),
];

/** What the zone holds, as all servers show it, or as they are said to. */
class Zone extends RecordObserver {
  readonly account = new MemoryProvider(['shop.example']);
  said: Observation | null = null;

  async observe(): Promise<ObservedEverywhere> {
    const [text = ''] = this.account.txt(NAME);
    return { observation: this.said ?? { kind: 'record', text, ttl: 300, others: [] }, servers: [] };
  }
}

class Queue extends WakeUp {
  woken: Wake[] = [];
  async wake(wake: Wake, options?: { readonly delayMs?: number }): Promise<void> {
    if ((options?.delayMs ?? 0) === 0) this.woken.push(wake);
  }
}

class OneProvider extends DnsProviders {
  constructor(private readonly provider: DnsProvider) {
    super();
  }
  get(): DnsProvider {
    return this.provider;
  }
  names(): readonly string[] {
    return ['main'];
  }
}

/** The real workflows around one domain, in virtual time; its record stands in `zone`. */
class Stage {
  now = NOW;
  cells: readonly Cell[] = BROKEN;
  readonly notices: Notice[] = [];
  readonly queue = new Queue();
  private readonly clock = { now: () => this.now };
  private readonly store = {
    find: async () => ({ rollout: this.rollout, verdict: null, dueAt: this.now }),
    save: async ({ rollout, notices }: Transition) => {
      this.rollout = rollout;
      this.notices.push(...notices);
    },
  } as unknown as RolloutStore;

  constructor(
    public rollout: Rollout,
    readonly zone: Zone,
    private readonly provider: DnsProvider = zone.account,
  ) {}

  async abort(target: 'stable' | 'none'): Promise<void> {
    const domains = new Domains(this.store, this.zone, this.queue, this.clock);
    await domains.command('shop.example', { kind: 'abort', target, note: '' }, 'ann', null);
    await this.drain();
  }

  /** A sweep every quarter of an hour. */
  async pass(hours: number): Promise<void> {
    for (let quarter = 0; quarter < hours * 4; quarter += 1) {
      this.now += HOUR_MS / 4;
      const next = nextWorkflow(this.rollout);
      if (next !== null) await this.queue.wake({ workflow: next, domain: 'shop.example' });
      await this.queue.wake({ workflow: 'evaluate-domain', domain: 'shop.example' });
      await this.drain();
    }
  }

  private async drain(): Promise<void> {
    for (let left = 50; left > 0; left -= 1) {
      const wake = this.queue.woken.shift();
      if (wake === undefined) return;
      await this.work(wake.workflow);
    }
    throw new Error('one workflow wakes the other without end');
  }

  private async work(workflow: Wake['workflow']): Promise<void> {
    const { store, zone, queue, clock } = this;
    const evidenceOf = async () => anEvidence(this.cells, { lastReportAt: this.now - HOUR_MS });
    const assess = { evidenceOf } as unknown as AssessDomain;
    if (workflow === 'evaluate-domain')
      await new EvaluateDomain(store, assess, zone, queue, clock).run('shop.example');
    if (workflow === 'verify-change') await new VerifyChange(store, zone, queue, clock).run('shop.example');
    if (workflow === 'apply-change')
      await new ApplyChange(store, new OneProvider(this.provider), zone, queue, clock).run('shop.example');
  }
}

/** From pct=10 to pct=25, written an hour ago. */
function written(patch: Partial<Change> = {}): Rollout {
  const change = aChange({
    stage: 'written',
    publisher: 'person',
    attempts: 1,
    writtenAt: NOW - HOUR_MS,
    before: QUARANTINE_10,
    after: QUARANTINE_25,
    fromRung: 1,
    toRung: 2,
    ...patch,
  });
  return aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10, change });
}

function zoneWith(text: string): Zone {
  const zone = new Zone();
  zone.account.write(NAME, [text]);
  return zone;
}

describe('a step back gets through', () => {
  const fromNone = { before: NONE, after: QUARANTINE_10, fromRung: 0, toRung: 1 };

  it.each<Observation>([
    { kind: 'unknown', reason: 'ns3.shop.example: no answer in time' },
    { kind: 'disagree', texts: [QUARANTINE_10, NONE] },
  ])('from a strengthening that not all servers show: $kind', async (said) => {
    const zone = zoneWith(QUARANTINE_10);
    const stage = new Stage({ ...written(fromNone), rung: 0, stableRung: 0, record: NONE }, zone);
    zone.said = said;
    await stage.pass(1);
    expect(zone.account.txt(NAME)).toEqual([NONE]);
  });

  it.each([0, 3 * 24])('from one that nobody published, %i hours after it was handed out', async (hours) => {
    const zone = zoneWith(QUARANTINE_10);
    const stage = new Stage(written(), zone, new ManualProvider(zone));
    stage.cells = GOOD;
    await stage.pass(hours);
    stage.cells = BROKEN;
    await stage.pass(1);
    expect(stage.rollout.change).toMatchObject({ before: QUARANTINE_10, after: NONE, stage: 'written' });
    expect(stage.rollout).toMatchObject({ rung: 1, record: QUARANTINE_10 });
    const told = stage.notices.filter((it) => it.event === 'to-publish').map((it) => it.text);
    expect(told[0]).toContain(`no longer to be published: ${QUARANTINE_25}`);
    expect(told[1]).toContain(NONE);
    expect(stage.notices.map((it) => it.event)).not.toContain('drift');
    zone.account.write(NAME, [NONE]); // the person does
    await stage.pass(2);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE });
    expect(reasonsOf(stage.rollout)).not.toContain('drift');
  });

  it.each(['none', 'stable'] as const)('where a person asks for it: abort to %s', async (target) => {
    const zone = zoneWith(QUARANTINE_10);
    const stage = new Stage(written(), zone);
    stage.cells = GOOD;
    await stage.abort(target);
    const record = target === 'none' ? NONE : QUARANTINE_10;
    expect(zone.account.txt(NAME)).toEqual([record]);
    expect(stage.rollout).toMatchObject({ rung: target === 'none' ? 0 : 1, record });
  });

  it('though somebody undoes it before it is seen everywhere', async () => {
    const zone = zoneWith(QUARANTINE_25);
    const stage = new Stage(written(), zone);
    zone.said = { kind: 'disagree', texts: [QUARANTINE_25, NONE] };
    await stage.pass(1 / 4);
    expect(zone.account.txt(NAME)).toEqual([NONE]);
    zone.account.write(NAME, [QUARANTINE_25]); // a deployment pushes its copy of the zone
    zone.said = null;
    await stage.pass(1);
    expect(zone.account.txt(NAME)).toEqual([NONE]);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE });
  });

  it('from a strengthening that was given up and takes effect late', async () => {
    const zone = zoneWith(NONE);
    const change = aChange({ stage: 'planned', attempts: 1 });
    const stage = new Stage(aRollout({ change }), zone);
    await stage.pass(1);
    expect(stage.rollout.change).toBeNull();
    zone.account.write(NAME, [QUARANTINE_10]);
    await stage.pass(1);
    expect(zone.account.txt(NAME)).toEqual([NONE]);
    expect(reasonsOf(stage.rollout)).not.toContain('drift');
  });
});

import type { Cell } from '../../src/core/evidence/cell.js';
import { HOUR_MS } from '../../src/core/instant.js';
import type { AuditEntry, Notice } from '../../src/core/rollout/audit.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { StaleRolloutError, type RolloutStore, type Transition } from '../../src/ports/rollout-store.js';
import type { Wake } from '../../src/ports/wake-up.js';
import { ApplyChange } from '../../src/workflows/apply-change.js';
import type { AssessDomain } from '../../src/workflows/assess-domain.js';
import { Domains, type Asked } from '../../src/workflows/domains.js';
import { EvaluateDomain } from '../../src/workflows/evaluate-domain.js';
import { Sweep } from '../../src/workflows/sweep.js';
import { VerifyChange } from '../../src/workflows/verify-change.js';
import { anEvidence, daysFrom, everyDay } from '../builders/evidence.js';
import { OneProvider, RecordingWakeUp, type ShownRecord } from '../builders/port-doubles.js';
import { NOW } from '../builders/rollout.js';

export const DOMAIN = 'shop.example';
export const NAME = '_dmarc.shop.example';

/** All mail passes. */
export const GOOD = everyDay(daysFrom('2026-01-15', '2026-03-12'));
/** It did until two days ago. */
export const BROKEN = [
  ...everyDay(daysFrom('2026-01-15', '2026-03-10')),
  ...everyDay(['2026-03-11', '2026-03-12'], { passed: 0 }),
];

const MINUTE_MS = 60_000;

/** Thrown where the process dies: what it had stored stays, what it had woken is lost. */
export class Death extends Error {}

/** The real workflows around one domain, in virtual time; its record stands where `observer` looks. */
export class ChangeStage {
  now = NOW;
  cells: readonly Cell[] = BROKEN;
  readonly audit: AuditEntry[] = [];
  readonly notices: Notice[] = [];
  /** Called before each transition is stored. */
  beforeSave: (transition: Transition) => void = () => {};
  private dueAt = NOW;
  private readonly queue = new RecordingWakeUp();
  private readonly clock = { now: () => this.now };
  private readonly store = {
    find: async () => ({ rollout: this.rollout, verdict: null, dueAt: this.dueAt }),
    due: async (now: number) => (this.dueAt <= now ? [DOMAIN] : []),
    save: async (transition: Transition) => {
      if (transition.fromVersion !== this.rollout.version) throw new StaleRolloutError('moved on');
      this.beforeSave(transition);
      this.rollout = transition.rollout;
      this.dueAt = transition.dueAt;
      this.audit.push(...transition.audit);
      this.notices.push(...transition.notices);
    },
  } as unknown as RolloutStore;

  constructor(
    public rollout: Rollout,
    private readonly observer: ShownRecord,
    private readonly provider: DnsProvider,
  ) {}

  actions(): readonly string[] {
    return this.audit.map(({ action }) => action);
  }

  async command(command: Command): Promise<Asked> {
    const domains = new Domains(this.store, this.observer, this.queue, this.clock);
    try {
      return await domains.command(DOMAIN, command, 'ann', null);
    } finally {
      await this.drain();
    }
  }

  /** New reports have come. */
  async evaluate(): Promise<void> {
    await this.queue.wake({ workflow: 'evaluate-domain', domain: DOMAIN });
    await this.drain();
  }

  /** A sweep each minute. */
  async pass(hours: number): Promise<void> {
    const end = this.now + hours * HOUR_MS;
    while (this.now < end) {
      // Nothing is due before: the sweeps between find nothing.
      const next = Math.ceil((this.dueAt - this.now) / MINUTE_MS) * MINUTE_MS;
      this.now = Math.min(end, this.now + Math.max(MINUTE_MS, next));
      await new Sweep(this.store, this.queue, this.clock).run();
      await this.drain();
    }
  }

  private async drain(): Promise<void> {
    for (let left = 50; left > 0; left -= 1) {
      const wake = this.queue.woken.shift();
      if (wake === undefined) return;
      try {
        await this.work(wake.workflow);
      } catch (error) {
        if (!(error instanceof Death)) throw error;
        this.queue.woken.splice(0);
      }
    }
    throw new Error('one workflow wakes the other without end');
  }

  private async work(workflow: Wake['workflow']): Promise<void> {
    const { store, observer, queue, clock } = this;
    const evidenceOf = async () => anEvidence(this.cells, { lastReportAt: this.now - HOUR_MS });
    const assess = { evidenceOf } as unknown as AssessDomain;
    if (workflow === 'evaluate-domain')
      await new EvaluateDomain(store, assess, observer, queue, clock).run(DOMAIN);
    if (workflow === 'verify-change') await new VerifyChange(store, observer, queue, clock).run(DOMAIN);
    if (workflow === 'apply-change')
      await new ApplyChange(store, new OneProvider(this.provider), observer, queue, clock).run(DOMAIN);
  }
}

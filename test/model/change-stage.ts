import type { Cell } from '../../src/core/evidence/cell.js';
import { DAY_MS, HOUR_MS } from '../../src/core/instant.js';
import type { AuditEntry, Notice } from '../../src/core/rollout/audit.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Rollout, RolloutSettings } from '../../src/core/rollout/rollout.js';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { StaleRolloutError, type RolloutStore, type Transition } from '../../src/ports/rollout-store.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Wake, WakeUp } from '../../src/ports/wake-up.js';
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

const NEWS = { headerFrom: 'news.shop.example', ip: '198.51.100.50' };
/** Of a subdomain: all of it passes; or it did until a week ago. */
export const NEWS_GOOD = everyDay(daysFrom('2026-01-15', '2026-03-12'), NEWS);
export const NEWS_BROKEN = [
  ...everyDay(daysFrom('2026-01-15', '2026-03-05'), NEWS),
  ...everyDay(daysFrom('2026-03-06', '2026-03-12'), { ...NEWS, passed: 0 }),
];

const MINUTE_MS = 60_000;

/** Thrown where the process dies: what it had stored stays, what it had woken is lost. */
export class Death extends Error {
  /** Until it is started again nothing is stored. */
  static isDead = false;
  constructor() {
    super('the process has died');
    Death.isDead = true;
  }
}

/** The real workflows around one domain, in virtual time; its record stands where `observer` looks. */
export class ChangeStage {
  now = NOW;
  cells: readonly Cell[] = BROKEN;
  readonly audit: AuditEntry[] = [];
  readonly notices: Notice[] = [];
  /** Called before each transition is stored. */
  beforeSave: (transition: Transition) => void = () => {};
  /** Whoever applies a change in place of the service's own, as in a dry run. */
  applies: ((store: RolloutStore, wakeUp: WakeUp, clock: Clock) => Pick<ApplyChange, 'run'>) | null = null;
  private dueAt = NOW;
  private readonly queue = new RecordingWakeUp();
  private readonly clock = { now: () => this.now };
  private readonly store = {
    find: async () => ({ rollout: this.rollout, verdict: null, dueAt: this.dueAt }),
    due: async () => (this.isDue() ? [DOMAIN] : []),
    save: async (transition: Transition) => {
      if (Death.isDead) throw new Death();
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
    return this.ask((domains) => domains.command(DOMAIN, command, 'ann', null));
  }

  /** A person approves what is planned now. */
  async approve(): Promise<Asked> {
    return this.command({ kind: 'approve', planHash: this.rollout.change?.planHash ?? '', note: '' });
  }

  async changeSettings(settings: Partial<RolloutSettings>): Promise<Asked> {
    return this.ask((domains) => domains.changeSettings(DOMAIN, settings, 'ann', null));
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
      const next = this.isDue() ? 0 : Math.ceil((this.dueAt - this.now) / MINUTE_MS) * MINUTE_MS;
      this.now = Math.min(end, this.now + Math.max(MINUTE_MS, next));
      await new Sweep(this.store, this.queue, this.clock).run();
      await this.drain();
    }
  }

  private isDue(): boolean {
    return this.dueAt <= this.now || this.dueAt > this.now + DAY_MS;
  }

  private async ask(question: (domains: Domains) => Promise<Asked>): Promise<Asked> {
    try {
      return await question(new Domains(this.store, this.observer, this.queue, this.clock));
    } finally {
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
        Death.isDead = false;
      }
    }
    throw new Error('one workflow wakes the other without end');
  }

  private async work(workflow: Wake['workflow']): Promise<void> {
    const { store, observer, queue, clock } = this;
    const evidenceOf = async () => anEvidence(this.cells, { lastReportAt: this.now - HOUR_MS });
    const assess = { evidenceOf, isTakingIn: async () => false } as unknown as AssessDomain;
    if (workflow === 'evaluate-domain')
      await new EvaluateDomain(store, assess, observer, queue, clock).run(DOMAIN);
    if (workflow === 'verify-change') await new VerifyChange(store, observer, queue, clock).run(DOMAIN);
    if (workflow === 'apply-change') {
      const own = new ApplyChange(store, new OneProvider(this.provider), observer, queue, clock);
      await (this.applies?.(store, queue, clock) ?? own).run(DOMAIN);
    }
  }
}

import { DAY_MS, HOUR_MS, addDays, dayOf } from '../../src/core/instant.js';
import { DEFAULT_SETTINGS } from '../../src/core/rollout/rollout.js';
import type { AuditEntry } from '../../src/core/rollout/audit.js';
import type { Arrival } from '../../src/core/evidence/reporting-days.js';
import type { Cell } from '../../src/core/evidence/cell.js';
import { CellPile } from '../../src/core/evidence/cell-pile.js';
import type { Evidence } from '../../src/core/evidence/assess.js';
import type { Rollout, RolloutSettings } from '../../src/core/rollout/rollout.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Decision } from '../../src/core/rollout/decide.js';
import type { Draft } from '../../src/core/rollout/draft.js';
import type { Ladder } from '../../src/core/rollout/ladder.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import { aCell } from '../builders/evidence.js';
import { carryOut } from '../../src/core/rollout/carry-out.js';
import { decide, nextWorkflow } from '../../src/core/rollout/decide.js';
import { isDmarcRecord } from '../../src/core/record/tags.js';
import { recordFault, recordReceipt } from '../../src/core/rollout/provider-answer.js';
import { recordObservation } from '../../src/core/rollout/verify-change.js';
import { prepareWrite } from '../../src/core/rollout/write-change.js';
import { checkDecision, checkStored, checkWrite } from './invariants.js';

/** Who sends what on the days that pass. */
export interface Weather {
  readonly own: 'passes' | 'fails' | 'half-fails' | 'silent';
  readonly vendor: 'passes' | 'fails' | 'silent';
  /** A server that sends for a subdomain alone. */
  readonly news: 'passes' | 'fails' | 'silent';
  readonly abuse: number;
  readonly reporters: readonly string[];
}

export const FAIR: Weather = {
  own: 'passes',
  vendor: 'silent',
  news: 'silent',
  abuse: 0,
  reporters: ['big.example', 'mid.example', 'small.example'],
};

/** What happens to the next exchange with the provider. */
export type Fault =
  | 'none'
  | 'read-fails'
  | 'refused'
  | 'applied-without-answer'
  | 'applied-later'
  /** The provider only hands out what is to be published: a person does so later, or never does. */
  | 'published-later'
  | 'never-published'
  | 'undone'
  | 'crash-before'
  | 'crash-after'
  | 'raced';

/** What DNS answers instead of what stands there. */
export type Answer = 'truth' | 'unknown' | 'cname' | 'disagree';

/** What begins the soak anew. A write that somebody undid before it was seen everywhere does not. */
const FRESH = ['adopted', 'verified', 'retry'];
const OTHER = 'google-site-verification=abc';
const TTL = 3600;

/** A domain, its record, its reports and its rollout on a virtual clock; the workflows run as the service runs them. */
export class LittleWorld {
  now: number;
  values: readonly string[];
  rollout: Rollout;
  weather: Weather = FAIR;
  fault: Fault = 'none';
  answer: Answer = 'truth';
  readonly cells: Cell[] = [];
  private readonly arrivals: Arrival[] = [];
  lastReportAt: number | null = null;
  /** When the soak last began. */
  freshSince: number;
  decision: Decision | null = null;
  private late: { readonly expected: readonly string[]; readonly next: readonly string[] } | null = null;
  private reportedThrough: string;

  constructor(setup: {
    readonly record: string;
    readonly ladder: Ladder;
    readonly settings: Partial<RolloutSettings>;
    readonly start: number;
  }) {
    this.now = setup.start;
    this.freshSince = setup.start;
    this.values = [OTHER, setup.record];
    this.reportedThrough = addDays(dayOf(setup.start), -1);
    this.rollout = {
      domain: 'shop.example',
      provider: 'main',
      ladder: setup.ladder,
      settings: { ...DEFAULT_SETTINGS, ...setup.settings },
      rung: null,
      stableRung: 0,
      holds: [],
      change: null,
      record: null,
      windowStart: null,
      enrolledAt: setup.start,
      version: 1,
    };
  }

  records(): readonly string[] {
    return this.values.filter(isDmarcRecord);
  }

  observe(): Observation {
    const [text, ...more] = this.records();
    if (this.answer === 'unknown') return { kind: 'unknown', reason: 'SERVFAIL' };
    if (this.answer === 'cname') return { kind: 'cname', target: 'dmarc.elsewhere.example' };
    if (this.answer === 'disagree')
      return { kind: 'disagree', texts: [...this.records(), 'v=DMARC1; p=none'] };
    if (text === undefined) return { kind: 'absent' };
    if (more.length > 0) return { kind: 'several-records', texts: this.records() };
    return { kind: 'record', text, ttl: TTL, others: [OTHER] };
  }

  /** Hours pass; reports about the days that ended come 8 hours after midnight; a sweep every 12 hours. */
  pass(hours: number): void {
    for (let left = hours; left > 0; left -= 12) {
      this.now += Math.min(left, 12) * HOUR_MS;
      this.applyLate();
      while (this.reportedThrough < addDays(dayOf(this.now - 8 * HOUR_MS), -1)) this.report();
      this.sweep();
    }
  }

  /** As src/workflows/sweep.ts: what is open is woken first, then the evaluation. */
  sweep(): void {
    this.runNext(nextWorkflow(this.rollout));
    this.evaluate();
  }

  /** As src/workflows/evaluate-domain.ts. */
  evaluate(): void {
    const observed = this.observe();
    const decision = decide({ rollout: this.rollout, evidence: this.evidence(), observed, now: this.now });
    checkDecision(this, decision, observed);
    this.decision = decision;
    this.store(decision.rollout, decision.audit);
    this.runNext(decision.next);
  }

  /** As src/workflows/domains.ts; answers why it was refused. */
  command(command: Command): string | null {
    const result = carryOut(this.rollout, command, { now: this.now, actor: 'ann', observed: this.observe() });
    if ('kind' in result) return result.reason;
    this.save(result);
    this.evaluate();
    return null;
  }

  /** As src/workflows/apply-change.ts. */
  apply(): void {
    const { fault } = this;
    this.fault = 'none';
    const { change } = this.rollout;
    if (change === null) return;
    if (fault === 'read-fails') return this.save(recordFault(this.rollout, 'time-out', this.now));
    const live = this.values;
    const step = prepareWrite(this.rollout, { values: live, ttl: TTL }, this.now);
    if (step.kind === 'nothing') return;
    this.save(step.draft);
    if (step.kind === 'write') this.write(live, step.next.values, fault);
    else this.verify();
  }

  /** As src/workflows/verify-change.ts. */
  verify(): void {
    if (this.rollout.change?.stage !== 'written') return;
    const draft = recordObservation(this.rollout, this.observe(), this.now);
    if (draft.audit.length > 0) this.save(draft);
  }

  edit(values: readonly string[]): void {
    this.values = values;
    this.late = null;
  }

  /** `more`: what else is claimed. */
  evidence(more: readonly Cell[] = []): Evidence {
    const cells = new CellPile('shop.example', [...this.cells, ...more], this.arrivals);
    return { cells, decisions: [], lastReportAt: this.lastReportAt };
  }

  /** The service's clock is set; whatever is reported about the days between comes at once, or never. */
  setClock(now: number, between: 'late' | 'lost'): void {
    this.now = now;
    if (between === 'lost') this.reportedThrough = latest(this.reportedThrough, addDays(dayOf(now), -1));
    this.sweep();
  }

  /** Somebody who isn't known sends reports as himself. */
  claim(cells: readonly Cell[]): void {
    this.cells.push(...cells);
    for (const { day, reporter } of cells) this.arrivals.push({ reporter, day, at: this.now });
    this.lastReportAt = this.now;
  }

  /** All reports of the last days come a second time. What is stored knows them by their key: only the mail is new. */
  repeat(): void {
    this.arrivals.push(...this.arrivals.slice(-20).map((it) => ({ ...it, at: this.now })));
  }

  private write(live: readonly string[], next: readonly string[], fault: Fault): void {
    if (fault === 'crash-before') return;
    if (fault === 'raced') this.values = [...live, 'foreign=text'];
    if (fault === 'refused' || this.values.join('\n') !== live.join('\n')) {
      return this.save(recordFault(this.rollout, 'refused', this.now));
    }
    if (fault === 'applied-later') {
      this.late = { expected: live, next };
      return this.save(recordFault(this.rollout, 'time-out', this.now));
    }
    checkWrite(this, live, next);
    if (fault === 'published-later') this.late = { expected: live, next };
    if (fault === 'published-later' || fault === 'never-published') {
      this.save(recordReceipt(this.rollout, 'to be published by you', this.now));
      return this.verify();
    }
    if (fault === 'undone') return this.save(recordReceipt(this.rollout, 'done', this.now));
    this.values = next;
    if (fault === 'crash-after') return;
    if (fault === 'applied-without-answer') return this.save(recordFault(this.rollout, 'time-out', this.now));
    this.save(recordReceipt(this.rollout, 'done', this.now));
    this.verify();
  }

  private applyLate(): void {
    const { late } = this;
    this.late = null;
    if (late !== null && this.values.join('\n') === late.expected.join('\n')) this.values = late.next;
  }

  private runNext(next: Decision['next']): void {
    if (next === 'apply-change') this.apply();
    if (next === 'verify-change') this.verify();
  }

  private save(draft: Draft): void {
    this.store({ ...draft.rollout, version: draft.rollout.version + 1 }, draft.audit);
  }

  private store(rollout: Rollout, audit: readonly AuditEntry[]): void {
    checkStored(this.rollout, rollout, audit);
    this.rollout = rollout;
    if (audit.some((it) => FRESH.includes(it.action))) this.freshSince = this.now;
  }

  private report(): void {
    const day = addDays(this.reportedThrough, 1);
    this.reportedThrough = day;
    const { own, vendor, news, abuse, reporters } = this.weather;
    for (const reporter of reporters) {
      const share = {
        own: { passes: 1, fails: 0, 'half-fails': 0.5, silent: 0 }[own],
        vendor: vendor === 'passes' ? 1 : 0,
      };
      if (own !== 'silent') this.count({ day, reporter, messages: 60, passed: 60 * share.own });
      if (vendor !== 'silent') {
        const by = { ip: '198.51.100.7', authenticatedAs: 'vendor.example' };
        this.count({ day, reporter, ...by, messages: 20, passed: 20 * share.vendor });
      }
      if (news !== 'silent') {
        const by = { ip: '198.51.100.50', headerFrom: 'news.shop.example' };
        this.count({ day, reporter, ...by, messages: 30, passed: news === 'passes' ? 30 : 0 });
      }
      const at = Math.floor(this.now / DAY_MS);
      for (let network = 0; network < abuse; network += 1) {
        this.count({ day, reporter, ip: `100.${at % 200}.${network}.9`, messages: 90, passed: 0 });
      }
      this.lastReportAt = this.now;
      this.arrivals.push({ reporter, day, at: this.now });
    }
  }

  private count(patch: Partial<Cell>): void {
    this.cells.push(aCell(patch));
  }
}

function latest(a: string, b: string): string {
  return a > b ? a : b;
}

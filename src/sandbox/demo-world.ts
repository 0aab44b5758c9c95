import { DAY_MS, startOfDay, type Instant } from '../core/instant.js';
import { BREAKS_AFTER_DAYS, broken, type Role } from './demo-cast.js';
import { readRecord } from './receiver-policy.js';
import { receive, type Harm } from './receivers.js';
import { reportMail, type ReportAddressee } from './report-mail.js';
import { RecordTimeline } from './record-timeline.js';
import type { SentReport } from './sent-report.js';

/** A mail that has reached the mailbox. */
export interface ArrivedMail {
  readonly at: Instant;
  readonly raw: Buffer;
}

/** The simulated outside: senders, spammers and receivers of all domains of the demo, from day to day. */
export class DemoWorld {
  readonly timeline = new RecordTimeline();
  readonly start: Instant;
  private roles: readonly Role[];
  private readonly under: SentReport[] = [];
  private readonly harmed = new Map<string, Harm[]>();
  private readonly breaks = new Map<string, number>();

  constructor(
    cast: readonly Role[],
    private readonly addressee: ReportAddressee,
  ) {
    this.roles = cast;
    const [first] = cast;
    if (first === undefined) throw new RangeError('a demo needs a domain');
    this.start = startOfDay(first.world.start);
  }

  cast(): readonly Role[] {
    return this.roles;
  }

  dayOf(at: Instant): number {
    return Math.floor((at - this.start) / DAY_MS);
  }

  /** Lets a day happen at all receivers; their reports are under way afterwards. Days come in order, once each. */
  live(day: number): void {
    for (const { world } of this.roles) {
      const seen = receive(world, day, (domain, at) => this.timeline.at(domain, at));
      this.under.push(...seen.reports);
      this.harmed.set(world.domain, [...this.harm(world.domain), ...seen.harm]);
    }
    this.under.sort((a, b) => a.arrivesAt - b.arrivesAt);
  }

  /** The report mails that have arrived by then, in order, each once. */
  mailUntil(at: Instant): readonly ArrivedMail[] {
    const later = this.under.findIndex((sent) => sent.arrivesAt > at);
    const arrived = this.under.splice(0, later < 0 ? this.under.length : later);
    return arrived.map((sent) => ({ at: sent.arrivesAt, raw: reportMail(sent, this.addressee) }));
  }

  /** Breaks what is to break under `reject`, some days after the domain got there. Says which on that day. */
  breakWhatIsDue(day: number): readonly string[] {
    const due = this.roles.filter(({ fate, world }) => {
      if (fate !== 'steps-back' || this.breaks.has(world.domain)) return false;
      const reached = this.reachedReject(world.domain);
      return reached !== null && day >= reached + BREAKS_AFTER_DAYS;
    });
    for (const { world } of due) this.breaks.set(world.domain, day);
    this.roles = this.roles.map((role) => (due.includes(role) ? broken(role, day) : role));
    return due.map(({ world }) => world.domain);
  }

  /** The day on which a full `reject` first stood in DNS; null: not yet. */
  reachedReject(domain: string): number | null {
    const stood = this.timeline.of(domain).find(({ text }) => isFullReject(text));
    return stood === undefined ? null : this.dayOf(stood.since);
  }

  /** The day on which a weaker record stood again after a full `reject`; null: never. */
  steppedBack(domain: string): number | null {
    const stretches = this.timeline.of(domain);
    const top = stretches.findIndex(({ text }) => isFullReject(text));
    const after = top < 0 ? undefined : stretches[top + 1];
    return after === undefined ? null : this.dayOf(after.since);
  }

  brokeOn(domain: string): number | null {
    return this.breaks.get(domain) ?? null;
  }

  harm(domain: string): readonly Harm[] {
    return this.harmed.get(domain) ?? [];
  }
}

function isFullReject(text: string | null): boolean {
  const record = readRecord(text);
  return record !== null && record.p === 'reject' && record.pct === 100 && !record.testing;
}

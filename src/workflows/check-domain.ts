import { checkDomain, type CheckOptions } from '../core/checks/check-domain.js';
import { STANDS_FOR_MS, type CheckRecord } from '../core/checks/check-outcome.js';
import type { CheckedSelector } from '../core/checks/dkim/selectors.js';
import { countedUntil, ownMail } from '../core/checks/own-mail.js';
import { withParkedAdvice } from '../core/checks/parked-domain.js';
import { seenSelectors } from '../core/checks/seen-selectors.js';
import { storedCheck, type StoredCheck } from '../core/checks/stored-check.js';
import type { Evidence } from '../core/evidence/assess.js';
import type { AssessedSource } from '../core/evidence/assessment.js';
import type { Trust } from '../core/evidence/trust.js';
import { DAY_MS } from '../core/instant.js';
import type { Observation } from '../core/rollout/observation.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { CheckStore } from '../ports/check-store.js';
import type { Clock } from '../ports/clock.js';
import type { DnsLookup } from '../ports/dns-lookup.js';
import type { EvidenceStore } from '../ports/evidence-store.js';

/** Milliseconds for all look-ups of one check; what isn't answered by then is unknown. */
const RUN_MS = 10_000;
/** A key that was seen longer ago may have been taken out for good reason. */
const SEEN_WITHIN_MS = 3 * DAY_MS;
/** Reports that are looked through for those of reporters with a standing, and of these that are read, one a reporter. */
const MOST_LISTED = 500;
const MOST_REPORTS = 12;
const MOST_ROWS = 300;

/** What a check starts from. */
export interface CheckSubject {
  readonly rollout: Pick<Rollout, 'domain' | 'ladder' | 'settings'>;
  readonly observed: Observation;
  readonly evidence: Evidence;
  readonly sources: readonly AssessedSource[];
}

/** Asks DNS about all that a domain's mail needs, and keeps the answers. */
export class CheckDomain {
  constructor(
    private readonly checks: CheckStore,
    private readonly evidence: EvidenceStore,
    private readonly dns: DnsLookup,
    private readonly clock: Clock,
  ) {}

  /** What was found so far. */
  async recordOf(domain: string): Promise<CheckRecord> {
    const from = this.clock.now() - STANDS_FOR_MS;
    const [[latest = null], recent, firstAt] = await Promise.all([
      this.checks.history(domain, 1),
      this.checks.since(domain, from),
      this.checks.firstAt(domain),
    ]);
    return { latest, earlier: recent.filter(({ at }) => at < (latest?.at ?? 0)), firstAt };
  }

  /** Newest first. */
  history(domain: string, limit: number): Promise<readonly StoredCheck[]> {
    return this.checks.history(domain, limit);
  }

  /** Checks and stores. */
  async run(subject: CheckSubject): Promise<CheckRecord> {
    const { domain, ladder, settings } = subject.rollout;
    const now = this.clock.now();
    const counted = countedUntil(subject.evidence, domain, now);
    const { addresses } = ownMail(counted, { domain, sources: subject.sources, now });
    const selectors = await this.selectors(domain, counted.trust);
    const options = { senders: addresses, selectors, mailbox: settings.rua };
    const check = await this.ask(domain, options, subject.observed);
    await this.checks.save(ladder.name === 'parked' ? withParkedAdvice(check) : check);
    return this.recordOf(domain);
  }

  /** Checks a domain of which nothing is known, and stores nothing. */
  look(domain: string, observed: Observation): Promise<StoredCheck> {
    return this.ask(domain, { senders: [], selectors: [], mailbox: null }, observed);
  }

  private async ask(domain: string, options: CheckOptions, observed: Observation): Promise<StoredCheck> {
    const questions = this.dns.questions(AbortSignal.timeout(RUN_MS));
    return storedCheck(await checkDomain(domain, options, questions, observed), this.clock.now());
  }

  /** Selectors with which mail of the domain was signed lately, by the word of those that have a standing. */
  private async selectors(domain: string, trust: Trust): Promise<readonly CheckedSelector[]> {
    const now = this.clock.now();
    const reports = await this.evidence.reports({ domain, limit: MOST_LISTED });
    const recent = reports.filter(
      ({ counted, end, reporter }) =>
        counted && end * 1000 >= now - SEEN_WITHIN_MS && trust.canBearOut(reporter),
    );
    const newest = new Map(recent.toReversed().map((report) => [report.reporter, report] as const));
    const read = [...newest.values()].slice(0, MOST_REPORTS);
    const seen = await Promise.all(
      read.map(async ({ id, reporter }) => {
        const records = await this.evidence.records(id, { after: 0, limit: MOST_ROWS });
        return { reporter, records };
      }),
    );
    return seenSelectors(seen, domain, trust);
  }
}

import { checkDomain, type CheckOptions } from '../core/checks/check-domain.js';
import { STANDS_FOR_MS, type CheckRecord } from '../core/checks/check-outcome.js';
import { namedSelectors, type CheckedSelector } from '../core/checks/dkim/selectors.js';
import {
  countedUntil,
  forwarderAddresses,
  ownMail,
  ownOrigins,
  RECENT_DAYS,
} from '../core/checks/own-mail.js';
import { withParkedAdvice } from '../core/checks/parked-domain.js';
import { seenSelectors } from '../core/checks/seen-selectors.js';
import { storedCheck, type EarlierCheck, type StoredCheck } from '../core/checks/stored-check.js';
import type { Evidence } from '../core/evidence/assess.js';
import type { AssessedSource } from '../core/evidence/assessment.js';
import type { Counted } from '../core/evidence/cell-pile.js';
import { addDays, dayOf } from '../core/instant.js';
import type { Observation } from '../core/rollout/observation.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { CheckStore } from '../ports/check-store.js';
import type { Clock } from '../ports/clock.js';
import type { DnsLookup } from '../ports/dns-lookup.js';
import type { EvidenceStore } from '../ports/evidence-store.js';

/** Milliseconds for all look-ups of one check; what isn't answered by then is unknown. */
const RUN_MS = 10_000;

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
    const selectors = await this.selectors(domain, counted, subject.sources);
    const known = [...selectors, ...namedSelectors(settings)];
    const options = { senders: addresses, selectors: known, mailbox: settings.rua };
    const before = await this.recordOf(domain);
    const earlier = before.latest === null ? [] : [before.latest, ...before.earlier];
    const found = await this.ask(domain, options, subject.observed, earlier);
    const check = ladder.name === 'parked' ? withParkedAdvice(found) : found;
    await this.checks.save(check);
    const standing = earlier.filter(({ at }) => at >= now - STANDS_FOR_MS && at < check.at);
    return { latest: check, earlier: standing, firstAt: before.firstAt ?? check.at };
  }

  /** Checks a domain of which nothing is known, and stores nothing. */
  look(domain: string, observed: Observation): Promise<StoredCheck> {
    return this.ask(domain, { senders: [], selectors: [], mailbox: null }, observed);
  }

  private async ask(
    domain: string,
    options: CheckOptions,
    observed: Observation,
    earlier: readonly EarlierCheck[] = [],
  ): Promise<StoredCheck> {
    const questions = this.dns.questions(AbortSignal.timeout(RUN_MS));
    return storedCheck(await checkDomain(domain, options, questions, observed), this.clock.now(), earlier);
  }

  /** Selectors with which mail of the domain and its subdomains is signed, by those whose word counts. */
  private async selectors(
    domain: string,
    counted: Counted,
    sources: readonly AssessedSource[],
  ): Promise<readonly CheckedSelector[]> {
    const now = this.clock.now();
    const { trust, reporting } = counted;
    const authors = sources.filter((it) => it.class === 'authorized').map((it) => it.headerFrom);
    const mails = await this.evidence.signedMail({
      domain,
      from: addDays(dayOf(now), -RECENT_DAYS),
      reporters: [...reporting.all().keys()].filter((reporter) => trust.canBearOut(reporter)),
      authorDomains: [...new Set([domain, ...authors])],
    });
    const forwarders = forwarderAddresses(counted, sources);
    return seenSelectors(mails, domain, {
      trust,
      origins: ownOrigins(counted, sources, now),
      forwarders,
      now,
    });
  }
}

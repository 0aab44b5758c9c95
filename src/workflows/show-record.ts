import type { AuditEntry } from '../core/rollout/audit.js';
import type { Instant } from '../core/instant.js';
import { DAY_MS } from '../core/instant.js';
import type { Observation } from '../core/rollout/observation.js';
import { placeOf, recordName, type RecordPlace } from '../core/rollout/record-place.js';
import type { Change, Rollout } from '../core/rollout/rollout.js';
import { hasSeen, policyText } from '../core/rollout/seen-policy.js';
import type { Clock } from '../ports/clock.js';
import { DnsProviderError, type DnsProviders } from '../ports/dns-provider.js';
import type { EvidenceStore, SeenPolicy } from '../ports/evidence-store.js';
import type { RecordObserver, ServerView } from '../ports/record-observer.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import { observeEverywhere } from './observe-record.js';

/** What one reporter saw published. */
export interface ReporterSeen {
  readonly reporter: string;
  readonly orgName: string;
  /** `p=quarantine; pct=10`. */
  readonly policy: string;
  /** End of its latest report's span. */
  readonly until: Instant;
  readonly hasSeen: boolean;
}

/** Where a domain's record stands, and who shows and has seen it. */
export interface RecordStanding {
  readonly place: RecordPlace;
  /** The name that it is written at. */
  readonly name: string;
  /** What should stand there: the record as last written; null: none is ours yet. */
  readonly expected: string | null;
  readonly observation: Observation;
  readonly servers: readonly ServerView[];
  readonly stage: Change['stage'] | null;
  readonly writtenAt: Instant | null;
  readonly verifiedAt: Instant | null;
  readonly effectiveAt: Instant | null;
  /** Null: nothing is on its way, or the provider doesn't tell. */
  readonly provider: { readonly status: 'pending' | 'done' | 'unknown'; readonly note: string | null } | null;
  readonly reporters: readonly ReporterSeen[];
}

/** A reporter that has been silent for longer says nothing about now. */
const REPORTERS_MS = 14 * DAY_MS;
const HISTORY = 100;
const PROVIDER_MS = 10_000;

/** Looks, and changes nothing. */
export class ShowRecord {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly providers: DnsProviders,
    private readonly observer: RecordObserver,
    private readonly evidence: EvidenceStore,
    private readonly clock: Clock,
  ) {}

  /** Null: not enrolled. */
  async run(domain: string): Promise<RecordStanding | null> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return null;
    const { rollout } = stored;
    const place = placeOf(rollout);
    const expected = expectedOf(rollout);
    const [seen, provider, history, published] = await Promise.all([
      observeEverywhere(this.observer, place),
      this.providerStatus(rollout),
      this.rollouts.history(domain, HISTORY),
      this.evidence.published(domain, this.clock.now() - REPORTERS_MS),
    ]);
    const reporters = published.map((one) => reporterSeen(one, expected));
    return {
      place,
      name: recordName(rollout),
      expected,
      ...seen,
      ...timesOf(rollout, history),
      provider,
      reporters,
    };
  }

  private async providerStatus({ provider, change }: Rollout): Promise<RecordStanding['provider']> {
    if (change?.stage !== 'written' || change.reference === null) return null;
    const signal = AbortSignal.timeout(PROVIDER_MS);
    try {
      const status = await this.providers.get(provider).changeStatus(change.reference, signal);
      return { status, note: change.receipt };
    } catch (error) {
      if (!(error instanceof DnsProviderError) && !signal.aborted) throw error;
      return {
        status: 'unknown',
        note: error instanceof DnsProviderError ? error.message : 'no answer in time',
      };
    }
  }
}

/** Once it is written, the change; until then what we own. */
function expectedOf({ change, record }: Rollout): string | null {
  return change?.stage === 'written' || change?.stage === 'verified' ? change.after : record;
}

function reporterSeen({ reporter, orgName, policy, end }: SeenPolicy, expected: string | null): ReporterSeen {
  return {
    reporter,
    orgName,
    policy: policyText(policy),
    until: end * 1000,
    hasSeen: expected !== null && hasSeen(policy, expected),
  };
}

type Times = Pick<RecordStanding, 'stage' | 'writtenAt' | 'verifiedAt' | 'effectiveAt'>;

/** Of the open change, else of the one that brought the record; one that was adopted has none. */
function timesOf({ change, record, windowStart }: Rollout, history: readonly AuditEntry[]): Times {
  if (change !== null && change.attempts > 0) {
    const { stage, writtenAt, verifiedAt, effectiveAt } = change;
    return { stage, writtenAt, verifiedAt, effectiveAt };
  }
  const last = history.find(({ action }) => action === 'effective' || action === 'adopted');
  if (last?.action !== 'effective' || last.after !== record)
    return { stage: change?.stage ?? null, writtenAt: null, verifiedAt: null, effectiveAt: null };
  const at = (action: string): Instant | null =>
    history.find((entry) => entry.action === action && entry.after === record)?.at ?? null;
  const stage = change?.stage ?? null;
  return { stage, writtenAt: at('written'), verifiedAt: at('verified'), effectiveAt: windowStart };
}

import type { DnsProvider, DnsProviders, ReadingHint, TxtSet, Zone } from '../ports/dns-provider.js';
import type { Draft } from '../core/rollout/draft.js';
import { mayAskProvider } from '../core/rollout/ask-again.js';
import { recordFault, recordReceipt } from '../core/rollout/provider-answer.js';
import { prepareWrite, readingHint } from '../core/rollout/write-change.js';
import { placeOf, recordName } from '../core/rollout/record-place.js';
import type { Clock } from '../ports/clock.js';
import { DnsProviderError } from '../ports/dns-provider.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { Rollout } from '../core/rollout/rollout.js';
import { RecordTakenError, StaleRolloutError } from '../ports/rollout-store.js';
import type { RolloutStore, StoredRollout } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import { askProvider } from './ask-provider.js';
import { findForeignZone } from './find-foreign-zone.js';
import { observeEverywhere } from './observe-record.js';
import { saveDraft } from './save-draft.js';

interface Write {
  readonly provider: DnsProvider;
  readonly zone: Zone;
  readonly live: TxtSet;
  readonly next: TxtSet;
  readonly hint: ReadingHint;
}

/** Stores the intent, asks the provider, stores the receipt. Settles an intent that a crash left behind. */
export class ApplyChange {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly providers: DnsProviders,
    private readonly observer: RecordObserver,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  async run(domain: string): Promise<void> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return;
    try {
      await this.apply(stored);
    } catch (error) {
      if (!(error instanceof DnsProviderError)) return this.recordOther(domain, error);
      const wait = error.fault.kind === 'rate-limited' ? error.fault.retryAfterMs : null;
      await this.recordFault(domain, error.message, wait);
    }
  }

  /**
   * What nobody expected holds like a provider that fails, so that people see it and the provider is left alone for a
   * while. Nobody knows what such an error says: only its kind is shown. Throws the error itself.
   */
  private async recordOther(domain: string, error: unknown): Promise<never> {
    const isOutrun = error instanceof StaleRolloutError || error instanceof RecordTakenError;
    const kind = error instanceof Error ? error.name : typeof error;
    // What went wrong first is told, whatever goes wrong now.
    if (!isOutrun) await this.recordFault(domain, `failed unexpectedly: ${kind}`, null).catch(() => {});
    throw error;
  }

  private async apply({ rollout, dueAt }: StoredRollout): Promise<void> {
    if (!mayAskProvider(rollout, this.clock.now())) return;
    const provider = this.providers.get(rollout.provider);
    const name = recordName(rollout);
    const place = placeOf(rollout);
    const hint = readingHint(rollout);
    const [seen, zone] = await Promise.all([
      observeEverywhere(this.observer, place),
      askProvider((signal) => provider.findZone(name, signal)),
    ]);
    const [foreign, live] = await Promise.all([
      findForeignZone(rollout, zone, seen, this.observer),
      askProvider((signal) => provider.readTxt(zone, name, signal, hint)),
    ]);

    const served = { zone: zone.name, observed: seen.observation, foreign };
    const step = prepareWrite(rollout, live, this.clock.now(), served, dueAt);
    // What stood against it stands against it still.
    if (step.kind === 'nothing' || step.draft.rollout === rollout) return;
    const isFoundWritten = step.kind === 'store' && step.draft.rollout.change?.stage === 'written';
    if (isFoundWritten) await askProvider((signal) => provider.publish(zone, signal), 'writes');
    const stored = await saveDraft(this.rollouts, step.draft, rollout);
    const settled =
      step.kind === 'write'
        ? await this.write(stored, { provider, zone, live, next: step.next, hint })
        : stored;
    await this.wakeNext(settled);
    await this.deliver(step.draft);
  }

  /** What is neither written nor put back is left to the sweep: the same would be found again and again. */
  private async wakeNext({ domain, change }: Rollout): Promise<void> {
    if (change?.stage === 'written') await this.wakeUp.wake({ workflow: 'verify-change', domain });
    // Put back after an interruption: it is written only once it is decided again.
    if (change?.stage === 'planned') await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
  }

  private async deliver({ notices }: Draft): Promise<void> {
    if (notices.length > 0) await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }

  private async write(intended: Rollout, { provider, zone, live, next, hint }: Write): Promise<Rollout> {
    const change = { expected: live, next, changeId: intended.change?.id ?? '', hint };
    const name = recordName(intended);
    const receipt = await askProvider((signal) => provider.replaceTxt(zone, name, change, signal), 'writes');
    const { note, reference, publisher } = receipt;
    const draft = recordReceipt(intended, note, this.clock.now(), { reference, publisher });
    const written = await saveDraft(this.rollouts, draft);
    await this.deliver(draft);
    return written;
  }

  /** Reloads: the intent may have been stored before the provider failed. */
  private async recordFault(domain: string, message: string, wait: number | null): Promise<void> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return;
    const draft = recordFault(stored.rollout, message, this.clock.now(), wait);
    await saveDraft(this.rollouts, draft, stored.rollout);
    await this.deliver(draft);
  }
}

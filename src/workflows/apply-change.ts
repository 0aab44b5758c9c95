import type { DnsProvider, DnsProviders, TxtSet, Zone } from '../ports/dns-provider.js';
import { mayAskProvider, prepareWrite, recordFault, recordReceipt } from '../core/rollout/write-change.js';
import { placeOf, recordName } from '../core/rollout/record-place.js';
import type { Clock } from '../ports/clock.js';
import { DnsProviderError } from '../ports/dns-provider.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import { findForeignZone } from './find-foreign-zone.js';
import { observeEverywhere } from './observe-record.js';
import { saveDraft } from './save-draft.js';

/** One exchange with a provider takes at most this long. */
const PROVIDER_MS = 30_000;

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
      await this.apply(stored.rollout);
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw error;
      await this.recordFault(domain, error);
    }
  }

  private async apply(rollout: Rollout): Promise<void> {
    if (!mayAskProvider(rollout, this.clock.now())) return;
    const provider = this.providers.get(rollout.provider);
    const name = recordName(rollout);
    const [seen, zone] = await Promise.all([
      observeEverywhere(this.observer, placeOf(rollout)),
      provider.findZone(name, AbortSignal.timeout(PROVIDER_MS)),
    ]);
    const foreign = await findForeignZone(zone, name, seen, this.observer);
    const live = await provider.readTxt(zone, name, AbortSignal.timeout(PROVIDER_MS));

    const served = { zone: zone.name, observed: seen.observation, foreign };
    const step = prepareWrite(rollout, live, this.clock.now(), served);
    // What stood against it stands against it still.
    if (step.kind === 'nothing' || step.draft.rollout === rollout) return;
    const stored = await saveDraft(this.rollouts, step.draft);
    const settled =
      step.kind === 'write' ? await this.write(stored, { provider, zone, live, next: step.next }) : stored;
    await this.wakeNext(settled);
    if (step.draft.notices.length > 0) await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }

  /** What is neither written nor put back is left to the sweep: the same would be found again and again. */
  private async wakeNext({ domain, change }: Rollout): Promise<void> {
    if (change?.stage === 'written') await this.wakeUp.wake({ workflow: 'verify-change', domain });
    // Put back after an interruption: it is written only once it is decided again.
    if (change?.stage === 'planned') await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
  }

  private async write(
    intended: Rollout,
    call: { provider: DnsProvider; zone: Zone; live: TxtSet; next: TxtSet },
  ): Promise<Rollout> {
    const change = { expected: call.live, next: call.next, changeId: intended.change?.id ?? '' };
    const signal = AbortSignal.timeout(PROVIDER_MS);
    const receipt = await call.provider.replaceTxt(call.zone, recordName(intended), change, signal);
    const { note, reference } = receipt;
    return saveDraft(this.rollouts, recordReceipt(intended, note, this.clock.now(), reference));
  }

  /** Reloads: the intent may have been stored before the provider failed. */
  private async recordFault(domain: string, error: DnsProviderError): Promise<void> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return;
    const wait = error.fault.kind === 'rate-limited' ? error.fault.retryAfterMs : null;
    await saveDraft(this.rollouts, recordFault(stored.rollout, error.message, this.clock.now(), wait));
    await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }
}

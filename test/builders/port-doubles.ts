import type { Observation } from '../../src/core/rollout/observation.js';
import type { RecordPlace } from '../../src/core/rollout/record-place.js';
import { DnsProviders, type DnsProvider } from '../../src/ports/dns-provider.js';
import { RecordObserver, type ObservedEverywhere, type ServerView } from '../../src/ports/record-observer.js';
import { WakeUp, type Wake } from '../../src/ports/wake-up.js';
import type { MemoryProvider } from '../contract/memory-provider.js';

/** Every domain is at the same provider. */
export class OneProvider extends DnsProviders {
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

/** Keeps what is woken at once; what is woken for later is left to the sweep. */
export class RecordingWakeUp extends WakeUp {
  readonly woken: Wake[] = [];

  async wake(wake: Wake, options?: { readonly delayMs: number }): Promise<void> {
    if ((options?.delayMs ?? 0) === 0) this.woken.push(wake);
  }

  workflows(): readonly Wake['workflow'][] {
    return this.woken.map(({ workflow }) => workflow);
  }
}

/** Servers that show what the provider has at a name, or what they are told to. */
export class ShownRecord extends RecordObserver {
  observation: Observation | null = null;
  servers: readonly ServerView[] = [];
  addresses: readonly string[] = [];
  readonly places: RecordPlace[] = [];

  constructor(
    private readonly provider: MemoryProvider,
    private readonly name = '_dmarc.shop.example',
  ) {
    super();
  }

  async observe(place: RecordPlace): Promise<ObservedEverywhere> {
    this.places.push(place);
    return { observation: this.observation ?? this.standing(), servers: this.servers };
  }

  override async addressesOf(): Promise<readonly string[]> {
    return this.addresses;
  }

  private standing(): Observation {
    const texts = this.provider.txt(this.name);
    const [text] = texts;
    if (text === undefined) return { kind: 'absent' };
    return texts.length > 1
      ? { kind: 'several-records', texts }
      : { kind: 'record', text, ttl: 300, others: [] };
  }
}

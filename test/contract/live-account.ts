import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DnsProvider, DnsProviderError } from '../../src/ports/dns-provider.js';
import type {
  ProviderCheck,
  TxtReplacement,
  TxtSet,
  WriteReceipt,
  Zone,
} from '../../src/ports/dns-provider.js';
import type { ProviderDescriptor } from '../../src/ports/provider-descriptor.js';
import type { DnsProviderLab } from './contract-run.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Waited for at most, in ms, when an account asks for patience; and how often. */
const LONGEST_WAIT_MS = 120_000;
const MOST_WAITS = 10;

/** The zone that a real account is to be tried with; null: it isn't to be. */
export function liveZone(id: string, env: Env): string | null {
  return env[`DMARC_RATCHET_LIVE_${id.toUpperCase()}`] || null;
}

/** Options as the descriptor's variables give them; `<NAME>_FILE` names a file that holds the value. */
export function liveOptions(descriptor: ProviderDescriptor, env: Env): Readonly<Record<string, string>> {
  const found = descriptor.options.flatMap(({ name, env: variables }): [string, string][] => {
    const values = variables.flatMap((variable) => {
      const file = env[`${variable}_FILE`];
      return [env[variable], file === undefined ? undefined : readFileSync(file, 'utf8').trim()];
    });
    const value = values.find((candidate) => candidate !== undefined && candidate !== '');
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

/** A real account. What is "served" is what a second session of it reads; that DNS serves it, the verifier's tests show. */
export function liveLab(
  descriptor: ProviderDescriptor,
  zone: string,
  create: () => DnsProvider,
): DnsProviderLab {
  const [provider, other] = [new PatientProvider(create()), new PatientProvider(create())];
  const { signal } = new AbortController();
  const read = async (fqdn: string): Promise<TxtSet> =>
    other.readTxt(await other.findZone(fqdn, signal), fqdn, signal);
  const replace = async (fqdn: string, next: TxtSet): Promise<void> => {
    const at = await other.findZone(fqdn, signal);
    const expected = await other.readTxt(at, fqdn, signal);
    await other.replaceTxt(at, fqdn, { expected, next, changeId: 'somebody-else' }, signal);
  };
  return {
    provider,
    compare: descriptor.capabilities.compare,
    capabilities: descriptor.capabilities,
    wrongKey: null,
    gone: null,
    silent: null,
    live: { zone, label: `run-${randomBytes(4).toString('hex')}` },
    txt: async (fqdn) => (await read(fqdn)).values.toSorted(),
    async write(fqdn, values, ttl = 300) {
      // By way of other texts: an account that keeps records one by one leaves those that say the same as they are.
      const between = values.map((_, at) => `somebody else, ${at}`);
      await replace(fqdn, { values: between, ttl });
      await replace(fqdn, { values, ttl });
    },
    stop: async () => undefined,
  };
}

/** Waits where an account has a rate limit: nothing was done then, so that asking again is safe. */
class PatientProvider extends DnsProvider {
  constructor(private readonly inner: DnsProvider) {
    super();
  }

  check(signal: AbortSignal): Promise<ProviderCheck> {
    return this.patiently(() => this.inner.check(signal), signal);
  }

  findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return this.patiently(() => this.inner.findZone(fqdn, signal), signal);
  }

  readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    return this.patiently(() => this.inner.readTxt(zone, fqdn, signal), signal);
  }

  replaceTxt(zone: Zone, fqdn: string, change: TxtReplacement, signal: AbortSignal): Promise<WriteReceipt> {
    return this.patiently(() => this.inner.replaceTxt(zone, fqdn, change, signal), signal);
  }

  override changeStatus(reference: string, signal: AbortSignal): Promise<'pending' | 'done'> {
    return this.patiently(() => this.inner.changeStatus(reference, signal), signal);
  }

  private async patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let waits = 0; ; waits += 1) {
      try {
        return await ask();
      } catch (error) {
        const fault = error instanceof DnsProviderError ? error.fault : null;
        if (fault?.kind !== 'rate-limited' || waits === MOST_WAITS) throw error;
        await pause(Math.min(fault.retryAfterMs ?? 30_000, LONGEST_WAIT_MS), undefined, { signal });
      }
    }
  }
}

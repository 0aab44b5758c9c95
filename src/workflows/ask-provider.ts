import { DnsProviderError } from '../ports/dns-provider.js';

/** One exchange with a provider takes at most this long. */
const PROVIDER_MS = 30_000;

/**
 * One exchange with a provider, given up after 30 seconds. Throws what `ask` throws; a provider that is silent for too
 * long is `transient`, so that it holds and is asked again like any that fails. `writes`: it may have been applied.
 */
export async function askProvider<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  kind: 'reads' | 'writes' = 'reads',
): Promise<T> {
  const signal = AbortSignal.timeout(PROVIDER_MS);
  try {
    return await ask(signal);
  } catch (cause) {
    if (!signal.aborted || cause instanceof DnsProviderError) throw cause;
    const fault = { kind: 'transient', mayBeApplied: kind === 'writes' } as const;
    throw new DnsProviderError(`the provider did not answer within ${PROVIDER_MS / 1000} seconds`, fault, {
      cause,
    });
  }
}

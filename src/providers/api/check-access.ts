import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck } from '../../ports/dns-provider.js';

/**
 * What a provider's check says: the words that `ask` gives, or those of the DnsProviderError that it throws. An abort's
 * reason is thrown on.
 */
export async function checkAccess(ask: () => Promise<string>): Promise<ProviderCheck> {
  try {
    return { ok: true, message: await ask() };
  } catch (error) {
    if (!(error instanceof DnsProviderError)) throw error;
    return { ok: false, message: error.message };
  }
}

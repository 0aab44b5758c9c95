import { DnsProviderError } from '../../src/ports/dns-provider.js';
import { CONTRACT_ZONES, describeDnsProvider } from './dns-provider.contract.js';
import { MemoryProvider } from './memory-provider.js';

describeDnsProvider('in memory', async () => {
  const provider = new MemoryProvider(CONTRACT_ZONES);
  provider.aliases.add('_dmarc.alias.example.test');
  const gone = new MemoryProvider(CONTRACT_ZONES);
  gone.fault = new DnsProviderError('gone', { kind: 'transient', mayBeApplied: false });
  return {
    provider,
    compare: 'server',
    wrongKey: null,
    gone,
    silent: null,
    txt: async (fqdn) => provider.txt(fqdn).toSorted(),
    write: async (fqdn, values, ttl) => provider.write(fqdn, values, ttl),
    stop: async () => undefined,
  };
});

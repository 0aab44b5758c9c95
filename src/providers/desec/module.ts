import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { DESEC_CAPABILITIES, DesecProvider } from './desec-provider.js';
import { DESEC_API, DesecOptions } from './options.js';

/** As in deSEC's documentation: domains, RRsets, tokens, rate limits; error bodies as its published source writes them. */
const descriptor = {
  id: 'desec',
  title: 'deSEC',
  docs: 'https://desec.readthedocs.io/en/latest/dns/rrsets.html',
  credentials: 'https://desec.io/tokens',
  leastPrivilege:
    'A token without any permission and with two policies: the default one (domain, subname and type null) with perm_write false, and one with your domain, subname _dmarc, type TXT and perm_write true. It can then change this one record set and nothing else; reading it can all domains.',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'API token.',
      env: ['DESEC_TOKEN'],
    },
    ...apiOptionDescriptors(DESEC_API),
  ],
  capabilities: DESEC_CAPABILITIES,
  notes: [
    'The least TTL is a setting of the domain, usually an hour; deSEC support lowers it on request. A record that has a lower one keeps it.',
    'A token with max_unused_period needs to be used within it: rungs last weeks.',
    'deSEC signs all its zones with DNSSEC by itself; nothing is to be done for that.',
  ],
} as const satisfies ProviderDescriptor;

export const desec = providerModule({
  descriptor,
  options: DesecOptions,
  create: (options) => new DesecProvider(options),
});

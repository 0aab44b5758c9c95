import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { VULTR_API, VultrOptions } from './options.js';
import { VULTR_CAPABILITIES, VultrProvider } from './vultr-provider.js';

const descriptor = {
  id: 'vultr',
  title: 'Vultr',
  docs: 'https://www.vultr.com/api/#tag/dns',
  credentials: 'https://my.vultr.com/settings/#settingsapi',
  leastPrivilege:
    'The API key of a user of its own that has no permission but DNS (dns), with an access list that names only the addresses of this service. No permission is limited to one domain: the key may change every domain of the account.',
  tested: 'emulator',
  options: [
    {
      name: 'apiKey',
      kind: 'text',
      required: true,
      secret: true,
      help: 'API key.',
      env: ['VULTR_API_KEY'],
    },
    ...apiOptionDescriptors(VULTR_API),
  ],
  capabilities: VULTR_CAPABILITIES,
  notes: [
    'A key works only from addresses on its access list; from others Vultr answers as for a wrong key and names the address.',
    'A double quote inside a TXT record is not possible and refused here before anything is asked.',
    'All TXT records at a name share one TTL: it can be changed only while one record stands there.',
    'The API hands out whole zones, so reading a large one takes several requests.',
  ],
} as const satisfies ProviderDescriptor;

/**
 * Vultr, as its reference (www.vultr.com/api, version 2) documents it; what TXT records may hold and that a name has one
 * TTL is not documented and follows what DNSControl met on a real account.
 */
export const vultr = providerModule({
  descriptor,
  options: VultrOptions,
  create: (options) => new VultrProvider(options),
});

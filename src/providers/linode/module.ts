import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { LINODE_CAPABILITIES, LinodeProvider } from './linode-provider.js';
import { LINODE_URL, LinodeOptions } from './options.js';

/** As in Akamai's reference of the Linode API, version 4: domains and domain records. */
const descriptor = {
  id: 'linode',
  title: 'Linode (Akamai Cloud) DNS Manager',
  docs: 'https://techdocs.akamai.com/linode-api/reference/get-domain-records',
  credentials: 'https://cloud.linode.com/profile/tokens',
  leastPrivilege:
    'A personal access token with Domains: Read/Write and no other scope. To limit it to single domains make it as a restricted user who has been granted these domains only.',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Personal access token.',
      env: ['LINODE_TOKEN', 'LINODE_API_TOKEN'],
    },
    ...apiOptionDescriptors(LINODE_URL),
  ],
  capabilities: LINODE_CAPABILITIES,
  notes: [
    'It takes only the TTLs listed; another is rounded up. A record whose TTL is the default of the domain keeps it.',
    'Its servers may take a quarter of an hour to show a change.',
  ],
} as const satisfies ProviderDescriptor;

export const linode = providerModule({
  descriptor,
  options: LinodeOptions,
  create: (options) => new LinodeProvider(options),
});

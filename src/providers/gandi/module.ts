import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { GANDI_CAPABILITIES, GandiProvider } from './gandi-provider.js';
import { GANDI_API, GandiOptions } from './options.js';

/** As in Gandi's reference of LiveDNS, version 5: domains, and records with a specific name. */
const descriptor = {
  id: 'gandi',
  title: 'Gandi LiveDNS',
  docs: 'https://api.gandi.net/docs/livedns/',
  credentials: 'https://admin.gandi.net/organizations/account/pat',
  leastPrivilege:
    'A personal access token of the organization that holds the domain, restricted to this domain as its only product, with the permission "Manage domain name technical configurations" and no other.',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Personal access token.',
      env: ['GANDI_TOKEN', 'GANDIV5_PERSONAL_ACCESS_TOKEN'],
    },
    ...apiOptionDescriptors(GANDI_API),
  ],
  capabilities: GANDI_CAPABILITIES,
  notes: [
    'A personal access token has an end date: renew it before, as a rollback needs it, too.',
    'API keys of the old kind are not taken.',
    'Only domains on LiveDNS name servers are served; one that uses other name servers can stand in the account all the same.',
  ],
} as const satisfies ProviderDescriptor;

export const gandi = providerModule({
  descriptor,
  options: GandiOptions,
  create: (options) => new GandiProvider(options),
});

import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { HETZNER_CAPABILITIES, HetznerProvider } from './hetzner-provider.js';
import { HETZNER_API, HetznerOptions } from './options.js';

/** As in Hetzner's reference of the Cloud API: zones, RRSets, their actions, errors. */
const descriptor = {
  id: 'hetzner',
  title: 'Hetzner (Cloud API)',
  docs: 'https://docs.hetzner.cloud/reference/cloud#zones',
  credentials: 'https://console.hetzner.com/projects',
  leastPrivilege:
    'A token with Read & Write is for everything in its project. Move the zone into a project of its own, without servers, and make the token there (Security, API tokens).',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'API token of the project that holds the zone.',
      env: ['HETZNER_TOKEN', 'HETZNER_API_TOKEN', 'HCLOUD_TOKEN'],
    },
    ...apiOptionDescriptors(HETZNER_API),
  ],
  capabilities: HETZNER_CAPABILITIES,
  notes: [
    'The API of the old DNS Console (dns.hetzner.com) and its tokens are not taken: move the zone to the Hetzner Console first.',
    'A record set that is protected against changes stays as it is until somebody switches the protection off.',
    'A TTL is changed by a request of its own, before the record. One that is the default of the zone stays it.',
  ],
} as const satisfies ProviderDescriptor;

export const hetzner = providerModule({
  descriptor,
  options: HetznerOptions,
  create: (options) => new HetznerProvider(options),
});

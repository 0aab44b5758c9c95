import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { SCALEWAY_URL, ScalewayOptions } from './options.js';
import { SCALEWAY_CAPABILITIES, ScalewayProvider } from './scaleway-provider.js';

/** As in Scaleway's reference of its Domains and DNS API, v2beta1; how it reads and writes TXT as others saw it. */
const descriptor = {
  id: 'scaleway',
  title: 'Scaleway Domains and DNS',
  docs: 'https://www.scaleway.com/en/developers/api/domains-and-dns/',
  credentials: 'https://console.scaleway.com/iam/api-keys',
  leastPrivilege:
    'An API key of an IAM application whose policy has DomainsDNSFullAccess, limited to the project of these zones. A project with one zone limits it to that zone.',
  tested: 'emulator',
  options: [
    {
      name: 'secretKey',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Secret half of the API key; the access key is not needed.',
      env: ['SCW_SECRET_KEY', 'SCALEWAY_API_TOKEN'],
    },
    ...apiOptionDescriptors(SCALEWAY_URL),
  ],
  capabilities: SCALEWAY_CAPABILITIES,
  notes: [
    'It can be changed only while the domain uses Scaleway’s own name servers.',
    'A dynamic record (by place, weight or health) at the name is refused.',
    'Each change is kept as a version of the zone; comments on records stay.',
  ],
} as const satisfies ProviderDescriptor;

export const scaleway = providerModule({
  descriptor,
  options: ScalewayOptions,
  create: (options) => new ScalewayProvider(options),
});

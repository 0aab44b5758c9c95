import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { DIGITALOCEAN_CAPABILITIES, DigitalOceanProvider } from './digitalocean-provider.js';
import { DIGITALOCEAN_API, DigitalOceanOptions } from './options.js';

const descriptor = {
  id: 'digitalocean',
  title: 'DigitalOcean',
  docs: 'https://docs.digitalocean.com/products/networking/dns/reference/api/domain-records/',
  credentials: 'https://cloud.digitalocean.com/account/api/tokens',
  leastPrivilege:
    'A personal access token with the custom scopes domain:read and domain:update; with domain:create, too, where the record does not exist yet. No scope is limited to one domain: the token may change every domain of the team.',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Personal access token.',
      env: ['DO_AUTH_TOKEN', 'DIGITALOCEAN_TOKEN', 'DIGITALOCEAN_ACCESS_TOKEN'],
    },
    ...apiOptionDescriptors(DIGITALOCEAN_API),
  ],
  capabilities: DIGITALOCEAN_CAPABILITIES,
  notes: [
    'DigitalOcean refuses a TXT record of more than about 509 bytes, quotes and escapes counted in: a record with many report addresses may not fit.',
    'A backslash is not kept as it is and refused here before anything is asked.',
    'To limit the token to DMARC records delegate _dmarc to a domain in a team of its own.',
  ],
} as const satisfies ProviderDescriptor;

/**
 * DigitalOcean, as its OpenAPI specification (github.com/digitalocean/openapi, "Domain Records") documents it; what TXT
 * records may hold is not documented and follows what DNSControl's tests met on a real account.
 */
export const digitalocean = providerModule({
  descriptor,
  options: DigitalOceanOptions,
  create: (options) => new DigitalOceanProvider(options),
});

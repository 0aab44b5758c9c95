import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { GODADDY_ACCESS } from './godaddy-client.js';
import { GODADDY_CAPABILITIES, GodaddyProvider } from './godaddy-provider.js';
import { GODADDY_URL, GodaddyOptions } from './options.js';

/** As in GoDaddy's reference of its Domains API, version 1. */
const descriptor = {
  id: 'godaddy',
  title: 'GoDaddy',
  docs: 'https://developer.godaddy.com/doc/endpoint/domains',
  credentials: 'https://developer.godaddy.com/keys',
  leastPrivilege:
    'A production key of its own. It reaches everything in the account; for less give another account delegate access to these domains, or delegate _dmarc to a zone elsewhere.',
  tested: 'emulator',
  options: [
    {
      name: 'apiKey',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Key of the production environment, not of OTE.',
      env: ['GODADDY_API_KEY'],
    },
    {
      name: 'apiSecret',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Its secret.',
      env: ['GODADDY_API_SECRET'],
    },
    ...apiOptionDescriptors(GODADDY_URL),
  ],
  capabilities: GODADDY_CAPABILITIES,
  notes: [
    `${GODADDY_ACCESS}. Others are answered ACCESS_DENIED.`,
    'The shortest TTL is 600 seconds.',
    'The whole TXT set at the name is sent with each change; records beside the DMARC record are sent as they stand.',
  ],
} as const satisfies ProviderDescriptor;

export const godaddy = providerModule({
  descriptor,
  options: GodaddyOptions,
  create: (options) => new GodaddyProvider(options),
});

import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { PORKBUN_URL, PorkbunOptions } from './options.js';
import { PORKBUN_CAPABILITIES, PorkbunProvider } from './porkbun-provider.js';

/** As in Porkbun's documentation of its JSON API, version 3, and its pages for programs (porkbun.com/llms). */
const descriptor = {
  id: 'porkbun',
  title: 'Porkbun',
  docs: 'https://porkbun.com/api/json/v3/documentation',
  credentials: 'https://porkbun.com/account/api',
  leastPrivilege:
    'A key of its own, limited by the gear beside it to these domains and to the addresses of this service. It may still do everything with them, not only DNS.',
  tested: 'emulator',
  options: [
    {
      name: 'apiKey',
      kind: 'text',
      required: true,
      secret: true,
      help: 'The public half of the key, pk1_….',
      env: ['PORKBUN_API_KEY'],
    },
    {
      name: 'secretApiKey',
      kind: 'text',
      required: true,
      secret: true,
      help: 'The secret half, sk1_….',
      env: ['PORKBUN_SECRET_API_KEY'],
    },
    ...apiOptionDescriptors(PORKBUN_URL),
  ],
  capabilities: PORKBUN_CAPABILITIES,
  notes: [
    'API access is off for each domain until it is switched on in the details of the domain.',
    'It keeps a zone for every domain of the account, also for those that other name servers serve: a change there succeeds and does nothing, which only asking DNS shows.',
    'The shortest TTL is 600 seconds.',
  ],
} as const satisfies ProviderDescriptor;

export const porkbun = providerModule({
  descriptor,
  options: PorkbunOptions,
  create: (options) => new PorkbunProvider(options),
});

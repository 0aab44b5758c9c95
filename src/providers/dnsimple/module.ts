import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { DNSIMPLE_CAPABILITIES, DnsimpleProvider } from './dnsimple-provider.js';
import { DNSIMPLE_URL, DnsimpleOptions } from './options.js';

/** As in DNSimple's documentation of its API, version 2: zones, zone records, and the support article on TXT records. */
const descriptor = {
  id: 'dnsimple',
  title: 'DNSimple',
  docs: 'https://developer.dnsimple.com/v2/zones/records/',
  credentials: 'https://support.dnsimple.com/articles/api-access-token/',
  leastPrivilege:
    'An account token, not a user token, with the scope Zones: full access for the selected zones and no other scope. Plans without scoped tokens have only tokens for the whole account.',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'Account access token.',
      env: ['DNSIMPLE_OAUTH_TOKEN', 'DNSIMPLE_TOKEN'],
    },
    {
      name: 'account',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Number of the account; without it the one that the token belongs to.',
      env: ['DNSIMPLE_ACCOUNT', 'DNSIMPLE_ACCOUNT_ID'],
    },
    ...apiOptionDescriptors(DNSIMPLE_URL),
  ],
  capabilities: DNSIMPLE_CAPABILITIES,
  notes: [
    'A TXT record holds 1000 characters at the most, quotes included.',
    'To try it out set url to https://api.sandbox.dnsimple.com, with a token of a sandbox account.',
    'The sandbox cannot say when its servers have a change.',
    'Where the zone has integrated zones at other providers DNSimple changes the record there, too.',
    'An ALIAS record at the name is refused like a CNAME.',
  ],
} as const satisfies ProviderDescriptor;

export const dnsimple = providerModule({
  descriptor,
  options: DnsimpleOptions,
  create: (options) => new DnsimpleProvider(options),
});

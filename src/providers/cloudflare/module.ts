import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { CLOUDFLARE_CAPABILITIES, CloudflareProvider } from './cloudflare-provider.js';
import { CLOUDFLARE_API, CloudflareOptions } from './options.js';

const descriptor = {
  id: 'cloudflare',
  title: 'Cloudflare',
  docs: 'https://developers.cloudflare.com/api/resources/dns/subresources/records/',
  credentials: 'https://dash.cloudflare.com/profile/api-tokens',
  leastPrivilege:
    'An API token with the permissions Zone:Read and DNS:Edit, its zone resources limited to the zones that are managed here; never the Global API Key. A second token as zoneToken may hold Zone:Read alone, and the first then needs DNS:Edit only.',
  tested: 'emulator',
  options: [
    {
      name: 'token',
      kind: 'text',
      required: true,
      secret: true,
      help: 'API token with DNS:Edit, and Zone:Read unless zoneToken is given.',
      env: ['CF_DNS_API_TOKEN', 'CLOUDFLARE_DNS_API_TOKEN', 'CLOUDFLARE_API_TOKEN'],
    },
    {
      name: 'zoneToken',
      kind: 'text',
      required: false,
      secret: true,
      help: 'API token with Zone:Read, to find zones with; token without it.',
      env: ['CF_ZONE_API_TOKEN', 'CLOUDFLARE_ZONE_API_TOKEN'],
    },
    {
      name: 'account',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Account id, where the token sees zones of one name in several accounts.',
      env: ['CLOUDFLARE_ACCOUNT_ID', 'CF_ACCOUNT_ID'],
    },
    ...apiOptionDescriptors(CLOUDFLARE_API),
  ],
  capabilities: CLOUDFLARE_CAPABILITIES,
  notes: [
    'Only an active zone of type full is used: the records of a pending, moved, partial (CNAME set-up) or secondary zone are not served by Cloudflare, or not changed there.',
    'A TTL of automatic is served as 300 seconds and stays automatic when the record is changed. Comments, tags and settings of a record stay, too.',
    'Cloudflare shows the value in quotes, and one of more than 255 bytes in several; DNS serves it without them.',
    'Switching on DMARC Management adds an address of Cloudflare to the same record; this service then sees another record than it wrote, holds and asks.',
    'Zones of Enterprise plans may hold a TTL below 60 seconds; it stays, but none is set here.',
  ],
} as const satisfies ProviderDescriptor;

/**
 * Cloudflare, as its API reference (developers.cloudflare.com/api, version 4) and "DNS record types" document it; the
 * forms of TXT content and the error codes are those that public clients (lego, libdns, DNSControl) met.
 */
export const cloudflare = providerModule({
  descriptor,
  options: CloudflareOptions,
  create: (options) => new CloudflareProvider(options),
});

import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { AzureProvider } from './azure-provider.js';
import { AZURE_URL, AzureOptions, IDENTITY_URL, LOGIN_URL } from './options.js';

/** Follows the REST reference of Azure DNS, 2018-05-01: zones and record sets. */
const descriptor = {
  id: 'azure',
  title: 'Azure DNS',
  docs: 'https://learn.microsoft.com/en-us/rest/api/dns/',
  credentials: 'https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
  leastPrivilege:
    'An app registration or a managed identity with the role "DNS Zone Contributor" on the one record set (…/dnszones/example.com/TXT/_dmarc as the scope of the assignment) and "Reader" on its zone. Set resourceGroup and zone then: finding the zone by its name needs Microsoft.Network/dnsZones/read on the resource group or the subscription.',
  tested: 'emulator',
  options: [
    {
      name: 'subscriptionId',
      kind: 'text',
      required: true,
      secret: false,
      help: 'The subscription that holds the zones.',
      env: ['AZURE_SUBSCRIPTION_ID'],
    },
    {
      name: 'resourceGroup',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Only zones of this resource group; all of the subscription without it.',
      env: ['AZURE_RESOURCE_GROUP'],
    },
    {
      name: 'zone',
      kind: 'text',
      required: false,
      secret: false,
      help: 'The one zone to use, in that resource group; nothing is listed then.',
      env: ['AZURE_ZONE_NAME'],
    },
    {
      name: 'tenantId',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Directory of the app registration; goes with clientSecret.',
      env: ['AZURE_TENANT_ID'],
    },
    {
      name: 'clientId',
      kind: 'text',
      required: false,
      secret: false,
      help: 'ID of the app registration; without a clientSecret that of a user-assigned managed identity.',
      env: ['AZURE_CLIENT_ID'],
    },
    {
      name: 'clientSecret',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Its secret. Without it the managed identity of the machine.',
      env: ['AZURE_CLIENT_SECRET'],
    },
    {
      name: 'loginUrl',
      kind: 'address',
      required: false,
      secret: false,
      help: `Where tokens are given; ${LOGIN_URL} without it. Other clouds have their own, as they have another url.`,
      env: [],
    },
    {
      name: 'identityUrl',
      kind: 'address',
      required: false,
      secret: false,
      help: `Where managed identities get tokens; ${IDENTITY_URL} without it.`,
      env: [],
    },
    ...apiOptionDescriptors(AZURE_URL),
  ],
  capabilities: {
    unit: 'rrset',
    compare: 'server',
    replace: 'atomic',
    ttl: { least: 1, most: 2_147_483_647, only: null },
    txt: { form: 'strings', longest: 4096, refuses: ['non-ascii'] },
    scope: 'record',
    completion: 'at-once',
    rateLimit:
      'that of Azure Resource Manager: 12,000 reads and 1,200 writes an hour for each subscription and principal',
  },
  notes: [
    'Secrets of app registrations expire, after two years at the most. A managed identity has none.',
    'All TXT records of one name together hold 4096 characters.',
    'The metadata of a record set stays when its records change.',
    'A read-only lock on the zone or its resource group makes every change fail.',
    'Zones of the same name in two resource groups are refused unless resourceGroup names one.',
  ],
} as const satisfies ProviderDescriptor;

export const azure = providerModule({
  descriptor,
  options: AzureOptions,
  create: (options) => new AzureProvider(options, descriptor.capabilities),
});

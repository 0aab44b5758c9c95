import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { LONGEST_TXT } from '../txt-codec.js';
import { GoogleProvider } from './google-provider.js';
import { GOOGLE_URL, GoogleOptions } from './options.js';

/** Follows the reference of the Cloud DNS API v1: managedZones, resourceRecordSets, changes. */
const descriptor = {
  id: 'google',
  title: 'Google Cloud DNS',
  docs: 'https://cloud.google.com/dns/docs/reference/rest/v1',
  credentials: 'https://console.cloud.google.com/iam-admin/serviceaccounts',
  leastPrivilege:
    'A service account with a custom role on the one managed zone (gcloud dns managed-zones set-iam-policy): dns.managedZones.get, dns.resourceRecordSets.list, dns.resourceRecordSets.create, dns.resourceRecordSets.update, dns.resourceRecordSets.delete, dns.changes.create, dns.changes.get. Set managedZone then: finding the zone by its name needs dns.managedZones.list on the whole project. Limited further only by giving _dmarc a zone of its own.',
  tested: 'emulator',
  options: [
    {
      name: 'project',
      kind: 'text',
      required: false,
      secret: false,
      help: 'ID of the project that holds the zones; without it that of the key file, else what the surroundings say.',
      env: ['GCE_PROJECT', 'GOOGLE_CLOUD_PROJECT'],
    },
    {
      name: 'serviceAccount',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Content of a key file in JSON. Without it Application Default Credentials: the file GOOGLE_APPLICATION_CREDENTIALS names, those of gcloud, or the metadata server.',
      env: ['GCE_SERVICE_ACCOUNT'],
    },
    {
      name: 'managedZone',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Name (not the domain) of the one managed zone to use.',
      env: ['GCE_ZONE_ID'],
    },
    ...apiOptionDescriptors(GOOGLE_URL),
  ],
  capabilities: {
    unit: 'rrset',
    compare: 'server',
    replace: 'atomic',
    ttl: { least: 1, most: 2_147_483_647, only: null },
    txt: { form: 'quoted', longest: LONGEST_TXT, refuses: ['non-ascii'] },
    scope: 'zone',
    completion: 'polled',
    rateLimit:
      'a number of requests a minute for each project, which its page of quotas shows; asked here at most 50 times at once, then 5 times a second',
  },
  notes: [
    'Only public zones count. Two public zones of one name are refused unless managedZone names one.',
    'A TXT set with a routing policy (weighted, by place, failover) is left alone.',
    'Cloud DNS says "done" when its servers have been told, not when they answer so; they are asked in any case.',
  ],
} as const satisfies ProviderDescriptor;

export const google = providerModule({
  descriptor,
  options: GoogleOptions,
  create: (options) => new GoogleProvider(options, descriptor.capabilities),
});

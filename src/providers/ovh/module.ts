import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { OVH_CAPABILITIES, OvhProvider } from './ovh-provider.js';
import { OvhOptions } from './options.js';

/** As in OVHcloud's API console (/domain, its IAM actions), its guides, and the signing of its own clients. */
const descriptor = {
  id: 'ovh',
  title: 'OVHcloud',
  docs: 'https://eu.api.ovh.com/console/?section=%2Fdomain&branch=v1',
  credentials: 'https://eu.api.ovh.com/createToken/',
  leastPrivilege:
    'Keys with these rights and no other (your zone in place of example.com): GET /domain/zone, GET /domain/zone/example.com, GET /domain/zone/example.com/record, GET, PUT /domain/zone/example.com/record/*, POST /domain/zone/example.com/record, POST /domain/zone/example.com/refresh. Or a service account with an IAM policy on the zone that allows dnsZone:apiovh:get, record/get, record/create, record/edit and refresh.',
  tested: 'emulator',
  options: [
    {
      name: 'endpoint',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Where the account is: ovh-eu, ovh-ca or ovh-us; ovh-eu without it.',
      env: ['OVH_ENDPOINT'],
    },
    {
      name: 'applicationKey',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Application key; together with applicationSecret and consumerKey.',
      env: ['OVH_APPLICATION_KEY'],
    },
    {
      name: 'applicationSecret',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Application secret, which signs each request.',
      env: ['OVH_APPLICATION_SECRET'],
    },
    {
      name: 'consumerKey',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Consumer key, which carries the rights.',
      env: ['OVH_CONSUMER_KEY'],
    },
    {
      name: 'clientId',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Client of a service account; together with clientSecret, in place of the three keys.',
      env: ['OVH_CLIENT_ID'],
    },
    {
      name: 'clientSecret',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Secret of the service account.',
      env: ['OVH_CLIENT_SECRET'],
    },
    {
      name: 'url',
      kind: 'address',
      required: false,
      secret: false,
      help: 'Address of the API; that of the endpoint without it.',
      env: [],
    },
    {
      name: 'tokenUrl',
      kind: 'address',
      required: false,
      secret: false,
      help: 'Where tokens of a service account are made; that of the endpoint without it.',
      env: [],
    },
    {
      name: 'timeoutMs',
      kind: 'number',
      required: false,
      secret: false,
      help: 'Milliseconds for one request; 10000 without it.',
      env: [],
    },
  ],
  capabilities: OVH_CAPABILITIES,
  notes: [
    'A change is served only once the zone has been refreshed, which each write ends with. When that fails, the record stands in the account, and the next try refreshes the zone again. A refresh publishes all that was changed in the zone meanwhile.',
    'A record of OVH’s own type DMARC is changed in place and keeps its type. That type knows fewer tags than DMARC has: when OVH refuses a change, replace the record by one of type TXT in the control panel.',
    'Requests are signed with the time; the server’s own is asked for, so that a clock that is wrong does no harm.',
  ],
} as const satisfies ProviderDescriptor;

export const ovh = providerModule({
  descriptor,
  options: OvhOptions,
  create: (options) => new OvhProvider(options),
});

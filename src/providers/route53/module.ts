import { apiOptionDescriptors } from '../api/api-options.js';
import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { Route53Options, ROUTE53_URL } from './options.js';
import { Route53Provider } from './route53-provider.js';

/** Follows the API reference of 2013-04-01 and the developer guide's page on record types. */
const descriptor = {
  id: 'route53',
  title: 'Amazon Route 53',
  docs: 'https://docs.aws.amazon.com/Route53/latest/APIReference/Welcome.html',
  credentials: 'https://console.aws.amazon.com/iam/home#/users',
  leastPrivilege:
    'A policy with route53:ListHostedZonesByName and route53:GetChange on *, route53:GetHostedZone and route53:ListResourceRecordSets on the zone, and route53:ChangeResourceRecordSets on the zone (arn:aws:route53:::hostedzone/ID) under the condition ForAllValues:StringEquals with route53:ChangeResourceRecordSetsNormalizedRecordNames ["_dmarc.example.com"], route53:ChangeResourceRecordSetsRecordTypes ["TXT"] and route53:ChangeResourceRecordSetsActions ["CREATE", "DELETE"]: it can then change nothing but that one record set. With hostedZoneId ListHostedZonesByName is not needed.',
  tested: 'emulator',
  options: [
    {
      name: 'accessKeyId',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Without it credentials are looked for where all AWS tools look: AWS_ACCESS_KEY_ID and its like, AWS_PROFILE, shared files, web identity, container or instance role.',
      env: [],
    },
    {
      name: 'secretAccessKey',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Goes with accessKeyId.',
      env: [],
    },
    {
      name: 'sessionToken',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Of temporary keys.',
      env: [],
    },
    {
      name: 'profile',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Profile of the shared AWS files; one with role_arn assumes that role.',
      env: [],
    },
    {
      name: 'roleArn',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Role to assume with these credentials, as for zones of another account.',
      env: ['AWS_ASSUME_ROLE_ARN'],
    },
    {
      name: 'externalId',
      kind: 'text',
      required: false,
      secret: false,
      help: 'What the trust policy of that role asks for.',
      env: ['AWS_EXTERNAL_ID'],
    },
    {
      name: 'region',
      kind: 'text',
      required: false,
      secret: false,
      help: 'Route 53 is global; the region only chooses the partition (cn-north-1: China). us-east-1 without it.',
      env: ['AWS_REGION'],
    },
    {
      name: 'hostedZoneId',
      kind: 'text',
      required: false,
      secret: false,
      help: 'The one zone to use, where an account has several of one name.',
      env: ['AWS_HOSTED_ZONE_ID'],
    },
    ...apiOptionDescriptors(ROUTE53_URL),
    {
      name: 'stsUrl',
      kind: 'address',
      required: false,
      secret: false,
      help: 'Address of STS, where roles are assumed; that of the region without it.',
      env: [],
    },
  ],
  capabilities: {
    unit: 'rrset',
    compare: 'server',
    replace: 'atomic',
    ttl: { least: 0, most: 2_147_483_647, only: null },
    txt: { form: 'quoted', longest: 4000, refuses: [] },
    scope: 'record',
    completion: 'polled',
    rateLimit:
      '50 requests at once and 10 a second for the whole account, shared with all other tools; half of it is used',
  },
  notes: [
    'Only public zones count. Two public zones of one name are refused unless hostedZoneId names one.',
    'A TXT set with a routing policy (weighted, latency, failover, …) or an alias target is left alone.',
    'A record set protection on the name makes every change fail; take it away first.',
    'Temporary keys in AWS_SESSION_TOKEN expire while the service runs. An instance or container role, a profile or roleArn is renewed.',
  ],
} as const satisfies ProviderDescriptor;

export const route53 = providerModule({
  descriptor,
  options: Route53Options,
  create: (options) => new Route53Provider(options, descriptor.capabilities),
});

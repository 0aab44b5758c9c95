import type { ProviderDescriptor } from '../../ports/provider-descriptor.js';
import { providerModule } from '../provider-module.js';
import { WebhookOptions } from './options.js';
import { WEBHOOK_CAPABILITIES, WebhookProvider } from './webhook-provider.js';

const descriptor = {
  id: 'webhook',
  title: 'A server of your own (webhook)',
  docs: 'https://www.standardwebhooks.com/',
  credentials: null,
  leastPrivilege:
    'The server decides what it takes: let it refuse every name but the _dmarc names it is meant for, and keep the credentials of the DNS to itself.',
  tested: 'real-server',
  options: [
    {
      name: 'url',
      kind: 'address',
      required: true,
      secret: false,
      help: 'Address under which the routes /check, /zone, /read and /replace stand.',
      env: ['DNS_WEBHOOK_URL'],
    },
    {
      name: 'token',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Sent as a bearer token; this or signingSecret.',
      env: ['DNS_WEBHOOK_TOKEN'],
    },
    {
      name: 'signingSecret',
      kind: 'text',
      required: false,
      secret: true,
      help: 'Signs each request as Standard Webhooks has it (whsec_… or any text); this or token.',
      env: ['DNS_WEBHOOK_SIGNING_SECRET'],
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
  capabilities: WEBHOOK_CAPABILITIES,
  notes: [
    'Four routes, all POST with JSON of the type application/vnd.dmarc-ratchet.dns.v1+json; docs/examples/webhook-server.mjs is a whole server.',
    '5xx and a broken connection are tried again later, 4xx are final, 409 says that another record stands there than expected.',
    'Compare `expected` under a lock before you write and two writers can never cross; say so by `compares` in the answer to /check.',
  ],
} as const satisfies ProviderDescriptor;

/** For anything else: the operator's own server speaks to the DNS. The protocol stands in `webhook-client.ts`. */
export const webhook = providerModule({
  descriptor,
  options: WebhookOptions,
  create: (options) => new WebhookProvider(options),
});

import { z } from 'zod';
import type { ProviderDescriptor } from '../descriptor.js';

export const PowerDnsOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  apiKey: z.string().regex(/^[\x21-\x7e]+$/),
  server: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('localhost'),
  timeoutMs: z.int().min(100).max(120_000).default(10_000),
});
export type PowerDnsOptions = z.infer<typeof PowerDnsOptions>;

export const descriptor = {
  id: 'powerdns',
  title: 'PowerDNS Authoritative Server (HTTP API)',
  docs: 'https://doc.powerdns.com/authoritative/http-api/',
  leastPrivilege:
    'The API key may change every zone of the server. To limit it to one zone use the type rfc2136 with TSIG-ALLOW-DNSUPDATE, which also lets the server itself compare and swap.',
  options: [
    {
      name: 'url',
      required: true,
      secret: false,
      help: 'Address of the web server: https://ns1.example.com:8081',
    },
    { name: 'apiKey', required: true, secret: true, help: 'The api-key of its configuration.' },
    { name: 'server', required: false, secret: false, help: 'Server id; localhost without it.' },
    {
      name: 'timeoutMs',
      required: false,
      secret: false,
      help: 'Milliseconds for one request; 10000 without it.',
    },
  ],
} as const satisfies ProviderDescriptor;

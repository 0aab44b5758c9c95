import { z } from 'zod';
import type { ProviderDescriptor } from '../descriptor.js';
import { TSIG_ALGORITHMS } from './tsig.js';

export const Rfc2136Options = z.strictObject({
  server: z.string().min(1),
  port: z.int().min(1).max(65_535).default(53),
  keyName: z.string().regex(/^[A-Za-z0-9_.-]{1,253}$/),
  keyAlgorithm: z.enum(TSIG_ALGORITHMS).default('hmac-sha256'),
  keySecret: z.base64().min(4),
  signQueries: z.boolean().default(true),
  timeoutMs: z.int().min(100).max(120_000).default(10_000),
});
export type Rfc2136Options = z.infer<typeof Rfc2136Options>;

export const descriptor = {
  id: 'rfc2136',
  title: 'DNS UPDATE with TSIG (BIND, Knot, PowerDNS, Windows, Infoblox, …)',
  docs: 'https://www.rfc-editor.org/rfc/rfc2136',
  leastPrivilege:
    'A key that may change TXT at _dmarc alone. BIND: update-policy { grant KEY name _dmarc.example.com. TXT; };',
  options: [
    { name: 'server', required: true, secret: false, help: 'Name or address of the primary server.' },
    { name: 'port', required: false, secret: false, help: 'Its TCP port; 53 without it.' },
    { name: 'keyName', required: true, secret: false, help: 'Name of the TSIG key.' },
    {
      name: 'keyAlgorithm',
      required: false,
      secret: false,
      help: `${TSIG_ALGORITHMS.join(', ')}; the first without it.`,
    },
    { name: 'keySecret', required: true, secret: true, help: 'Secret of the key in base64.' },
    {
      name: 'signQueries',
      required: false,
      secret: false,
      help: 'Sign what is only read, too; true without it. For servers that choose a view by the key.',
    },
    {
      name: 'timeoutMs',
      required: false,
      secret: false,
      help: 'Milliseconds for one exchange; 10000 without it.',
    },
  ],
} as const satisfies ProviderDescriptor;

import { z } from 'zod';

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

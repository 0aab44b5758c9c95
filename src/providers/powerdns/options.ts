import { z } from 'zod';
import { Address } from '../api/api-options.js';

export const PowerDnsOptions = z.strictObject({
  url: Address,
  apiKey: z.string().regex(/^[\x21-\x7e]+$/),
  server: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('localhost'),
  timeoutMs: z.int().min(100).max(120_000).default(10_000),
});
export type PowerDnsOptions = z.infer<typeof PowerDnsOptions>;

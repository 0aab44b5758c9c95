import { z } from 'zod';
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

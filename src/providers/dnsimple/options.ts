import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const DNSIMPLE_URL = 'https://api.dnsimple.com';

export const DnsimpleOptions = z.strictObject({
  token: Credential,
  account: z.union([z.int().positive().transform(String), z.string().regex(/^[1-9]\d{0,15}$/)]).optional(),
  ...apiOptions(DNSIMPLE_URL),
});
export type DnsimpleOptions = z.infer<typeof DnsimpleOptions>;

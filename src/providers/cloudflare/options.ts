import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const CLOUDFLARE_API = 'https://api.cloudflare.com/client/v4';

export const CloudflareOptions = z.strictObject({
  token: Credential,
  zoneToken: Credential.optional(),
  account: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  ...apiOptions(CLOUDFLARE_API),
});
export type CloudflareOptions = z.infer<typeof CloudflareOptions>;

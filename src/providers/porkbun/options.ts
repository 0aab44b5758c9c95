import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const PORKBUN_URL = 'https://api.porkbun.com/api/json/v3';

export const PorkbunOptions = z.strictObject({
  apiKey: Credential,
  secretApiKey: Credential,
  ...apiOptions(PORKBUN_URL),
});
export type PorkbunOptions = z.infer<typeof PorkbunOptions>;

import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const GODADDY_URL = 'https://api.godaddy.com';

export const GodaddyOptions = z.strictObject({
  apiKey: Credential,
  apiSecret: Credential,
  ...apiOptions(GODADDY_URL),
});
export type GodaddyOptions = z.infer<typeof GodaddyOptions>;

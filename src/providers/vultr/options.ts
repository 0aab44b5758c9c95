import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const VULTR_API = 'https://api.vultr.com/v2';

export const VultrOptions = z.strictObject({
  apiKey: Credential,
  ...apiOptions(VULTR_API),
});
export type VultrOptions = z.infer<typeof VultrOptions>;

import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const DIGITALOCEAN_API = 'https://api.digitalocean.com/v2';

export const DigitalOceanOptions = z.strictObject({
  token: Credential,
  ...apiOptions(DIGITALOCEAN_API),
});
export type DigitalOceanOptions = z.infer<typeof DigitalOceanOptions>;

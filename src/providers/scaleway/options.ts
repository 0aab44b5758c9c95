import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const SCALEWAY_URL = 'https://api.scaleway.com';

export const ScalewayOptions = z.strictObject({ secretKey: Credential, ...apiOptions(SCALEWAY_URL) });
export type ScalewayOptions = z.infer<typeof ScalewayOptions>;

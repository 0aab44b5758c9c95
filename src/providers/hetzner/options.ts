import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const HETZNER_API = 'https://api.hetzner.cloud/v1';

export const HetznerOptions = z.strictObject({ token: Credential, ...apiOptions(HETZNER_API) });
export type HetznerOptions = z.infer<typeof HetznerOptions>;

import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const GANDI_API = 'https://api.gandi.net/v5/livedns';

export const GandiOptions = z.strictObject({ token: Credential, ...apiOptions(GANDI_API) });
export type GandiOptions = z.infer<typeof GandiOptions>;

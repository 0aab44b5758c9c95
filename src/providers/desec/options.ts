import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const DESEC_API = 'https://desec.io/api/v1';

export const DesecOptions = z.strictObject({ token: Credential, ...apiOptions(DESEC_API) });
export type DesecOptions = z.infer<typeof DesecOptions>;

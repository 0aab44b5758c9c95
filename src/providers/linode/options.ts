import { z } from 'zod';
import { apiOptions, Credential } from '../api/api-options.js';

export const LINODE_URL = 'https://api.linode.com/v4';

export const LinodeOptions = z.strictObject({ token: Credential, ...apiOptions(LINODE_URL) });
export type LinodeOptions = z.infer<typeof LinodeOptions>;

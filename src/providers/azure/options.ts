import { z } from 'zod';
import { apiOptions, Credential, TokenAddress } from '../api/api-options.js';

export const AZURE_URL = 'https://management.azure.com';
export const LOGIN_URL = 'https://login.microsoftonline.com';
/** Azure's own machines find their identity there; it is reached from nowhere else. */
export const IDENTITY_URL = 'http://169.254.169.254';

const Guid = z.string().regex(/^[0-9a-fA-F-]{36}$/, 'an ID such as 11111111-2222-3333-4444-555555555555');

export const AzureOptions = z
  .strictObject({
    subscriptionId: Guid,
    resourceGroup: z
      .string()
      .regex(/^[\w.()-]{1,90}$/)
      .optional(),
    zone: z
      .string()
      .transform((given) => given.toLowerCase().replace(/\.$/, ''))
      .pipe(z.string().regex(/^[a-z0-9_.-]{1,253}$/))
      .optional(),
    tenantId: z
      .string()
      .regex(/^[\w.-]{1,253}$/)
      .optional(),
    clientId: Guid.optional(),
    clientSecret: Credential.optional(),
    loginUrl: TokenAddress.default(LOGIN_URL),
    identityUrl: apiOptions(IDENTITY_URL).url,
    ...apiOptions(AZURE_URL),
  })
  .refine((given) => given.zone === undefined || given.resourceGroup !== undefined, {
    path: ['resourceGroup'],
    message: 'a zone is named within its resource group',
  })
  .refine(
    (given) =>
      given.clientSecret === undefined || (given.tenantId !== undefined && given.clientId !== undefined),
    { path: ['clientSecret'], message: 'it goes with tenantId and clientId' },
  );
export type AzureOptions = z.infer<typeof AzureOptions>;

import { z } from 'zod';
import { Address, apiOptions, Credential, TokenAddress } from '../api/api-options.js';

/** Where each region's API is, and where its access tokens are made. */
export const OVH_ENDPOINTS = {
  'ovh-eu': { url: 'https://eu.api.ovh.com/1.0', tokenUrl: 'https://www.ovh.com/auth/oauth2/token' },
  'ovh-ca': { url: 'https://ca.api.ovh.com/1.0', tokenUrl: 'https://ca.ovh.com/auth/oauth2/token' },
  'ovh-us': { url: 'https://api.us.ovhcloud.com/1.0', tokenUrl: 'https://us.ovhcloud.com/auth/oauth2/token' },
} as const;

export const OvhOptions = z
  .strictObject({
    endpoint: z.enum(['ovh-eu', 'ovh-ca', 'ovh-us']).default('ovh-eu'),
    applicationKey: Credential.optional(),
    applicationSecret: Credential.optional(),
    consumerKey: Credential.optional(),
    clientId: Credential.optional(),
    clientSecret: Credential.optional(),
    url: Address.optional(),
    tokenUrl: TokenAddress.optional(),
    timeoutMs: apiOptions(OVH_ENDPOINTS['ovh-eu'].url).timeoutMs,
  })
  .refine((options) => credentialsOf(options) !== null, {
    message: 'either applicationKey, applicationSecret and consumerKey, or clientId and clientSecret',
  });
export type OvhOptions = z.infer<typeof OvhOptions>;

/** Keys that sign each request. */
export interface OvhKeys {
  readonly kind: 'keys';
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly consumerKey: string;
}

/** A service account, whose tokens are asked for. */
export interface OvhServiceAccount {
  readonly kind: 'service-account';
  readonly clientId: string;
  readonly clientSecret: string;
}

type Given = {
  readonly [Name in Exclude<keyof OvhKeys | keyof OvhServiceAccount, 'kind'>]?: string | undefined;
};

/** Which of the two kinds the options name; null: neither wholly, or both. */
export function credentialsOf(options: Given): OvhKeys | OvhServiceAccount | null {
  const { applicationKey, applicationSecret, consumerKey, clientId, clientSecret } = options;
  const hasKey = [applicationKey, applicationSecret, consumerKey].some((key) => key !== undefined);
  const hasClient = [clientId, clientSecret].some((part) => part !== undefined);
  if (hasKey === hasClient) return null;
  if (clientId !== undefined && clientSecret !== undefined) {
    return { kind: 'service-account', clientId, clientSecret };
  }
  if (applicationKey === undefined || applicationSecret === undefined || consumerKey === undefined)
    return null;
  return { kind: 'keys', applicationKey, applicationSecret, consumerKey };
}

import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { AccessTokens, TokenAnswer } from '../api/access-tokens.js';
import { ApiClient } from '../api/api-client.js';
import { tokenByClientCredentials } from '../api/client-credentials.js';
import type { AzureOptions } from './options.js';

const Complaint = z.object({ error_description: z.string() });

/** Access tokens for Azure Resource Manager, of an app registration or of the machine's own identity. */
export function azureTokens(options: AzureOptions): AccessTokens {
  const { clientSecret, loginUrl, tenantId = '', clientId = '', url, timeoutMs } = options;
  if (clientSecret === undefined) {
    const identity = identityClient(options);
    return new AccessTokens(() => identityToken(identity, options));
  }
  const tokenUrl = `${loginUrl}/${tenantId}/oauth2/v2.0/token`;
  const scope = `${url}/.default`;
  const issuer = 'Azure';
  return new AccessTokens(() =>
    tokenByClientCredentials({ issuer, tokenUrl, clientId, clientSecret, scope, timeoutMs }),
  );
}

function identityClient({ identityUrl, timeoutMs }: AzureOptions): ApiClient {
  return new ApiClient({
    url: identityUrl,
    timeoutMs,
    headers: async () => ({ Metadata: 'true' }),
    secrets: [],
    explain: (status, json) => {
      const message = Complaint.safeParse(json).data?.error_description ?? null;
      // 404 and 410: the endpoint is being renewed; 400 and the rest: there is no such identity.
      return { message, kind: [404, 410].includes(status) || status >= 500 ? 'transient' : 'auth' };
    },
  });
}

/** That of the machine or the container; clientId chooses one of several. */
async function identityToken(
  identity: ApiClient,
  { clientId, url, timeoutMs }: AzureOptions,
): Promise<TokenAnswer> {
  const query = {
    'api-version': '2018-02-01',
    resource: `${url}/`,
    ...(clientId === undefined ? {} : { client_id: clientId }),
  };
  const path = '/metadata/identity/oauth2/token';
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await identity.json({ method: 'GET', path, query }, TokenAnswer, deadline);
  } catch (error) {
    const fault = error instanceof DnsProviderError ? error.fault : SILENT;
    const words = error instanceof DnsProviderError ? error.message : 'it does not answer';
    const outside = fault.kind === 'transient' ? ' (outside Azure set clientSecret)' : '';
    throw new DnsProviderError(`no token from the managed identity: ${words}${outside}`, fault);
  }
}

const SILENT = { kind: 'transient', mayBeApplied: false } as const;

import type { Route53 } from '@aws-sdk/client-route-53';
import { assumeRole } from './assume-role.js';
import type { Route53Options } from './options.js';

/** For the SDK's search for credentials, which else reads a shared file once in the life of a process. */
const READ_ANEW = { ignoreCache: true } as const;

/** One attempt a request: what failed is tried again by whoever decides. Without keys it looks where all AWS tools look. */
export async function loadSdk(options: Route53Options): Promise<Route53> {
  const { Route53 } = await import('@aws-sdk/client-route-53');
  const { profile, roleArn, region, url } = options;
  const common = { region, maxAttempts: 1, ...(url === undefined ? {} : { endpoint: url }) };
  const caller = new Route53({
    ...common,
    ...READ_ANEW,
    ...staticKeys(options),
    ...(profile === undefined ? {} : { profile }),
  });
  if (roleArn === undefined) return caller;
  return new Route53({ ...common, credentials: () => assumeRole(caller, roleArn, options) });
}

function staticKeys({ accessKeyId, secretAccessKey, sessionToken }: Route53Options) {
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  const session = sessionToken === undefined ? {} : { sessionToken };
  return { credentials: { accessKeyId, secretAccessKey, ...session } };
}

import type { Route53 } from '@aws-sdk/client-route-53';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { withoutSecrets } from '../api/api-client.js';
import { readBody } from '../api/read-body.js';
import type { Route53Options } from './options.js';

/** Seconds; the longest that a role allows unless it is told otherwise. */
const SESSION = 3600;

const Answer = z.object({
  AssumeRoleResponse: z.object({
    AssumeRoleResult: z.object({
      Credentials: z.object({
        AccessKeyId: z.string().min(1),
        SecretAccessKey: z.string().min(1),
        SessionToken: z.string().min(1),
        Expiration: z.iso.datetime({ offset: true }),
      }),
    }),
  }),
});
const Refusal = z.object({
  ErrorResponse: z.object({ Error: z.object({ Code: z.string(), Message: z.string() }) }),
});
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

/** Temporary keys. */
interface RoleKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/**
 * Keys of a role for an hour (STS, AssumeRole of 2011-06-15), asked for with the keys of `caller`, by whose signer the
 * request is signed. Throws DnsProviderError `auth`, `forbidden` or `transient`.
 */
export async function assumeRole(
  caller: Route53,
  roleArn: string,
  { externalId, region, stsUrl, timeoutMs }: Route53Options,
): Promise<RoleKeys> {
  const partition = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(stsUrl ?? `https://sts.${region}.${partition}`);
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: 'dmarc-ratchet',
    DurationSeconds: String(SESSION),
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  }).toString();
  const headers = await signedHeaders(caller, { url, body, region });
  const { status, text } = await post(url, { headers, body, timeoutMs });
  const answer = status === 200 ? Answer.safeParse(parsed(text)).data : undefined;
  if (answer === undefined) throw refusedRole(status, text);
  const keys = answer.AssumeRoleResponse.AssumeRoleResult.Credentials;
  return {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
    expiration: new Date(keys.Expiration),
  };
}

async function signedHeaders(
  caller: Route53,
  { url, body, region }: { readonly url: URL; readonly body: string; readonly region: string },
): Promise<Readonly<Record<string, string>>> {
  const scheme = { name: 'sigv4', signingName: 'sts', signingRegion: region, properties: {} };
  const signer = await caller.config.signer(scheme);
  const signed = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const { host: _setByFetch, ...headers } = signed.headers;
  return headers;
}

async function post(
  url: URL,
  request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly timeoutMs: number;
  },
): Promise<{ readonly status: number; readonly text: string }> {
  const { headers, body, timeoutMs } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return { status: answer.status, text: await readBody(answer) };
  } catch {
    const fault = { kind: 'transient', mayBeApplied: false } as const;
    throw new DnsProviderError('the role could not be assumed: STS could not be reached', fault);
  }
}

function refusedRole(status: number, text: string): DnsProviderError {
  const refusal = Refusal.safeParse(parsed(text)).data?.ErrorResponse.Error;
  const words = refusal === undefined ? `status ${status}` : `${refusal.Code}: ${refusal.Message}`;
  const message = `the role could not be assumed: ${withoutSecrets(words, [])}`;
  if (status === 429 || status >= 500 || status === 200 || refusal?.Code === 'Throttling') {
    return new DnsProviderError(message, { kind: 'transient', mayBeApplied: false });
  }
  return new DnsProviderError(message, { kind: refusal?.Code === 'AccessDenied' ? 'forbidden' : 'auth' });
}

function parsed(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    return undefined;
  }
}

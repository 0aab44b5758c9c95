import { z } from 'zod';
import type { OAuth2Config } from './config.js';
import { FilePath } from './named-fields.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Secrets travel there: in the clear only on the machine itself. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username } = new URL(text);
  if (username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

const Secret = z.string().min(1).max(10_000).optional();

/** OAuth2 instead of a password (RFC 6749). */
export const OAuth2Settings = z
  .strictObject({
    provider: z.enum(['google', 'microsoft', 'other']).meta({
      description: 'Who gives the tokens; `other` needs tokenUrl',
    }),
    tenant: z
      .string()
      .regex(/^[\w.-]{1,253}$/)
      .optional()
      .meta({
        description:
          'Microsoft: directory id or domain; must be given without a refresh token, else `common`',
        'x-allowed': 'an id or a domain name',
      }),
    clientId: z.string().min(1).max(500).meta({ description: 'Client id of the app that was registered' }),
    clientSecret: Secret.meta({
      description: 'Its secret; better as `${NAME}` or `clientSecretFile`. Public clients have none',
      'x-secret': true,
    }),
    clientSecretFile: FilePath.optional().meta({ description: 'File that holds the secret' }),
    refreshToken: Secret.meta({
      description:
        'From signing in once as the mailbox’s user. One that the server replaces is kept in memory only, so the one given here must stay valid: those of Google and Microsoft do. Without it the app signs in as itself (client credentials: not with Google)',
      'x-secret': true,
    }),
    refreshTokenFile: FilePath.optional().meta({ description: 'File that holds the refresh token' }),
    tokenUrl: z
      .string()
      .max(2000)
      .refine(isSafeUrl, 'this is no https URL (http is for loopback only)')
      .optional()
      .meta({
        description: 'Token endpoint, where it is not the usual one of the provider',
        'x-allowed': 'an https URL',
      }),
    scope: z.string().min(1).max(2000).optional().meta({
      description:
        'Scope of the tokens; Microsoft: `https://outlook.office365.com/.default` without a refresh token, else IMAP.AccessAsUser.All; others: what was granted',
    }),
  })
  .superRefine((given, context) => {
    for (const { path, message } of problemsIn(given))
      context.addIssue({ code: 'custom', path: [path], message });
  });
export type OAuth2Settings = z.infer<typeof OAuth2Settings>;

type Field = 'tenant' | 'clientSecret' | 'refreshToken' | 'tokenUrl';
type Given = Pick<OAuth2Settings, Field | 'provider' | 'clientSecretFile' | 'refreshTokenFile'>;

function problemsIn(given: Given): readonly { readonly path: Field; readonly message: string }[] {
  const { provider, tenant, tokenUrl, clientSecret, clientSecretFile, refreshToken, refreshTokenFile } =
    given;
  const hasSecret = clientSecret !== undefined || clientSecretFile !== undefined;
  const signsInAsItself = refreshToken === undefined && refreshTokenFile === undefined;
  const problems: readonly (readonly [boolean, Field, string])[] = [
    [
      clientSecret !== undefined && clientSecretFile !== undefined,
      'clientSecret',
      'give clientSecret or clientSecretFile, not both',
    ],
    [
      refreshToken !== undefined && refreshTokenFile !== undefined,
      'refreshToken',
      'give refreshToken or refreshTokenFile, not both',
    ],
    [provider === 'other' && tokenUrl === undefined, 'tokenUrl', 'provider other needs it'],
    [
      provider === 'google' && signsInAsItself,
      'refreshToken',
      'Google needs refreshToken or refreshTokenFile',
    ],
    [
      provider === 'microsoft' && signsInAsItself && tenant === undefined && tokenUrl === undefined,
      'tenant',
      'Microsoft needs it when there is no refreshToken',
    ],
    [signsInAsItself && !hasSecret, 'clientSecret', 'give it, or a refreshToken'],
  ];
  return problems.flatMap(([isWrong, path, message]) => (isWrong ? [{ path, message }] : []));
}

interface Secrets {
  readonly clientSecret: string | null;
  readonly refreshToken: string | null;
}

/** With what is usual at the provider filled in. */
export function completeOAuth2(given: OAuth2Settings, secrets: Secrets): OAuth2Config {
  const { provider, clientId, tenant = 'common', tokenUrl, scope } = given;
  const rest = { clientId, ...secrets };
  switch (provider) {
    case 'google':
      return {
        ...rest,
        tokenUrl: tokenUrl ?? 'https://oauth2.googleapis.com/token',
        scope: scope ?? null,
        clientAuthentication: 'post',
      };
    case 'microsoft':
      return {
        ...rest,
        tokenUrl: tokenUrl ?? `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
        scope: scope ?? microsoftScope(secrets),
        clientAuthentication: 'post',
      };
    case 'other':
      // RFC 6749 2.3.1: every server must take HTTP Basic
      return { ...rest, tokenUrl: tokenUrl ?? '', scope: scope ?? null, clientAuthentication: 'basic' };
  }
}

function microsoftScope({ refreshToken }: Secrets): string {
  return refreshToken === null
    ? 'https://outlook.office365.com/.default'
    : 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access';
}

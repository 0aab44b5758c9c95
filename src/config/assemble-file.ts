import { LADDERS, type Ladder } from '../core/rollout/ladder.js';
import { hashToken, type AccessToken } from './access-token.js';
import type { DomainConfig, FileConfig, MailboxConfig, ProviderConfig } from './config.js';
import { completeOAuth2 } from './mailbox-oauth2.js';
import { completeSettings } from './rollout-settings.js';
import type { Lookup } from './expand-environment.js';
import { completeOptions, type CredentialSources } from './provider-credentials.js';
import type { SettingsFile } from './settings-file.js';

/** Reads a secret's file, relative to the settings file; a problem is noted under `path` and '' comes back. */
export type ReadSecret = (file: string, path: readonly PropertyKey[]) => string;

/** Where a provider's options come from that the file doesn't give. */
export interface Elsewhere {
  readonly readSecret: ReadSecret;
  readonly lookup: Lookup;
  readonly credentials: CredentialSources;
}

function assembleDomain(
  given: SettingsFile['domains'][number],
  ladders: readonly Ladder[],
  onlyProvider: string,
): DomainConfig {
  const { name, provider, ladder, ...settings } = given;
  return {
    domain: name,
    provider: provider ?? onlyProvider,
    // checkReferences has refused names that no ladder has
    ladder: ladders.find((candidate) => candidate.name === ladder) ?? LADDERS.gradual,
    settings: completeSettings(settings),
  };
}

function assembleMailbox(
  given: SettingsFile['mailboxes'][number],
  index: number,
  readSecret: ReadSecret,
): MailboxConfig {
  const { password, passwordFile, tlsCaFile, oauth2, authservId, port, ...rest } = given;
  const read = (file: string | undefined, ...path: readonly string[]): string | null =>
    file === undefined ? null : readSecret(file, ['mailboxes', index, ...path]);
  return {
    ...rest,
    port: port ?? (given.tls === 'implicit' ? 993 : 143),
    tlsCa: read(tlsCaFile, 'tlsCaFile'),
    password: password ?? read(passwordFile, 'passwordFile'),
    oauth2:
      oauth2 === undefined
        ? null
        : completeOAuth2(oauth2, {
            clientSecret: oauth2.clientSecret ?? read(oauth2.clientSecretFile, 'oauth2', 'clientSecretFile'),
            refreshToken: oauth2.refreshToken ?? read(oauth2.refreshTokenFile, 'oauth2', 'refreshTokenFile'),
          }),
    authservId: authservId ?? null,
  };
}

function assembleProvider(
  given: SettingsFile['providers'][number],
  index: number,
  { readSecret, lookup, credentials }: Elsewhere,
): ProviderConfig {
  const { name, type, ...options } = given;
  const readFile = (file: string, option: string): string => readSecret(file, ['providers', index, option]);
  return { name, type, options: completeOptions(options, credentials.get(type) ?? [], lookup, readFile) };
}

function assembleToken(given: SettingsFile['tokens'][number]): AccessToken {
  return { name: given.name, role: given.role, sha256: given.sha256 ?? hashToken(given.token ?? '') };
}

/** The parsed file with references resolved, secrets read and defaults filled in. */
export function assembleFile(file: SettingsFile, elsewhere: Elsewhere): FileConfig {
  const ladders = [...Object.values(LADDERS), ...file.ladders];
  const onlyProvider = file.providers[0]?.name ?? '';
  return {
    domains: file.domains.map((domain) => assembleDomain(domain, ladders, onlyProvider)),
    mailboxes: file.mailboxes.map((mailbox, index) => assembleMailbox(mailbox, index, elsewhere.readSecret)),
    providers: file.providers.map((provider, index) => assembleProvider(provider, index, elsewhere)),
    ladders,
    notifications: file.notifications.map((channel) => ({ ...channel, secret: channel.secret ?? null })),
    tokens: file.tokens.map(assembleToken),
    dns: file.dns,
    limits: file.limits,
    retention: file.retention,
    attributes: file.attributes,
  };
}

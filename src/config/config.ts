import type { NoticeEvent } from '../core/rollout/audit.js';
import type { Ladder } from '../core/rollout/ladder.js';
import type { RolloutSettings } from '../core/rollout/rollout.js';
import type { AccessToken } from './access-token.js';
import type { Environment } from './environment.js';

export interface DomainConfig {
  readonly domain: string;
  readonly provider: string;
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
}

export interface OAuth2Config {
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: string | null;
  /** How the secret is sent (RFC 6749 2.3.1). */
  readonly clientAuthentication: 'post' | 'basic';
  /** Null: client credentials. */
  readonly refreshToken: string | null;
  /** Null: what was granted. */
  readonly scope: string | null;
}

export interface MailboxConfig {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM; null: the authorities that the system knows. */
  readonly tlsCa: string | null;
  readonly user: string;
  /** Null: OAuth2. */
  readonly password: string | null;
  readonly oauth2: OAuth2Config | null;
  readonly folder: string;
  /** Further ones. */
  readonly folders: readonly string[];
  readonly reportFolder: string;
  readonly failedFolder: string;
  readonly otherFolder: string;
  readonly authservId: string | null;
  readonly pollSeconds: number;
  readonly maxMessageBytes: number;
}

/** Caps on what reports may hold. */
export interface LimitsConfig {
  readonly attachmentBytes: number;
  readonly documentBytes: number;
  readonly inflatedBytes: number;
  readonly ratio: number;
  readonly entries: number;
  readonly nesting: number;
  readonly rows: number;
  readonly textLength: number;
  readonly elementNesting: number;
}

/** Days that things are kept. */
export interface RetentionConfig {
  readonly originals: number;
  readonly rows: number;
  readonly evidence: number;
}

export interface ProviderConfig {
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface NotificationConfig {
  readonly name: string;
  readonly type: 'webhook' | 'slack';
  readonly url: string;
  readonly secret: string | null;
  readonly events: readonly NoticeEvent[];
}

export interface DnsConfig {
  /** `host:port` or `host`; empty: the resolvers of the operating system. */
  readonly resolvers: readonly string[];
  readonly authorities: readonly { readonly zone: string; readonly servers: readonly string[] }[];
  readonly timeoutMs: number;
  readonly tries: number;
}

/** What the settings file says, checked and with its references resolved. */
export interface FileConfig {
  readonly domains: readonly DomainConfig[];
  readonly mailboxes: readonly MailboxConfig[];
  readonly providers: readonly ProviderConfig[];
  /** The built-in ladders and those of the file. */
  readonly ladders: readonly Ladder[];
  readonly notifications: readonly NotificationConfig[];
  readonly tokens: readonly AccessToken[];
  readonly dns: DnsConfig;
  readonly limits: LimitsConfig;
  readonly retention: RetentionConfig;
  /** `asnZone` null: nobody is asked about networks. */
  readonly attributes: { readonly ptr: boolean; readonly asnZone: string | null };
}

/** All settings, checked and frozen. */
export interface Config extends FileConfig {
  /** Absolute path of the settings file that was read; null: none. */
  readonly configFile: string | null;
  /** Absolute. */
  readonly dataDir: string;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** Null: the queues live in PostgreSQL. */
  readonly redisUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly role: 'all' | 'api' | 'worker';
  /** Nothing is written to any DNS provider. */
  readonly isDryRun: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Own token of this machine, for the command line; null: none was set. */
  readonly apiToken: string | null;
}

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

export interface MailboxConfig {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  readonly reportFolder: string;
  readonly otherFolder: string;
  readonly authservId: string | null;
  readonly pollSeconds: number;
  readonly maxMessageBytes: number;
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
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Own token of this machine, for the command line; null: none was set. */
  readonly apiToken: string | null;
}

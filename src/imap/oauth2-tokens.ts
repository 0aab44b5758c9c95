import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  None,
  processClientCredentialsResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  ResponseBodyError,
  type ClientAuth,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { askTokenServer, NoAnswer } from './oauth2-answer.js';
import { OAuth2Error, refusedToken } from './oauth2-error.js';

export interface OAuth2Options {
  /** Token endpoint; https, but for loopback. */
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Null: a public client (RFC 6749 2.1). */
  readonly clientSecret: string | null;
  /** How the secret is sent (RFC 6749 2.3.1). */
  readonly clientAuthentication: 'post' | 'basic';
  /** Null: the client's own credentials are the grant (RFC 6749 4.4). */
  readonly refreshToken: string | null;
  /** Null: what was granted. */
  readonly scope: string | null;
}

/** Access tokens of one account. */
export abstract class AccessTokens {
  /** One that is valid for a while. Throws OAuth2Error. */
  abstract current(): Promise<string>;
  /** Another one than that which a server has refused. Throws OAuth2Error. */
  abstract renewed(refused: string): Promise<string>;
}

/** Milliseconds before its end at which a token is no longer used. */
const SPARE = 60_000;
/** Seconds that a token lives when the server doesn't say so, and at most. */
const USUAL_LIFE = 300;
const LONGEST_LIFE = 86_400;
/** RFC 6750 2.1 is narrower; nothing but printable ASCII can stand in a SASL message (RFC 7628 3.1). */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

interface Token {
  readonly text: string;
  /** Instant from which on another is needed. */
  readonly until: number;
}

/**
 * Tokens from an OAuth2 server, kept until shortly before they expire; all callers share one request. A refresh token
 * that the server replaces is used from then on, until the process ends.
 */
export class OAuth2Tokens extends AccessTokens {
  private token: Token | null = null;
  private pending: Promise<string> | null = null;
  private refreshToken: string | null;

  /** `mailbox`: its name, for errors. `now`: milliseconds. */
  constructor(
    private readonly mailbox: string,
    private readonly options: OAuth2Options,
    private readonly now: () => number = Date.now,
  ) {
    super();
    this.refreshToken = options.refreshToken;
  }

  override async current(): Promise<string> {
    if (this.token !== null && this.token.until > this.now()) return this.token.text;
    return this.request();
  }

  override async renewed(refused: string): Promise<string> {
    if (this.token?.text === refused) this.token = null;
    return this.current();
  }

  private request(): Promise<string> {
    this.pending ??= this.requestAlone().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  private async requestAlone(): Promise<string> {
    try {
      const answer = await this.grant();
      if (!TOKEN.test(answer.access_token)) throw new NoAnswer('the token server gives no usable token');
      const life = Math.min(answer.expires_in ?? USUAL_LIFE, LONGEST_LIFE) * 1000;
      this.token = { text: answer.access_token, until: this.now() + life - Math.min(SPARE, life / 2) };
      this.refreshToken = answer.refresh_token ?? this.refreshToken;
      return this.token.text;
    } catch (error) {
      throw this.explained(error);
    }
  }

  private async grant(): Promise<TokenEndpointResponse> {
    const { tokenUrl, clientId: client_id, scope } = this.options;
    const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
    const client = { client_id };
    const parameters = new URLSearchParams(scope === null ? {} : { scope });
    const transport = { [customFetch]: askTokenServer, [allowInsecureRequests]: isLoopback(tokenUrl) };
    if (this.refreshToken === null) {
      const response = await clientCredentialsGrantRequest(
        server,
        client,
        this.proof(),
        parameters,
        transport,
      );
      return processClientCredentialsResponse(server, client, response);
    }
    const more = { ...transport, additionalParameters: parameters };
    const response = await refreshTokenGrantRequest(server, client, this.proof(), this.refreshToken, more);
    return processRefreshTokenResponse(server, client, response);
  }

  private proof(): ClientAuth {
    const { clientSecret, clientAuthentication } = this.options;
    if (clientSecret === null) return None();
    return clientAuthentication === 'post' ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
  }

  /** The library's own errors hold the answer: they are not kept as the cause. */
  private explained(error: unknown): OAuth2Error {
    if (error instanceof ResponseBodyError) return refusedToken(this.mailbox, error.error);
    if (error instanceof NoAnswer)
      return new OAuth2Error(`mailbox ${this.mailbox}: OAuth2: ${error.message}`, 'unreachable');
    return new OAuth2Error(
      `mailbox ${this.mailbox}: OAuth2: the token server’s answer is not one of RFC 6749`,
      'bad-answer',
    );
  }
}

/** Nobody listens in between on the machine itself. */
function isLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
}

import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenRequest {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

export interface TokenAnswer {
  readonly status: number;
  /** An object is sent as JSON. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An OAuth2 server on loopback: gives tokens (RFC 6749), and tells an IMAP server which are valid (RFC 7662). */
export interface TokenServer {
  readonly tokenUrl: string;
  readonly introspectionUrl: string;
  /** What was asked of the token endpoint. */
  readonly requests: readonly TokenRequest[];
  /** Answers instead of the usual; null: the usual. Never resolves: no answer comes. */
  answer: ((request: TokenRequest) => TokenAnswer | Promise<TokenAnswer>) | null;
  /** Seconds. */
  expiresIn: number;
  /** Given along with each token. */
  refreshToken: string | null;
  /** From now on no token given so far is valid. */
  revokeAll(): void;
  stop(): Promise<void>;
}

/** `user`: whose mailbox its tokens open. */
export async function startTokenServer(user: string): Promise<TokenServer> {
  const requests: TokenRequest[] = [];
  const valid = new Set<string>();
  let count = 0;
  const usual = (): TokenAnswer => {
    count += 1;
    const token = `access-token-${count}-${'x'.repeat(1000)}`;
    valid.add(token);
    const refresh = server.refreshToken === null ? {} : { refresh_token: server.refreshToken };
    const body = { access_token: token, token_type: 'Bearer', expires_in: server.expiresIn, ...refresh };
    return { status: 200, body };
  };
  const listener = http.createServer((request, response) => {
    void read(request).then(async (text) => {
      const form = Object.fromEntries(new URLSearchParams(text));
      const asked = { form, authorization: request.headers.authorization };
      if (request.url === '/introspect') {
        send(response, { status: 200, body: { active: valid.has(form['token'] ?? ''), email: user } });
        return;
      }
      requests.push(asked);
      send(response, await (server.answer?.(asked) ?? usual()));
    });
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const server: TokenServer = {
    tokenUrl: `${base}/token`,
    introspectionUrl: `${base}/introspect`,
    requests,
    answer: null,
    expiresIn: 3600,
    refreshToken: null,
    revokeAll: () => valid.clear(),
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
  return server;
}

async function read(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: http.ServerResponse, { status, body, headers = {} }: TokenAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

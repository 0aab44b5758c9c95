import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { z } from 'zod';

const Body = z.object({
  timestamp: z.iso.datetime(),
  data: z.object({ domain: z.string(), event: z.string(), text: z.string() }),
});

/** What the service told by webhook. */
export interface HeardNotice {
  readonly at: string;
  readonly domain: string;
  readonly event: string;
  readonly text: string;
}

/** Somebody's chat room: takes signed notices, as Standard Webhooks has them. */
export interface NoticeListener {
  readonly url: string;
  /** Notices with a valid signature, and requests without. */
  counts(): { readonly valid: number; readonly invalid: number };
  stop(): Promise<void>;
}

const LONGEST_BODY = 64 * 1024;

/** `secret`: base64. `onNotice` is called once for each notice, however often it is delivered. */
export async function listenForNotices(
  secret: string,
  onNotice: (notice: HeardNotice) => void,
): Promise<NoticeListener> {
  const seen = new Set<string>();
  let invalid = 0;
  const server = http.createServer((request, response) => {
    void readBody(request).then((body) => {
      const id = String(request.headers['webhook-id'] ?? '');
      const notice = isSigned(secret, id, request.headers, body) ? parse(body) : null;
      if (notice === null) invalid += 1;
      else if (!seen.has(id)) onNotice(notice);
      if (notice !== null) seen.add(id);
      response.writeHead(notice === null ? 401 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/notices`,
    counts: () => ({ valid: seen.size, invalid }),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > LONGEST_BODY) return '';
      chunks.push(bytes);
    }
  } catch {
    return ''; // the other side went away; nothing signed can come of it
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isSigned(secret: string, id: string, headers: http.IncomingHttpHeaders, body: string): boolean {
  const wanted = createHmac('sha256', Buffer.from(secret, 'base64'))
    .update(`${id}.${String(headers['webhook-timestamp'])}.${body}`)
    .digest();
  const [, given = ''] = /^v1,([A-Za-z0-9+/=]+)$/.exec(String(headers['webhook-signature'])) ?? [];
  const bytes = Buffer.from(given, 'base64');
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
}

function parse(body: string): HeardNotice | null {
  try {
    const { timestamp, data } = Body.parse(JSON.parse(body));
    return { at: timestamp, ...data };
  } catch {
    return null;
  }
}

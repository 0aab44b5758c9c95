import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/core/rollout/audit.js';
import { ChannelNotifier, type Channel } from '../../src/notify/channel-notifier.js';
import type { Clock } from '../../src/ports/clock.js';
import { freePort } from '../lab/free-port.js';

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const clock: Clock = { now: () => Date.parse('2026-03-01T12:00:00.500Z') };
const notice: Notice = {
  key: 'k',
  at: Date.parse('2026-03-01T11:00:00Z'),
  domain: 'example.com',
  event: 'stepped-back',
  text: 'newsletter <!channel> & co fail at 203.0.113.7',
  before: 'v=DMARC1; p=reject',
  after: 'v=DMARC1; p=quarantine',
};

let server: Server;
let origin = '';
let received: Received[] = [];
let answer: (response: ServerResponse) => void = (response) => response.end('ok');

beforeEach(async () => {
  received = [];
  answer = (response) => response.end('ok');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function notifier(channel: Partial<Channel>, timeoutMs = 5000): ChannelNotifier {
  const all: Channel = {
    name: 'ops',
    type: 'webhook',
    url: `${origin}/hooks/s3cret?key=s3cret`,
    secret: null,
    events: ['stepped-back', 'held'],
    ...channel,
  };
  return new ChannelNotifier([all], clock, timeoutMs);
}

async function failureOf(work: Promise<void>): Promise<Error> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

describe('a webhook channel', () => {
  it.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
    ['a plain passphrase', Buffer.from('a plain passphrase')],
  ])('signs what it sends with the key of %s', async (secret, key) => {
    await notifier({ secret }).deliver('ops', notice, 'msg_7');
    const [got] = received;
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'msg_7',
      'webhook-timestamp': '1772366400',
    });
    const signed = `msg_7.1772366400.${got?.body}`;
    expect(got?.headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(JSON.parse(got?.body ?? '')).toEqual({
      type: 'domain.stepped-back',
      timestamp: '2026-03-01T11:00:00.000Z',
      data: {
        domain: 'example.com',
        event: 'stepped-back',
        text: notice.text,
        before: 'v=DMARC1; p=reject',
        after: 'v=DMARC1; p=quarantine',
      },
    });
  });

  it('sends no signature without a secret', async () => {
    await notifier({}).deliver('ops', notice, 'msg_7');
    expect(received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it('is not told what it did not ask for', async () => {
    await notifier({ events: ['completed'] }).deliver('ops', notice, 'msg_7');
    expect(received).toEqual([]);
  });
});

describe('a Slack channel', () => {
  it('sends text that cannot ping anybody', async () => {
    await notifier({ type: 'slack' }).deliver('ops', notice, 'msg_7');
    const message = JSON.parse(received[0]?.body ?? '') as {
      text: string;
      blocks: { text: { type: string } }[];
    };
    expect(message.text).toBe(
      'Policy stepped back: example.com. newsletter &lt;!channel&gt; &amp; co fail at 203.0.113.7',
    );
    expect(message.blocks.map((block) => block.text.type)).toEqual([
      'plain_text',
      'plain_text',
      'plain_text',
    ]);
  });
});

describe('what goes wrong', () => {
  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['a refusal', (response) => response.writeHead(403).end(), /answered 403/],
    ['a server error', (response) => response.writeHead(503).end('x'.repeat(100_000)), /answered 503/],
    [
      'a redirect, which is not followed',
      (response) => response.writeHead(307, { location: '/other' }).end(),
      /answered 307/,
    ],
    ['a connection that breaks', (response) => response.destroy(), /POST to http:\/\/127\.0\.0\.1:\d+ \w+/],
    ['silence', () => undefined, /timed out/],
  ])('%s', async (_, reply, message) => {
    answer = reply;
    const error = await failureOf(notifier({ secret: 's3cret' }, 500).deliver('ops', notice, 'msg_7'));
    expect(error.message).toMatch(message);
    expect(`${error.stack} ${String(error.cause)}`).not.toContain('s3cret');
    expect(received).toHaveLength(1);
  });

  it('nobody listening', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const error = await failureOf(notifier({ url: `${dead}/s3cret` }).deliver('ops', notice, 'm'));
    expect(error.message).toBe(`POST to ${dead} ECONNREFUSED`);
  });

  it('is told after each try, and that it is over', async () => {
    const told: (readonly [string, string | null])[] = [];
    const channel = { name: 'ops', type: 'webhook', url: origin, secret: null, events: ['held'] } as const;
    const ops = new ChannelNotifier(
      [channel],
      clock,
      5000,
      (name, trouble) => void told.push([name, trouble]),
    );
    const held = { ...notice, event: 'held' } as const;
    answer = (response) => response.writeHead(500).end();
    await failureOf(ops.deliver('ops', held, 'msg_1'));
    answer = (response) => response.writeHead(204).end();
    await ops.deliver('ops', held, 'msg_1');
    expect(told).toEqual([
      ['ops', expect.stringContaining('answered 500')],
      ['ops', null],
    ]);
  });

  it('a channel that left the settings', async () => {
    const error = await failureOf(notifier({}).deliver('gone', notice, 'm'));
    expect(error.message).toBe('no notification channel is named gone');
  });
});

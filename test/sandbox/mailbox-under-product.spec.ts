import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImapMailbox } from '../../src/imap/imap-mailbox.js';
import type { WaitingMail } from '../../src/ports/report-mailbox.js';
import { startImapServer, type ImapServer } from '../../src/sandbox/imap-server/imap-server.js';

const LOGIN = { user: 'dmarc', pass: 'secret' };
const AT = Date.parse('2026-02-03T04:05:06Z');

let server: ImapServer;
let mailbox: ImapMailbox;

beforeEach(async () => {
  server = await startImapServer(LOGIN);
  mailbox = new ImapMailbox({
    name: 'reports',
    host: '127.0.0.1',
    port: server.port,
    tls: 'none',
    tlsCa: null,
    accessTokens: null,
    pollSeconds: 60,
    user: LOGIN.user,
    password: LOGIN.pass,
    folder: 'INBOX',
    reportFolder: 'dmarc-ratchet/reports',
    failedFolder: 'dmarc-ratchet/failed',
    otherFolder: 'dmarc-ratchet/other',
    maxMessageBytes: 2000,
  });
});

afterEach(async () => {
  await mailbox.close();
  await server.stop();
});

function mail(index: number): Buffer {
  return Buffer.from(`Subject: mail ${index}\r\n\r\nbody ${index}\r\n`);
}

async function waitingMail(): Promise<readonly WaitingMail[]> {
  const { uidValidity, uids } = await mailbox.scan();
  return mailbox.fetch(uidValidity, uids);
}

describe('the mailbox of the sandbox under the product’s own', () => {
  it('day after day gives each mail once and moves it where it belongs', async () => {
    for (let day = 0; day < 20; day += 1) {
      for (let index = 0; index < 15; index += 1) server.deliver(mail(index), AT + day);
      const waiting = await waitingMail();
      expect(waiting.map(({ raw }) => raw && Buffer.from(raw).toString())).toEqual(
        Array.from({ length: 15 }, (_, index) => mail(index).toString()),
      );
      const positions = waiting.map(({ position }) => position);
      await mailbox.settle(positions.slice(0, 14), 'report');
      await mailbox.settle(positions.slice(14), 'not-a-report');
    }
    expect(server.messages('INBOX')).toEqual([]);
    expect(server.messages('dmarc-ratchet/reports')).toHaveLength(20 * 14);
    expect(server.messages('dmarc-ratchet/other')).toHaveLength(20);
    expect(server.messages('dmarc-ratchet/other')[0]?.raw.equals(mail(14))).toBe(true);
  });

  it('gives mail over the limit without its content', async () => {
    server.deliver(Buffer.concat([mail(1), Buffer.alloc(3000, 'x')]), AT);
    const [one] = await waitingMail();
    expect(one).toMatchObject({ raw: null, receivedAt: Math.floor(AT / 1000) * 1000 });
    expect(one?.size).toBeGreaterThan(3000);
  });

  it('tells of new mail while it is watched', async () => {
    const ending = new AbortController();
    const told = new Promise<string>((resolve) => {
      void mailbox.watch(() => resolve('mail'), ending.signal);
    });
    const delivery = setInterval(() => server.deliver(mail(1), AT), 50);
    expect(await told).toBe('mail');
    clearInterval(delivery);
    ending.abort();
  });
});

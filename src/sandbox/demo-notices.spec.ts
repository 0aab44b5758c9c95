import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendWebhook } from '../notify/webhook.js';
import { listenForNotices, type HeardNotice, type NoticeListener } from './demo-notices.js';

const SECRET = Buffer.from('a secret of the demo').toString('base64');
const NOTICE = {
  key: 'k',
  at: Date.parse('2026-02-03T04:05:06Z'),
  domain: 'a.example',
  event: 'strengthened',
  text: 'now at p=quarantine',
  before: null,
  after: null,
} as const;

let listener: NoticeListener;
let heard: HeardNotice[];

beforeEach(async () => {
  heard = [];
  listener = await listenForNotices(SECRET, (notice) => heard.push(notice));
});
afterEach(async () => listener.stop());

function deliver(secret: string): Promise<void> {
  return sendWebhook(NOTICE, {
    url: listener.url,
    secret: `whsec_${secret}`,
    dispatchId: 'msg_1',
    at: NOTICE.at,
    timeoutMs: 3000,
  });
}

describe('the listener for notices', () => {
  it('takes what the service signs, once', async () => {
    await deliver(SECRET);
    await deliver(SECRET);
    expect(heard).toEqual([
      { at: '2026-02-03T04:05:06.000Z', domain: 'a.example', event: 'strengthened', text: NOTICE.text },
    ]);
    expect(listener.counts()).toEqual({ valid: 1, invalid: 0 });
  });

  it('refuses a wrong key, no signature, and a signed body that is no notice', async () => {
    await expect(deliver(Buffer.from('another').toString('base64'))).rejects.toThrow(/401/);
    await fetch(listener.url, { method: 'POST', body: '{}' });
    const signature = createHmac('sha256', Buffer.from(SECRET, 'base64')).update('i.1.{}').digest('base64');
    const headers = { 'webhook-id': 'i', 'webhook-timestamp': '1', 'webhook-signature': `v1,${signature}` };
    const answer = await fetch(listener.url, { method: 'POST', body: '{}', headers });
    expect(answer.status).toBe(401);
    expect(heard).toEqual([]);
    expect(listener.counts()).toEqual({ valid: 0, invalid: 3 });
  });
});

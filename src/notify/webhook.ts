import { createHmac } from 'node:crypto';
import type { Instant } from '../core/instant.js';
import type { Notice } from '../core/rollout/audit.js';
import { postJson } from './post-json.js';

export interface WebhookDelivery {
  readonly url: string;
  /** Null: not signed. `whsec_…` is base64, anything else is taken as it is. */
  readonly secret: string | null;
  readonly dispatchId: string;
  /** When it is sent. */
  readonly at: Instant;
  readonly timeoutMs: number;
}

function keyOf(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64');
}

/** `v1,<base64>`: HMAC-SHA-256 over `id.timestamp.body`, as Standard Webhooks has it. Timestamp in seconds. */
export function signWebhook(secret: string, id: string, timestamp: number, body: string): string {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${signature}`;
}

/** Sends a notice as signed JSON. The id stays the same over retries, so that receivers can drop repeats. */
export async function sendWebhook(notice: Notice, delivery: WebhookDelivery): Promise<void> {
  const { url, secret, dispatchId, timeoutMs } = delivery;
  const timestamp = Math.floor(delivery.at / 1000);
  const body = JSON.stringify({
    type: `domain.${notice.event}`,
    timestamp: new Date(notice.at).toISOString(),
    data: {
      domain: notice.domain,
      event: notice.event,
      text: notice.text,
      before: notice.before,
      after: notice.after,
    },
  });
  const signature: Record<string, string> =
    secret === null ? {} : { 'webhook-signature': signWebhook(secret, dispatchId, timestamp, body) };
  const headers = { 'webhook-id': dispatchId, 'webhook-timestamp': String(timestamp), ...signature };
  await postJson({ url, body, headers, timeoutMs });
}

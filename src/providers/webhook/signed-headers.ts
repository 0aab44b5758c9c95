import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * Headers that prove who sent a body and when: HMAC-SHA-256 over `id.timestamp.body`, as Standard Webhooks has it, so
 * that the libraries which check it can be used. `now` is in ms; the secret's part behind `whsec_` is base64, any other
 * secret is taken as it is.
 */
export function signedHeaders(
  secret: string,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

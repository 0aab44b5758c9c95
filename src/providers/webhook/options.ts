import { z } from 'zod';
import { Address, Credential } from '../api/api-options.js';

export const WebhookOptions = z
  .strictObject({
    url: Address,
    token: Credential.optional(),
    signingSecret: Credential.optional(),
    timeoutMs: z.int().min(100).max(120_000).default(10_000),
  })
  .refine(({ token, signingSecret }) => (token === undefined) !== (signingSecret === undefined), {
    path: ['token'],
    error: 'give a token or a signingSecret, one of the two',
  });
export type WebhookOptions = z.infer<typeof WebhookOptions>;

import { z } from 'zod';
import type { ApiComplaint } from '../api/api-client.js';

/** Of each answer only what is used; each stands in an envelope that says whether it is a success. */
const PageInfo = z.object({ per_page: z.int().min(1), total_count: z.int().min(0) });
export type CloudflarePageInfo = z.infer<typeof PageInfo>;

const Zone = z.object({
  id: z.string().min(1),
  name: z.string(),
  status: z.string(),
  type: z.string(),
  name_servers: z.array(z.string()).nullish(),
  vanity_name_servers: z.array(z.string()).nullish(),
});
export type CloudflareZone = z.infer<typeof Zone>;

const Entry = z.object({
  id: z.string().min(1),
  type: z.string(),
  name: z.string(),
  ttl: z.int(),
  content: z.string().optional(),
});
export type CloudflareEntry = z.infer<typeof Entry>;

export const ZonePage = z.object({
  success: z.literal(true),
  result: z.array(Zone),
  result_info: PageInfo,
});

export const EntryPage = z.object({
  success: z.literal(true),
  result: z.array(Entry),
  result_info: PageInfo,
});

export const Written = z.object({ success: z.literal(true), result: z.object({ id: z.string() }) });

const Failure = z.object({
  errors: z.array(
    z.object({
      code: z.int(),
      message: z.string(),
      error_chain: z.array(z.object({ code: z.int(), message: z.string() })).optional(),
    }),
  ),
});

/** Codes that tell more than the status: a token that can't be read (400), an unknown zone (400 or 404). */
const KINDS: ReadonlyMap<number, ApiComplaint['kind']> = new Map([
  [1000, 'auth'],
  [6003, 'auth'],
  [7000, 'zone-not-found'],
  [7003, 'zone-not-found'],
  // The record went, or another came, between reading and writing.
  [81044, 'conflict'],
  [81053, 'conflict'],
  [81054, 'conflict'],
  [81057, 'conflict'],
  [81058, 'conflict'],
]);

/** What Cloudflare says of a refusal. The same code stands for a token that is unknown and for one that may not. */
export function explainCloudflare(_status: number, json: unknown): ApiComplaint {
  const failure = Failure.safeParse(json);
  if (!failure.success) return { message: null };
  const { errors } = failure.data;
  const complaints = errors.flatMap((error) => [error, ...(error.error_chain ?? [])]);
  const message = complaints.map(({ code, message: words }) => `${words} (${code})`).join('; ') || null;
  const isUnknownToken = errors.some((error) => error.code === 9109 && /access token/i.test(error.message));
  const kind = isUnknownToken ? 'auth' : errors.map(({ code }) => KINDS.get(code)).find(Boolean);
  return kind === undefined ? { message } : { message, kind };
}

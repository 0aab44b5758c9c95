import { z } from 'zod';
import type { ApiComplaint } from '../api/api-client.js';

const Pages = z.object({ pagination: z.object({ next_page: z.int().positive().nullish() }) });

const Zone = z.object({
  id: z.int().positive(),
  name: z.string(),
  /** Seconds; what record sets without a TTL of their own have. */
  ttl: z.int().positive(),
  /** Hetzner only copies a `secondary` zone from elsewhere. */
  mode: z.string(),
  authoritative_nameservers: z.object({ assigned: z.array(z.string()) }),
});
export type HetznerZone = z.infer<typeof Zone>;
export const ZonePage = z.object({ zones: z.array(Zone), meta: Pages });
export const OneZone = z.object({ zone: Zone });

const RRset = z.object({
  name: z.string(),
  type: z.string(),
  /** Null: the zone's. */
  ttl: z.int().positive().nullable(),
  records: z.array(z.object({ value: z.string(), comment: z.string().nullish() })).min(1),
});
export type HetznerRRset = z.infer<typeof RRset>;
export const RRsetPage = z.object({ rrsets: z.array(RRset), meta: Pages });

const Action = z.object({
  id: z.int().positive(),
  status: z.enum(['running', 'success', 'error']),
  error: z.object({ message: z.string() }).nullish(),
});
export type HetznerAction = z.infer<typeof Action>;
export const OneAction = z.object({ action: Action });

const Complaint = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z
      .object({ fields: z.array(z.object({ name: z.string(), messages: z.array(z.string()) })).optional() })
      .nullish(),
  }),
});

/** Codes whose status misleads, and what people can do. */
const CODES: Readonly<
  Record<string, Pick<ApiComplaint, 'kind' | 'isUntouched'> & { readonly hint?: string }>
> = {
  token_readonly: { kind: 'forbidden', hint: 'make a token with the permission Read & Write' },
  // Two requests met; the API asks for the same once more.
  conflict: { kind: 'transient', isUntouched: true },
  maintenance: { kind: 'transient' },
  locked: { kind: 'transient' },
  protected: {
    kind: 'forbidden',
    hint: 'the record set is protected against changes: switch the protection off in the Hetzner Console',
  },
  incorrect_zone_mode: {
    kind: 'unsupported',
    hint: 'the zone is a copy of one elsewhere: change the record at its primary server',
  },
};

/** What the API says of an error: `{"error": {"code": …, "message": …, "details": …}}`. */
export function explainHetzner(_status: number, json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const { code, message, details } = complaint.data.error;
  const fields = (details?.fields ?? []).map(({ name, messages }) => `${name}: ${messages.join(' ')}`);
  const { hint, ...known } = CODES[code] ?? {};
  const words = [`${message} (${code})`, ...fields, ...(hint === undefined ? [] : [hint])].join('; ');
  return { message: words, ...known };
}

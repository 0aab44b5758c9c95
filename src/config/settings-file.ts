import { z } from 'zod';
import { NOTICE_EVENTS } from '../core/rollout/audit.js';
import { DomainName } from './domain-name.js';
import { LadderSettings } from './ladder-settings.js';
import { IngestLimits, Retention } from './ingest-limits.js';
import { MailboxSettings } from './mailbox-settings.js';
import { Name, NAME_ALLOWED } from './named-fields.js';
import { ROLES } from './access-token.js';
import { ROLLOUT_SETTING_FIELDS } from './rollout-settings.js';

const Address = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::\d{1,5})?$/, 'use HOST or HOST:PORT, [::1]:53 for IPv6')
  .meta({ 'x-allowed': 'HOST or HOST:PORT' });

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

const DomainSettings = z.strictObject({
  name: DomainName.meta({ description: 'The domain to manage', 'x-allowed': 'a domain name' }),
  provider: Name.optional().meta({
    description: 'Name of an entry of `providers`; may be left out when there is just one',
    'x-allowed': NAME_ALLOWED,
  }),
  ladder: Name.default('gradual').meta({
    description: '`gradual`, `rfc9989`, `parked`, or the name of an entry of `ladders`; copied at enrolment',
    'x-allowed': NAME_ALLOWED,
  }),
  ...ROLLOUT_SETTING_FIELDS,
});

const ProviderSettings = z
  .looseObject({
    name: Name.meta({ description: 'Name for `domains[].provider`', 'x-allowed': NAME_ALLOWED }),
    type: z.string().min(1).max(60).meta({ description: 'Kind of provider; the other keys are its options' }),
  })
  .meta({ 'x-secret': true });

const NotificationSettings = z.strictObject({
  name: Name.meta({ description: 'Name in logs', 'x-allowed': NAME_ALLOWED }),
  type: z.enum(['webhook', 'slack']).meta({ description: 'Signed JSON, or a Slack incoming webhook' }),
  url: z
    .string()
    .max(2000)
    .refine(isWebUrl, 'this is no http or https URL')
    .meta({ description: 'Where to POST', 'x-allowed': 'an http or https URL', 'x-secret': true }),
  secret: z.string().min(1).max(500).optional().meta({
    description: 'Key of the webhook’s signature (Standard Webhooks); `whsec_…` is base64',
    'x-secret': true,
  }),
  events: z
    .array(z.enum(NOTICE_EVENTS))
    .min(1)
    .default([...NOTICE_EVENTS])
    .meta({ description: `What to tell: ${NOTICE_EVENTS.join(', ')}; all by default` }),
});

const TokenSettings = z
  .strictObject({
    name: Name.meta({ description: 'Who it belongs to; stands in the history', 'x-allowed': NAME_ALLOWED }),
    role: z.enum(ROLES).meta({ description: 'Each role may do all that the ones before it may' }),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .transform((hex) => hex.toLowerCase())
      .optional()
      .meta({ description: 'SHA-256 of the token', 'x-allowed': '64 hexadecimal digits', 'x-secret': true }),
    token: z.string().min(16).max(500).optional().meta({
      description: 'The token itself, at least 16 characters; better as `${NAME}`',
      'x-secret': true,
    }),
  })
  .superRefine((token, context) => {
    if ((token.sha256 === undefined) === (token.token === undefined))
      context.addIssue({ code: 'custom', path: ['token'], message: 'give token or sha256, one of them' });
  });

const DnsSettings = z.strictObject({
  resolvers: z.array(Address).max(10).default([]).meta({
    description: 'Recursive resolvers; empty: the ones of the operating system',
  }),
  authorities: z
    .array(
      z.strictObject({
        zone: DomainName.meta({ description: 'A zone whose servers are not found through delegation' }),
        servers: z.array(Address).min(1).max(20).meta({ description: 'Its authoritative servers' }),
      }),
    )
    .max(1000)
    .default([])
    .meta({ description: 'Authoritative servers to ask instead of the delegated ones: split DNS, tests' }),
  timeoutMs: z.int().min(100).max(60_000).default(3000).meta({ description: 'Milliseconds per try' }),
  tries: z.int().min(1).max(10).default(2).meta({ description: 'Tries per server' }),
});

const AttributeSettings = z.strictObject({
  ptr: z.boolean().default(true).meta({ description: 'Look up the names of addresses (PTR)' }),
  asnZone: DomainName.nullable().default(null).meta({
    description:
      'Zone that says which network an address belongs to, such as `asn.cymru.com`; it gets to know all addresses, so none is asked by default',
    'x-allowed': 'a domain name',
  }),
});

/** The YAML settings file. */
export const SettingsFile = z.strictObject({
  domains: z.array(DomainSettings).max(100_000).default([]).meta({
    description: 'Enrolled at the start when they are not yet; later changes go through the API',
  }),
  mailboxes: z.array(MailboxSettings).max(1000).default([]).meta({ description: 'Where reports arrive' }),
  providers: z.array(ProviderSettings).max(1000).default([]).meta({ description: 'DNS credentials' }),
  ladders: z.array(LadderSettings).max(100).default([]).meta({ description: 'Ladders of one’s own' }),
  notifications: z.array(NotificationSettings).max(100).default([]).meta({ description: 'Who is told' }),
  tokens: z.array(TokenSettings).max(1000).default([]).meta({ description: 'Who may use the API' }),
  dns: DnsSettings.prefault({}).meta({ description: 'How DNS is asked' }),
  limits: IngestLimits.prefault({}).meta({
    description: 'What a report may hold at most; what goes beyond is refused with a reason',
  }),
  retention: Retention.prefault({}).meta({ description: 'For how many days what came in is kept' }),
  attributes: AttributeSettings.prefault({}).meta({
    description: 'What is learned later about sending addresses; shown, and never decided on',
  }),
});
export type SettingsFile = z.infer<typeof SettingsFile>;

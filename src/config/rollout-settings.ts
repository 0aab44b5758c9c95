import { z } from 'zod';
import { isSelector } from '../core/checks/dkim/selectors.js';
import { POLICIES } from '../core/record/policy.js';
import {
  DEFAULT_SETTINGS,
  ROLLOUT_MODES,
  VERIFY_MODES,
  type ChangeWindow,
  type RolloutSettings,
} from '../core/rollout/rollout.js';

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** When a strengthening may be written. */
const Window = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, 'this is no IANA time zone; Europe/Berlin is one')
      .meta({ description: 'IANA time zone of the hours', 'x-allowed': 'an IANA time zone' }),
    days: z
      .array(z.int().min(1).max(7))
      .min(1)
      .meta({ description: 'Days of the week, 1 (Monday) to 7', 'x-allowed': 'a list of numbers 1 to 7' }),
    fromHour: z.int().min(0).max(23).meta({ description: 'First whole hour, local' }),
    toHour: z.int().min(1).max(24).meta({ description: 'Whole hour at which the window closes' }),
  })
  .refine((window) => window.fromHour < window.toHour, {
    path: ['toHour'],
    message: 'toHour must be later than fromHour; use two windows for one that spans midnight',
  }) satisfies z.ZodType<ChangeWindow>;

/**
 * A name that a domain's record may be delegated to. It starts with `_dmarc.` itself: no credential of ours ever writes
 * another name.
 */
const AliasName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^_dmarc(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,}$/,
    'this is no such name; _dmarc.customer.example.net is one (it starts with _dmarc.)',
  );

/** As `s=` of a DKIM-Signature names it. */
const Selector = z
  .string()
  .trim()
  .toLowerCase()
  .max(63)
  .refine(isSelector, 'this is no DKIM selector; s1 is one (as s= in a DKIM-Signature)');

/** What an owner may set per domain, as keys of a Zod object; all may be left out. shared by the settings file and the REST bodies. */
export const ROLLOUT_SETTING_FIELDS = {
  mode: z.enum(ROLLOUT_MODES).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.mode,
    description:
      '`automatic` climbs by itself; `supervised` waits for a person at the rungs marked `approval`',
  }),
  lastPolicy: z.enum(POLICIES).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.lastPolicy,
    description: 'The strongest policy wanted; `quarantine` is a legitimate end',
  }),
  harmCap: z.number().min(0).max(1_000_000).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.harmCap,
    description: 'Legitimate messages a week that a rung may hurt at the most',
  }),
  harmShare: z.number().min(0).max(1).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.harmShare,
    description: 'The same as a share of legitimate mail; the larger of the two counts',
  }),
  passRate: z.number().min(0).max(1).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.passRate,
    description: 'Lower confidence bound of each legitimate source’s pass rate that a rung asks for',
  }),
  forwarderBudget: z.number().min(0).max(1).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.forwarderBudget,
    description: 'Share of legitimate mail that forwarders and lists may break',
  }),
  windows: z.array(Window).max(50).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.windows,
    description: 'When a strengthening may be written; empty: any time. Weakening never waits',
  }),
  rua: z.string().min(1).max(500).nullable().exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.rua,
    description: 'The rua address, or a part of it, that must stay in the record; null: any',
    'x-allowed': 'a text or null',
  }),
  verify: z.enum(VERIFY_MODES).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.verify,
    description:
      'Who is asked whether a change stands: every `authoritative` server; the `recursive` resolvers of `dns`, behind a firewall or with split horizon; or `both`',
  }),
  alias: AliasName.nullable().exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.alias,
    description:
      'The name in a zone of your own that `_dmarc` of the domain is a CNAME of and where the record is written; null: at the domain itself',
    'x-allowed': 'a name such as _dmarc.customer.example.net, or null',
  }),
  selectors: z.array(Selector).max(10).exactOptional().meta({
    'x-otherwise': DEFAULT_SETTINGS.selectors,
    description:
      'DKIM selectors whose keys must be there, beside those that reports tell of: of mail that is sent seldom, or is yet to be sent',
    'x-allowed': 'at most 10 DKIM selectors',
  }),
} as const;

/** Some of the settings, as a change of them gives. */
export const RolloutSettingsPatch = z.strictObject(ROLLOUT_SETTING_FIELDS);
export type RolloutSettingsPatch = z.infer<typeof RolloutSettingsPatch>;

/** The settings with the defaults for all that is not given. */
export function completeSettings(given: RolloutSettingsPatch): RolloutSettings {
  return { ...DEFAULT_SETTINGS, ...given };
}

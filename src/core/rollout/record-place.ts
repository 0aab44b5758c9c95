import { DEFAULT_SETTINGS, type Rollout, type RolloutSettings, type VerifyMode } from './rollout.js';

/** Where a domain's record stands, and who is asked for it. */
export interface RecordPlace {
  readonly domain: string;
  /** The name that `_dmarc.<domain>` must be a CNAME of; null: the record stands there itself. */
  readonly alias: string | null;
  readonly verify: VerifyMode;
}

/** The place of a domain's record. What was stored before a setting existed has its default. */
export function placeOf({ domain, settings }: Pick<Rollout, 'domain' | 'settings'>): RecordPlace {
  const { alias, verify } = { ...DEFAULT_SETTINGS, ...settings };
  return { domain, alias, verify };
}

/** The one name that is written for a domain: its own, or that of the operator's zone which it is an alias of. */
export function recordName(rollout: Pick<Rollout, 'domain' | 'settings'>): string {
  return placeOf(rollout).alias ?? ownName(rollout.domain);
}

/** Where receivers look for the policy of a domain (RFC 9989 4.10). */
export function ownName(domain: string): string {
  return `_dmarc.${domain}`;
}

/** Why a domain may not have its record there: one name holds one domain's record. Null: it may. */
export function refusePlace(
  { domain, alias }: Pick<RecordPlace, 'domain' | 'alias'>,
  others: readonly Pick<Rollout, 'domain' | 'settings'>[],
): string | null {
  if (alias === ownName(domain)) return `${alias} can't be an alias of itself`;
  const name = alias ?? ownName(domain);
  const other = others.find((it) => it.domain !== domain && recordName(it) === name);
  return other === undefined ? null : `the record of ${other.domain} stands at ${name} already`;
}

/** The place that a domain would have with these settings. */
export function placeWith(domain: string, settings: Partial<RolloutSettings>): RecordPlace {
  return placeOf({ domain, settings: { ...DEFAULT_SETTINGS, ...settings } });
}

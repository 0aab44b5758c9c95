import { DnsProviderError } from '../../ports/dns-provider.js';
import type { TxtRule, TxtTrait } from '../descriptor.js';

const TRAITS: Readonly<Record<TxtTrait, (value: string) => boolean>> = {
  backslash: (value) => value.includes('\\'),
  'double-quote': (value) => value.includes('"'),
  semicolon: (value) => value.includes(';'),
  'outer-space': (value) => value !== value.trim(),
  'double-space': (value) => value.includes('  '),
  'non-ascii': (value) => /[^\x20-\x7e]/.test(value),
};

/** Refuses what the provider would store otherwise than given, before it is asked. Throws DnsProviderError `unsupported`. */
export function requireCarriable(value: string, rule: TxtRule): void {
  // DNS carries bytes, and a value has one character for each.
  if (/[\u{100}-\u{10ffff}]/u.test(value)) {
    throw new DnsProviderError('the record holds characters that are no bytes', { kind: 'unsupported' });
  }
  if (value.length > rule.longest) {
    throw new DnsProviderError(
      `the record has ${value.length} bytes; this provider takes ${rule.longest} at the most`,
      { kind: 'unsupported' },
    );
  }
  const trait = rule.refuses.find((refused) => TRAITS[refused](value));
  if (trait === undefined) return;
  throw new DnsProviderError(`this provider does not keep a TXT record with ${trait} as it is`, {
    kind: 'unsupported',
  });
}

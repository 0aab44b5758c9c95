import { DnsProviderError } from '../../ports/dns-provider.js';
import type { TxtRule, TxtTrait } from '../../ports/provider-descriptor.js';

const TRAITS: Readonly<Record<TxtTrait, (value: string) => boolean>> = {
  backslash: (value) => value.includes('\\'),
  'double-quote': (value) => value.includes('"'),
  semicolon: (value) => value.includes(';'),
  'outer-space': (value) => value !== value.trim(),
  'double-space': (value) => value.includes('  '),
  'non-ascii': (value) => /[^\x20-\x7e]/.test(value),
};

/**
 * Whether a trait of the record to be replaced shows that the provider keeps it. What needs an escape where values are
 * quoted is not proven by reading, and bytes that are not ASCII would be sent as other bytes; a TAB is one character.
 */
function isProven(trait: TxtTrait, value: string, standing: string, form: TxtRule['form']): boolean {
  switch (trait) {
    case 'backslash':
    case 'double-quote':
      return form === 'raw' && TRAITS[trait](standing);
    case 'semicolon':
    case 'outer-space':
    case 'double-space':
      return TRAITS[trait](standing);
    case 'non-ascii':
      return standing.includes('\t') && !TRAITS[trait](value.replaceAll('\t', ' '));
  }
}

/**
 * Refuses what the provider would store otherwise than given, before it is asked: but not for a trait that a record to
 * be replaced has, or nobody could ever take a step back from it. Reading afterwards shows what became of it. Throws
 * DnsProviderError `unsupported`.
 */
export function requireCarriable(value: string, rule: TxtRule, replaced: readonly string[] = []): void {
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
  const trait = rule.refuses.find(
    (refused) =>
      TRAITS[refused](value) && !replaced.some((standing) => isProven(refused, value, standing, rule.form)),
  );
  if (trait === undefined) return;
  throw new DnsProviderError(`this provider does not keep a TXT record with ${trait} as it is`, {
    kind: 'unsupported',
  });
}

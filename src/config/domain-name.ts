import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The A-label form of a domain name in lower case and without the trailing dot (RFC 5890 2.3.2.1); null for what is
 * no domain name of at least two labels.
 */
export function normalizeDomain(text: string): string | null {
  const given = text.trim().replace(/\.$/, '');
  // domainToASCII stops at these instead of refusing them
  if (/[\s/\\?#]/.test(given)) return null;
  const ascii = domainToASCII(given).toLowerCase();
  const labels = ascii.split('.');
  if (ascii.length > 253 || labels.length < 2 || isIP(ascii) !== 0) return null;
  return labels.every((label) => LABEL.test(label)) ? ascii : null;
}

/** A domain name as people write it; parsed to its A-label form. */
export const DomainName = z
  .string()
  .max(1000)
  .transform((text, context) => {
    const name = normalizeDomain(text);
    if (name !== null) return name;
    context.addIssue({ code: 'custom', message: 'this is no domain name; example.com is one' });
    return z.NEVER;
  })
  .meta({ 'x-allowed': 'a domain name' });

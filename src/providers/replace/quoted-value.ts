import { DnsProviderError } from '../../ports/dns-provider.js';
import { txtFromText, unquoteTxt } from '../txt-codec.js';
import type { FormedValue } from './kept-form.js';

/** A TXT record as an API gives it that always quotes them, and its value. Throws DnsProviderError `malformed` for anything else. */
export function quotedValue(content: string): FormedValue<string> {
  const value = unquoteTxt(txtFromText(content));
  if (value === null) throw new DnsProviderError('a TXT record is not quoted', { kind: 'malformed' });
  return { value, form: content };
}

import { DnsProviderError } from '../../ports/dns-provider.js';

/** Bytes; more than any page of records is. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** The text of an answer. Throws DnsProviderError `malformed` when it is larger than any honest one. */
export async function readBody(answer: Response): Promise<string> {
  if (answer.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY) throw new DnsProviderError('the answer is too large', { kind: 'malformed' });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { DnsProviderFault } from '../../ports/dns-provider.js';
import { faultOf, kindOf, wasNeverMade, withoutSecrets } from '../api/api-client.js';
import { retryAfter } from '../api/retry-after.js';

/** What the SDK says of a failure, wherever it arose. */
const SdkFailure = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
  $response: z.object({ headers: z.record(z.string(), z.string()) }).optional(),
  /**
   * A batch is refused in a form of its own, too, which the SDK does not know: `<InvalidChangeBatch>` as the root, and
   * no code (API reference, ChangeResourceRecordSets, "Errors").
   */
  Messages: z.object({ Message: z.union([z.string(), z.array(z.string())]) }).optional(),
});
type SdkFailure = z.infer<typeof SdkFailure>;

type Kind = ReturnType<typeof kindOf>;

/** Codes whose status misleads; most of them come as 400 or 403. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['CredentialsProviderError', 'auth'],
  ['TokenProviderError', 'auth'],
  ['SignatureDoesNotMatch', 'auth'],
  ['InvalidSignatureException', 'auth'],
  ['IncompleteSignature', 'auth'],
  ['RequestExpired', 'auth'],
  ['InvalidClientTokenId', 'auth'],
  ['UnrecognizedClientException', 'auth'],
  ['MissingAuthenticationToken', 'auth'],
  ['ExpiredToken', 'auth'],
  ['ExpiredTokenException', 'auth'],
  ['AccessDenied', 'forbidden'],
  ['Throttling', 'rate-limited'],
  ['ThrottlingException', 'rate-limited'],
  ['RequestLimitExceeded', 'rate-limited'],
  ['NoSuchHostedZone', 'zone-not-found'],
  ['NoSuchChange', 'unsupported'],
  ['InvalidChangeBatch', 'conflict'],
]);

/** Signatures hold the time; a clock that is minutes off looks like a wrong key. */
const SIGNED = ['SignatureDoesNotMatch', 'InvalidSignatureException', 'RequestExpired'];

/** The port's error for what the SDK threw. `isChange`: the request may change something. No cause: it may hold headers. */
export function sdkFault(
  error: unknown,
  { isChange, secrets }: { readonly isChange: boolean; readonly secrets: readonly string[] },
): DnsProviderError {
  const failure = SdkFailure.safeParse(error);
  const status = failure.data?.$metadata?.httpStatusCode;
  if (!failure.success || (status === undefined && !KINDS.has(failure.data.name))) {
    const mayBeApplied = isChange && !wasNeverMade(new Error('the SDK failed', { cause: error }));
    return new DnsProviderError('Route 53 could not be reached or broke off', {
      kind: 'transient',
      mayBeApplied,
    });
  }
  const { $response } = failure.data;
  const { name, message } = namedFailure(failure.data);
  const words = withoutSecrets(message, secrets);
  // Rejected because of another request to the same zone: nothing of this one was done.
  if (name === 'PriorRequestNotComplete') {
    return new DnsProviderError(`Route 53: ${words}`, { kind: 'transient', mayBeApplied: false });
  }
  const kind = kindFor(name, message, status ?? 0);
  if (kind === 'rate-limited') {
    const retryAfterMs = retryAfter($response?.headers['retry-after'] ?? null, Date.now());
    return new DnsProviderError(`Route 53: ${name}`, { kind, retryAfterMs });
  }
  // A success that can't be read is a success all the same.
  if (kind === 'malformed' && isChange && status === 200) {
    return new DnsProviderError(`Route 53: ${words}`, { kind: 'transient', mayBeApplied: true });
  }
  const hint = SIGNED.includes(name) ? ' (is the clock of this machine right?)' : '';
  return new DnsProviderError(`Route 53: ${name}: ${words}${hint}`, faultOf(kind, isChange));
}

/** Code and words of a failure, in whichever of the two forms it came. */
function namedFailure({ name, message, Messages }: SdkFailure): Pick<SdkFailure, 'name' | 'message'> {
  if (Messages === undefined) return { name, message };
  return { name: 'InvalidChangeBatch', message: [Messages.Message].flat().join(', ') };
}

/** Milliseconds until Route 53 may be asked again, of an error that says only that it was asked too often. */
export function busyFor(error: unknown, fault: DnsProviderFault): number | 'unnamed' | null {
  if (fault.kind === 'rate-limited') return fault.retryAfterMs ?? 'unnamed';
  return SdkFailure.safeParse(error).data?.$metadata?.httpStatusCode === 503 ? 'unnamed' : null;
}

function kindFor(name: string, message: string, status: number): Kind | 'malformed' {
  // One code for all that is wrong with a batch: a value it can't hold, a lock on the record set, or what stands there.
  if (name === 'InvalidChangeBatch' && /invalid resource record|invalid character/i.test(message))
    return 'unsupported';
  if (name === 'InvalidChangeBatch' && /protect/i.test(message)) return 'forbidden';
  return KINDS.get(name) ?? (status >= 200 && status <= 299 ? 'malformed' : kindOf(status));
}

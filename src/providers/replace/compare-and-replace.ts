import { DnsProviderError } from '../../ports/dns-provider.js';
import type { TxtReplacement, TxtSet, WriteReceipt } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { pause } from '../api/pause.js';
import { DEFAULT_TTL, hasSameValues, requireDmarcName, requireWritable } from '../dmarc-name.js';
import { nearestTtl } from './ttl-rule.js';
import { requireCarriable } from './txt-rule.js';

/** Milliseconds before reading again where an API still shows what stood there before a write that it took. */
const LAGS = [1000, 3000] as const;

/** What stands at the name: as the port says it, and as the provider's own API needs it to change it. */
export interface Standing<Raw> {
  readonly set: TxtSet;
  readonly raw: Raw;
}

/** What is to stand there. */
export interface Wanted {
  readonly values: readonly string[];
  /** One that the provider takes. */
  readonly ttl: number;
}

/** The two requests of a provider that a swap is made of. */
export interface NameAccess<Raw> {
  read(name: string, signal: AbortSignal): Promise<Standing<Raw>>;
  /** Writes; gives what the provider calls the change, or null. Where the server compares, `conflict` is thrown. */
  write(name: string, now: Standing<Raw>, wanted: Wanted, signal: AbortSignal): Promise<string | null>;
}

/**
 * Reads, compares, writes, reads again. After a write that may or may not have been carried out (a 500, a broken
 * connection) reading tells; after one that was taken it is read again for some seconds, as some APIs lag behind themselves.
 * Throws DnsProviderError; `conflict` always with what was seen.
 */
export async function compareAndReplace<Raw>(
  access: NameAccess<Raw>,
  capabilities: Capabilities,
  fqdn: string,
  { expected, next }: Pick<TxtReplacement, 'expected' | 'next'>,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const name = requireDmarcName(fqdn);
  requireWritable(next);
  const replaced = expected.values.filter((value) => !next.values.includes(value));
  for (const value of next.values) {
    if (!expected.values.includes(value)) requireCarriable(value, capabilities.txt, replaced);
  }
  const standing = await access.read(name, signal);
  if (!hasSameValues(standing.set, expected)) throw conflict(standing.set);

  const wish = next.ttl ?? standing.set.ttl ?? DEFAULT_TTL;
  const ttl = wish === standing.set.ttl ? wish : nearestTtl(wish, capabilities.ttl);
  const wanted = { values: next.values, ttl };
  const written = await tryWrite(access, name, standing, wanted, signal);
  const after = await seenAfter(access, name, { expected, next, failure: written.failure }, signal);
  if (!hasSameValues(after, next)) throw notSeen(after, expected, written.failure);

  const rounded = ttl === wish ? '' : ` (${wish} is not possible there)`;
  const reference = written.reference === null ? '' : `, change ${written.reference}`;
  return { note: `wrote ${name} TXT, TTL ${ttl}${rounded}${reference}`, reference: written.reference };
}

interface Written {
  readonly reference: string | null;
  /** The error of a write that may have been carried out all the same. */
  readonly failure: DnsProviderError | null;
}

async function tryWrite<Raw>(
  access: NameAccess<Raw>,
  name: string,
  standing: Standing<Raw>,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Written> {
  try {
    return { reference: await access.write(name, standing, wanted, signal), failure: null };
  } catch (error) {
    if (!(error instanceof DnsProviderError)) throw error;
    const { fault } = error;
    if (fault.kind === 'transient' && fault.mayBeApplied) return { reference: null, failure: error };
    if (fault.kind !== 'conflict') throw error;
    throw conflict((await access.read(name, signal)).set);
  }
}

/** What stands there after the write; after one that was taken not before a while what stood there before. */
async function seenAfter<Raw>(
  access: NameAccess<Raw>,
  name: string,
  {
    expected,
    next,
    failure,
  }: Pick<TxtReplacement, 'expected' | 'next'> & { readonly failure: DnsProviderError | null },
  signal: AbortSignal,
): Promise<TxtSet> {
  let after = await readAgain(access, name, failure, signal);
  const lags = failure === null && !hasSameValues(expected, next) ? LAGS : [];
  for (const lag of lags) {
    if (!hasSameValues(after, expected)) break;
    await pause(lag, signal);
    after = await readAgain(access, name, failure, signal);
  }
  return after;
}

/** When reading fails too, the first error says it all. */
async function readAgain<Raw>(
  access: NameAccess<Raw>,
  name: string,
  failure: DnsProviderError | null,
  signal: AbortSignal,
): Promise<TxtSet> {
  try {
    return (await access.read(name, signal)).set;
  } catch (cause) {
    if (failure !== null) throw failure;
    signal.throwIfAborted();
    const fault = { kind: 'transient', mayBeApplied: true } as const;
    throw new DnsProviderError('written, but it could not be read again', fault, { cause });
  }
}

/** The write isn't to be seen: it failed, or reading lags behind it, or somebody else wrote meanwhile. */
function notSeen(after: TxtSet, expected: TxtSet, failure: DnsProviderError | null): DnsProviderError {
  if (!hasSameValues(after, expected)) return conflict(after);
  const fault = { kind: 'transient', mayBeApplied: true } as const;
  return failure ?? new DnsProviderError('written, but reading still shows what stood there before', fault);
}

/** The error that a swap ends with when another record stands there. */
export function conflict(observed: TxtSet): DnsProviderError {
  return new DnsProviderError('another record stands there than expected', { kind: 'conflict', observed });
}

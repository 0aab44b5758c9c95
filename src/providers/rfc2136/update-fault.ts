import { DnsProviderError } from '../../ports/dns-provider.js';
import type { TsigCheck } from './tsig.js';

/** Rcodes of an answer to UPDATE (RFC 2136 2.2, RFC 8945 3). */
export const RCODE = {
  noError: 0,
  formErr: 1,
  servFail: 2,
  nxDomain: 3,
  notImp: 4,
  refused: 5,
  yxDomain: 6,
  yxRrset: 7,
  nxRrset: 8,
  notAuth: 9,
  notZone: 10,
} as const;

const BADSIG = 16;
const BADKEY = 17;
const BADTIME = 18;

/** Whether a prerequisite did not hold: somebody else changed the set, or an alias stands there. */
export function isFailedPrerequisite(rcode: number): boolean {
  const failed: readonly number[] = [RCODE.nxDomain, RCODE.yxDomain, RCODE.yxRrset, RCODE.nxRrset];
  return failed.includes(rcode);
}

/**
 * The error behind an answer that is no success and no failed prerequisite. Servers differ: BIND and Knot name a wrong
 * key in the TSIG record, PowerDNS refuses without a signature; a name outside the grant is REFUSED or BADKEY.
 */
export function updateFault(rcode: number, tsig: TsigCheck, nowSeconds: number): DnsProviderError {
  if (tsig.kind === 'refused') return tsigFault(tsig.error, tsig.serverTime, nowSeconds);
  if (tsig.kind === 'wrong' || (tsig.kind === 'unsigned' && rcode === RCODE.noError)) {
    // Forged, or a server that does not sign: only a look at DNS can tell whether it was carried out.
    return new DnsProviderError("the answer's signature is missing or wrong", {
      kind: 'transient',
      mayBeApplied: true,
    });
  }
  if (rcode === RCODE.refused && tsig.kind === 'unsigned') {
    return new DnsProviderError('the server refused the key', { kind: 'auth' });
  }
  if (rcode === RCODE.refused) {
    return new DnsProviderError('the key may not change this name', { kind: 'forbidden' });
  }
  if (rcode === RCODE.notAuth || rcode === RCODE.notZone) {
    return new DnsProviderError('the server does not hold the zone', { kind: 'zone-not-found' });
  }
  if (rcode === RCODE.formErr || rcode === RCODE.notImp) {
    return new DnsProviderError('the server does not take updates', { kind: 'unsupported' });
  }
  return new DnsProviderError(`the server answered rcode ${rcode}`, {
    kind: 'transient',
    mayBeApplied: true,
  });
}

/**
 * The error behind an answer to a signed question that isn't signed as it should be. To a question PowerDNS answers an
 * unsigned NOTAUTH when it does not take the key; Knot an unsigned REFUSED when it does not hold the zone.
 */
export function queryFault(rcode: number, tsig: TsigCheck, nowSeconds: number): DnsProviderError {
  if (tsig.kind === 'refused') return tsigFault(tsig.error, tsig.serverTime, nowSeconds);
  if (tsig.kind === 'unsigned' && rcode === RCODE.notAuth) {
    return new DnsProviderError('the server refused the key', { kind: 'auth' });
  }
  if (tsig.kind === 'unsigned' && rcode === RCODE.refused) {
    return new DnsProviderError('the server does not hold the zone', { kind: 'zone-not-found' });
  }
  return new DnsProviderError("the answer's signature is missing or wrong", { kind: 'malformed' });
}

function tsigFault(error: number, serverTime: number | null, nowSeconds: number): DnsProviderError {
  if (error === BADTIME) {
    const difference =
      serverTime === null ? '' : ` by ${Math.abs(Math.round(serverTime - nowSeconds))} seconds`;
    return new DnsProviderError(
      `the clocks of this host and the server differ${difference} (BADTIME): set them by NTP`,
      { kind: 'auth' },
    );
  }
  const words = new Map([
    [BADSIG, 'the secret of the key is wrong (BADSIG)'],
    [BADKEY, 'the server does not know the key, or does not take it for this name (BADKEY)'],
  ]);
  return new DnsProviderError(words.get(error) ?? `the server refused the signature (TSIG error ${error})`, {
    kind: 'auth',
  });
}

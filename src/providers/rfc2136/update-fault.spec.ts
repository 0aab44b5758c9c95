import { describe, expect, it } from 'vitest';
import type { DnsProviderFault } from '../../ports/dns-provider.js';
import type { TsigCheck } from './tsig.js';
import { queryFault, RCODE, updateFault } from './update-fault.js';

const NOW = 1_800_000_000;
const VERIFIED: TsigCheck = { kind: 'verified' };
const UNSIGNED: TsigCheck = { kind: 'unsigned' };
const WRONG: TsigCheck = { kind: 'wrong' };
const badsig: TsigCheck = { kind: 'refused', error: 16, serverTime: null };
const badtime: TsigCheck = { kind: 'refused', error: 18, serverTime: NOW + 3600 };
const OPEN: DnsProviderFault = { kind: 'transient', mayBeApplied: true };

describe('updateFault', () => {
  it.each<[string, number, TsigCheck, DnsProviderFault]>([
    ['BIND, name outside the grant', RCODE.refused, VERIFIED, { kind: 'forbidden' }],
    ['PowerDNS, wrong key', RCODE.refused, UNSIGNED, { kind: 'auth' }],
    ['BIND and Knot, wrong key', RCODE.notAuth, badsig, { kind: 'auth' }],
    ['a clock that is off', RCODE.notAuth, badtime, { kind: 'auth' }],
    ['BIND, unknown zone', RCODE.notAuth, VERIFIED, { kind: 'zone-not-found' }],
    ['Knot, unknown zone', RCODE.notAuth, UNSIGNED, { kind: 'zone-not-found' }],
    ['name outside the zone', RCODE.notZone, VERIFIED, { kind: 'zone-not-found' }],
    ['no updates here', RCODE.notImp, VERIFIED, { kind: 'unsupported' }],
    ['server failure', RCODE.servFail, VERIFIED, OPEN],
    ['a success nobody signed', RCODE.noError, UNSIGNED, OPEN],
    ['a success with a wrong signature', RCODE.noError, WRONG, OPEN],
    ['a refusal with a wrong signature', RCODE.refused, WRONG, OPEN],
  ])('%s', (_what, rcode, tsig, fault) => {
    expect(updateFault(rcode, tsig, NOW).fault).toEqual(fault);
  });

  it('tells by how much the clocks differ', () => {
    expect(updateFault(RCODE.notAuth, badtime, NOW).message).toContain('3600 seconds');
  });
});

describe('queryFault', () => {
  it.each<[string, number, TsigCheck, DnsProviderFault]>([
    ['PowerDNS, wrong key', RCODE.notAuth, UNSIGNED, { kind: 'auth' }],
    ['BIND and Knot, wrong key', RCODE.notAuth, badsig, { kind: 'auth' }],
    ['Knot, zone not held', RCODE.refused, UNSIGNED, { kind: 'zone-not-found' }],
    ['an answer nobody signed', RCODE.noError, UNSIGNED, { kind: 'malformed' }],
    ['an answer with a wrong signature', RCODE.noError, WRONG, { kind: 'malformed' }],
  ])('%s', (_what, rcode, tsig, fault) => {
    expect(queryFault(rcode, tsig, NOW).fault).toEqual(fault);
  });
});

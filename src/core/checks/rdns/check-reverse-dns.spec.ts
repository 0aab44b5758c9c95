import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone, type ZoneRecord } from '../../../../test/builders/zone-questions.js';
import { overallStatus, type Severity } from '../finding.js';
import { checkReverseDns, type CheckedAddress } from './check-reverse-dns.js';

const REVERSE = '25.2.0.192.in-addr.arpa';
const REVERSE6 = '5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';
const SENDER: CheckedAddress = { address: '192.0.2.25', role: 'sender', host: null };
const MX: CheckedAddress = { address: '192.0.2.25', role: 'mx', host: 'mail.example.com' };
const SENDER6: CheckedAddress = { address: '2001:DB8:0::25', role: 'sender', host: null };

const ptr = (...names: readonly string[]): readonly ZoneRecord[] => names.map((PTR) => ({ PTR }));
const a = (...addresses: readonly string[]): readonly ZoneRecord[] => addresses.map((A) => ({ A }));

describe('checkReverseDns', () => {
  it.each<[string, readonly CheckedAddress[], Zone, readonly string[], Severity]>([
    [
      'a name that leads back',
      [SENDER],
      { [REVERSE]: ptr('mail.example.com'), 'mail.example.com': a('198.51.100.1', '192.0.2.25') },
      ['rdns-confirmed'],
      'ok',
    ],
    [
      'the same with IPv6, whatever the spelling',
      [SENDER6],
      { [REVERSE6]: ptr('mail.example.com'), 'mail.example.com': [{ AAAA: '2001:0db8::0025' }] },
      ['rdns-confirmed'],
      'ok',
    ],
    [
      'IPv4 written as IPv6',
      [{ ...SENDER, address: '::ffff:192.0.2.25' }],
      { [REVERSE]: ptr('mail.example.com'), 'mail.example.com': a('192.0.2.25') },
      ['rdns-confirmed'],
      'ok',
    ],
    [
      'a delegated reverse zone (RFC 2317)',
      [SENDER],
      {
        [REVERSE]: [{ CNAME: '25.0-63.2.0.192.in-addr.arpa' }],
        '25.0-63.2.0.192.in-addr.arpa': ptr('mail.example.com'),
        'mail.example.com': a('192.0.2.25'),
      },
      ['rdns-confirmed'],
      'ok',
    ],
    ['no name of a sender', [SENDER], {}, ['rdns-missing'], 'error'],
    ['no name of an MX host that may not send', [MX], {}, ['rdns-missing'], 'warning'],
    ['an address that is both', [MX, SENDER], {}, ['rdns-missing'], 'error'],
    [
      'a name that leads elsewhere',
      [SENDER],
      { [REVERSE]: ptr('mail.example.com'), 'mail.example.com': a('198.51.100.1') },
      ['rdns-not-confirmed'],
      'error',
    ],
    [
      'a name that leads nowhere',
      [SENDER],
      { [REVERSE]: ptr('mail.example.com') },
      ['rdns-not-confirmed'],
      'error',
    ],
    [
      'a name of the other family only',
      [SENDER6],
      { [REVERSE6]: ptr('mail.example.com'), 'mail.example.com': a('192.0.2.25') },
      ['rdns-not-confirmed'],
      'error',
    ],
    [
      'several names',
      [SENDER],
      { [REVERSE]: ptr('www.example.com', 'mail.example.com'), 'mail.example.com': a('192.0.2.25') },
      ['rdns-confirmed', 'rdns-several-names'],
      'info',
    ],
    [
      'a generic name',
      [SENDER],
      {
        [REVERSE]: ptr('192-0-2-25.dsl.example.net'),
        '192-0-2-25.dsl.example.net': a('192.0.2.25'),
      },
      ['rdns-generic-name'],
      'warning',
    ],
    [
      'a good name beside a generic one',
      [SENDER],
      {
        [REVERSE]: ptr('dyn25.example.net', 'mail.example.com'),
        'dyn25.example.net': a('192.0.2.25'),
        'mail.example.com': a('192.0.2.25'),
      },
      ['rdns-confirmed', 'rdns-several-names'],
      'info',
    ],
    ['a time-out', [SENDER], { [REVERSE]: ['TIMEOUT'] }, ['rdns-unknown'], 'unknown'],
    [
      'a time-out on the way back',
      [SENDER],
      { [REVERSE]: ptr('mail.example.com'), 'mail.example.com': ['TIMEOUT'] },
      ['rdns-unknown'],
      'unknown',
    ],
    ['a private address', [{ ...SENDER, address: '10.0.0.1' }], {}, ['rdns-not-public'], 'info'],
    ['a link-local address', [{ ...SENDER, address: 'fe80::1' }], {}, ['rdns-not-public'], 'info'],
    [
      'a private address in IPv6',
      [{ ...SENDER, address: '::ffff:10.0.0.1' }],
      {},
      ['rdns-not-public'],
      'info',
    ],
    ['what is no address', [{ ...SENDER, address: '1' }], {}, ['rdns-no-address'], 'warning'],
    ['an address with a zone', [{ ...SENDER, address: 'fe80::1%eth0' }], {}, ['rdns-no-address'], 'warning'],
    ['nothing', [], {}, ['rdns-nothing-to-check'], 'info'],
  ])('%s', async (_what, addresses, zone, ids, status) => {
    const findings = await checkReverseDns(addresses, zoneQuestions(zone));
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });

  it('says which name and address belong together', async () => {
    const zone = { [REVERSE]: ptr('mail.example.com'), 'mail.example.com': a('192.0.2.25') };
    const [finding] = await checkReverseDns([MX], zoneQuestions(zone));
    expect(finding?.message).toContain('192.0.2.25 ↔ mail.example.com');
  });

  it('names the record to ask the provider for', async () => {
    const [finding] = await checkReverseDns([MX], zoneQuestions({}));
    expect(finding?.fix).toContain('25.2.0.192.in-addr.arpa. PTR mail.example.com.');
  });

  it('names the address record that is missing', async () => {
    const zone = zoneQuestions({ [REVERSE6]: ptr('mail.example.com') });
    const [finding] = await checkReverseDns([SENDER6], zone);
    expect(finding?.record).toBe(`${REVERSE6}. PTR mail.example.com.`);
    expect(finding?.fix).toContain('mail.example.com. AAAA 2001:db8::25');
  });

  it.each<[string, Zone, string]>([
    ['elsewhere', { 'mail.example.com': a('198.51.100.1') }, 'that name leads to 198.51.100.1 instead'],
    ['nowhere', {}, 'that name has no such address at all'],
  ])('says when the name leads %s', async (_what, zone, words) => {
    const dns = zoneQuestions({ [REVERSE]: ptr('mail.example.com'), ...zone });
    const [finding] = await checkReverseDns([SENDER], dns);
    expect(finding?.message).toContain(words);
  });

  it('asks a bounded number of questions, however many addresses and names there are', async () => {
    const names = Array.from({ length: 500 }, (_, at) => `www${at}.example.com`);
    const addresses = Array.from({ length: 200 }, (_, at) => `192.0.2.${at}`);
    const zone = Object.fromEntries(
      addresses.map((address) => [
        `${address.split('.').toReversed().join('.')}.in-addr.arpa`,
        ptr(...names),
      ]),
    );
    const dns = zoneQuestions(zone);
    const findings = await checkReverseDns(
      addresses.map((address) => ({ address, role: 'sender', host: null })),
      dns,
    );
    expect(dns.asked.length).toBeLessThanOrEqual(120);
    expect(findings.at(-1)).toMatchObject({ id: 'rdns-too-many-addresses', severity: 'info' });
    expect(findings.length).toBeLessThanOrEqual(41);
  });
});

import { describe, expect, it } from 'vitest';
import { ARPA, reverseName } from './reverse-name.js';

describe('reverseName', () => {
  it.each([
    ['192.0.2.1', '1.2.0.192.in-addr.arpa'],
    ['::ffff:192.0.2.1', '1.2.0.192.in-addr.arpa'],
    ['2001:db8::12', `2.1.${'0.'.repeat(22)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ])('%s stands at %s', (ip, name) => {
    expect(reverseName(ip, ARPA)).toBe(name);
  });

  it('uses the zones that it is given', () => {
    const zones = { ipv4: 'origin.asn.test', ipv6: 'origin6.asn.test' };
    expect(reverseName('192.0.2.1', zones)).toBe('1.2.0.192.origin.asn.test');
    expect(reverseName('2001:db8::', zones)).toMatch(/^0\.0\..*\.1\.0\.0\.2\.origin6\.asn\.test$/);
  });

  it('takes nothing but addresses', () => {
    expect(() => reverseName('mail.example.test', ARPA)).toThrow('neither IPv6 nor IPv4');
  });
});

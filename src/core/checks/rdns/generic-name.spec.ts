import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whyGeneric } from './generic-name.js';
import { readIp } from './ip-address.js';

function judge(name: string, address: string): string | null {
  const ip = readIp(address);
  if (ip === null) throw new Error(`${address} is no address`);
  return whyGeneric(name, ip);
}

describe('whyGeneric', () => {
  it.each([
    ['192-0-2-25.isp.example', '192.0.2.25'],
    ['25.2.0.192.isp.example', '192.0.2.25'],
    ['ip192.000.002.025.isp.example', '192.0.2.25'],
    ['host192000002025.isp.example', '192.0.2.25'],
    ['c0000219.isp.example', '192.0.2.25'],
    ['static.192.0.2.25.clients.host.example', '192.0.2.25'],
    ['mail.dyn.isp.example', '192.0.2.25'],
    ['dsl4711.isp.example', '192.0.2.25'],
    ['pool-7.isp.example', '192.0.2.25'],
    ['a.b.dhcp.isp.example', '192.0.2.25'],
    ['static-ip.isp.example', '192.0.2.25'],
    ['2001-db8--25.isp.example', '2001:db8::25'],
    ['20010db8000000000000000000000025.isp.example', '2001:db8::25'],
    ['5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.isp.example', '2001:db8::25'],
  ])('%s of %s is one of an access network', (name, address) => {
    expect(judge(name, address)).not.toBeNull();
  });

  it.each([
    ['mail.example.com', '192.0.2.25'],
    ['mail25.example.com', '192.0.2.25'],
    ['mx2-25.example.com', '192.0.2.25'],
    ['mail.dhcp.example', '192.0.2.25'],
    ['mail.cable.co.uk', '192.0.2.25'],
    ['dynamo.example.com', '192.0.2.25'],
    ['o1.mail.example.com', '2001:db8::25'],
    ['192-0-2-26.isp.example', '192.0.2.25'],
    ['mail-wm1-f43.google.com', '209.85.128.43'],
    ['mail-dm6nam10on2091.outbound.protection.outlook.com', '40.107.93.91'],
    ['a8-29.smtp-out.amazonses.com', '54.240.8.29'],
    ['mail128-21.atl41.mcsv.net', '198.2.128.21'],
    ['o1.ptr8253.sendgrid.net', '167.89.12.34'],
    ['mail', '192.0.2.25'],
    ['', '192.0.2.25'],
  ])('%s of %s is a name like others', (name, address) => {
    expect(judge(name, address)).toBeNull();
  });

  it('takes any name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.constantFrom('192.0.2.25', '2001:db8::1'), (name, ip) => {
        expect(() => judge(name, ip)).not.toThrow();
      }),
    );
  });
});

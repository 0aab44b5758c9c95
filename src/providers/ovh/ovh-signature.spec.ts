import { describe, expect, it } from 'vitest';
import { ovhSignature } from './ovh-signature.js';

const KEYS = {
  applicationSecret: 'EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF',
  consumerKey: 'MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1',
};

describe('ovhSignature', () => {
  // The keys and the first time are the example of OVH's guide; the sums were made with sha1sum.
  it.each([
    [
      'GET',
      'https://eu.api.ovh.com/1.0/domain/zone',
      '',
      1366560945,
      '$1$eba73e191a24380e0d8f7ab822e7166c788b2dec',
    ],
    [
      'POST',
      'https://eu.api.ovh.com/1.0/domain/zone/example.com/record',
      '{"fieldType":"TXT","subDomain":"_acme-challenge","target":"token","ttl":60}',
      1700000000,
      '$1$d68776e39398b3f168e6a439b19ca5b276f19929',
    ],
  ])('%s %s', (method, url, body, timestamp, signature) => {
    expect(ovhSignature(KEYS, { method, url, body, timestamp })).toBe(signature);
  });
});

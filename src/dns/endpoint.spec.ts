import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEndpoint } from './endpoint.js';

describe('parseEndpoint', () => {
  it.each([
    ['192.0.2.53', '192.0.2.53', 53],
    ['192.0.2.53:5353', '192.0.2.53', 5353],
    ['2001:db8::53', '2001:db8::53', 53],
    ['[2001:db8::53]', '2001:db8::53', 53],
    [' [2001:db8::53]:5353 ', '2001:db8::53', 5353],
    ['ns1.example.com:1', 'ns1.example.com', 1],
  ])('%s', (text, host, port) => {
    expect(parseEndpoint(text)).toEqual({ host, port });
    expect(parseEndpoint(formatEndpoint({ host, port }))).toEqual({ host, port });
  });

  it.each(['', 'ns1:0', 'ns1:65536', 'ns1:dns', 'a b', '[::1', 'http://ns1', '1:2:3'])(
    'refuses %j',
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(RangeError);
    },
  );
});

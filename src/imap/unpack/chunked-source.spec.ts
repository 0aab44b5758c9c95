import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceWindow } from './byte-source.js';
import { ChunkedSource } from './chunked-source.js';

describe('bytes in chunks', () => {
  it('are read like the whole, also through a window', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 5 }));
    const places = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20));
    const outcomes = fc.property(chunks, places, (parts, [first, start, length]) => {
      const whole = Buffer.concat(parts);
      const source = new ChunkedSource(parts.map((part) => Buffer.from(part)));
      const inWindow = new SourceWindow(source, first, 15).read(start, start + length);
      return (
        whole.subarray(start, start + length).equals(source.read(start, start + length)) &&
        whole
          .subarray(first, Math.max(first, 15))
          .subarray(start, start + length)
          .equals(inWindow)
      );
    });
    expect(() => fc.assert(outcomes, { numRuns: 1000 })).not.toThrow();
  });
});

import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adler, crc, type Checksum } from './checksum.js';

function inPieces(checksum: Checksum, bytes: Buffer, size: number): number {
  let sum = checksum(bytes.subarray(0, size));
  for (let at = size; at < bytes.length; at += size) sum = checksum(bytes.subarray(at, at + size), sum);
  return sum;
}

describe('checksums', () => {
  it('are those that zlib writes, wherever the data are cut', () => {
    const outcomes = fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 99 }),
      (data, size) => {
        const bytes = Buffer.from(data);
        const isCrc = inPieces(crc, bytes, size) === gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8);
        return isCrc && inPieces(adler, bytes, size) === deflateSync(bytes).subarray(-4).readUInt32BE();
      },
    );
    expect(() => fc.assert(outcomes, { numRuns: 200 })).not.toThrow();
  });

  it("don't overflow", () => {
    const bytes = Buffer.alloc(100_000, 0xff);
    expect(adler(bytes)).toBe(deflateSync(bytes).subarray(-4).readUInt32BE());
  });
});

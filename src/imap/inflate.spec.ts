import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate } from './inflate.js';
import { CannotUnpack } from './unpack-limits.js';

const LIMIT = 1_000_000;

// Small ones are inflated in this thread, large ones in another; random bytes don't shrink.
describe.each([
  ['small', Buffer.from('<feedback/>'.repeat(40))],
  ['large', randomBytes(100_000)],
])('%s data', (_size, plain) => {
  it.each([
    ['gzip', gzipSync(plain)],
    ['zlib', deflateSync(plain)],
    ['gzip with garbage behind it', Buffer.concat([gzipSync(plain), Buffer.from('garbage')])],
    [
      'gzip with what looks like a member behind it',
      Buffer.concat([gzipSync(plain), Buffer.from([31, 139, 9, 0])]),
    ],
    ['gzip without its checksum', gzipSync(plain).subarray(0, -8)],
  ])('comes out of %s', async (_kind, packed) => {
    expect(plain.equals(await inflate(packed, LIMIT))).toBe(true);
  });

  it('comes out of two members', async () => {
    const both = await inflate(Buffer.concat([gzipSync(plain), gzipSync('end')]), LIMIT);
    expect(Buffer.from(both).subarray(plain.length).toString()).toBe('end');
  });

  it('that inflates to more than allowed is refused', async () => {
    await expect(inflate(gzipSync(plain), plain.length - 1)).rejects.toThrow(CannotUnpack);
    await expect(inflate(gzipSync(plain), plain.length)).resolves.toHaveLength(plain.length);
  });

  it('that is damaged is refused', async () => {
    const packed = gzipSync(plain);
    packed.fill(0xff, 10, 20);
    await expect(inflate(packed, LIMIT)).rejects.toThrow(/invalid/);
  });
});

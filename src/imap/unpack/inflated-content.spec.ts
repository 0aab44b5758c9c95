import { randomBytes } from 'node:crypto';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UnpackError } from '../../ports/message-unpacker.js';
import { PlainSource } from './byte-source.js';
import type { Content } from './content.js';
import { inflateAtOnce } from './inflate.js';
import { gunzip, inflateRaw, inflateZlib } from './inflated-content.js';
import { DEFAULT_LIMITS, UnpackBudget, type UnpackLimits } from './unpack-limits.js';

function unzip(packed: Uint8Array, limits: Partial<UnpackLimits> = {}): Promise<Content> {
  return gunzip(new PlainSource(Buffer.from(packed)), new UnpackBudget({ ...DEFAULT_LIMITS, ...limits }));
}

async function read(content: Content | Promise<Content>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of (await content).pieces()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** RFC 1952 2.3.1: all the optional fields of a header. */
function withFullHeader(packed: Buffer): Buffer {
  const fields = [Buffer.from([3, 0]), Buffer.from('abcname\0comment\0'), Buffer.from([0, 0])];
  const header = Buffer.from(packed.subarray(0, 10));
  header[3] = 0x1e;
  return Buffer.concat([header, ...fields, packed.subarray(10)]);
}

function withWrongChecksum(packed: Buffer): Buffer {
  return Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]);
}

// Small ones are inflated in this thread, large ones in another; random bytes don't shrink.
describe.each([
  ['small', Buffer.from(randomBytes(2000).toString('hex'))],
  ['large', Buffer.concat([randomBytes(100_000), Buffer.alloc(700_000, 'x')])],
])('%s gzip data', (_size, plain) => {
  const packed = gzipSync(plain);

  it.each([
    ['as they should be', packed],
    ['with garbage behind them', Buffer.concat([packed, Buffer.from('garbage')])],
    ['with zeros behind them', Buffer.concat([packed, Buffer.alloc(40_000)])],
    ['with what looks like a member behind them', Buffer.concat([packed, Buffer.from([31, 139, 9, 0])])],
    [
      'with a broken member behind them',
      Buffer.concat([packed, packed.subarray(0, 10), Buffer.alloc(99, 255)]),
    ],
    ['without checksum', packed.subarray(0, -8)],
    ['with a wrong checksum', withWrongChecksum(packed)],
    ['with all that a header may have', withFullHeader(packed)],
  ])('come out %s', async (_title, bytes) => {
    expect(plain.equals(await read(unzip(bytes)))).toBe(true);
  });

  it('come out of all members', async () => {
    const members = [packed, gzipSync('middle'), packed, gzipSync('end')];
    const whole = await read(unzip(Buffer.concat(members)));
    expect(whole.equals(Buffer.concat([plain, Buffer.from('middle'), plain, Buffer.from('end')]))).toBe(true);
  });

  it('that are cut short give what there is', async () => {
    const whole = await read(unzip(packed.subarray(0, -20)));
    expect(whole.length).toBeGreaterThan(0);
    expect(plain.subarray(0, whole.length).equals(whole)).toBe(true);
  });

  it('that break in the middle give what stands before', async () => {
    const broken = Buffer.from(packed);
    const at = Math.floor(broken.length / 2);
    broken.fill(0xff, at);
    const whole = await read(unzip(broken));
    expect(plain.subarray(0, at - 100).equals(whole.subarray(0, at - 100))).toBe(true);
  });

  it.each([
    ['broken from the start', Buffer.concat([packed.subarray(0, 10), Buffer.alloc(packed.length, 0xff)])],
    ['cut off in the header', packed.subarray(0, 8)],
  ])('%s are refused', async (_title, bytes) => {
    await expect(unzip(bytes)).rejects.toThrow(UnpackError);
  });

  it('are refused when they inflate to more than all may', async () => {
    await expect(read(unzip(packed, { inflatedBytes: plain.length - 1 }))).rejects.toThrow(
      /inflates to more than/,
    );
    await expect(read(unzip(packed, { inflatedBytes: plain.length }))).resolves.toHaveLength(plain.length);
  });
});

describe('a bomb', () => {
  it('of few bytes is not inflated whole', async () => {
    const packed = gzipSync(Buffer.alloc(8_000_000));
    expect(packed.length).toBeLessThan(16 * 1024);
    await expect(read(unzip(packed))).rejects.toThrow('it inflates to more than 500 times its size');
  });

  it('may shrink as well as it can up to the first MiB, like a short report about one server', async () => {
    await expect(read(unzip(gzipSync(Buffer.alloc(1024 * 1024))))).resolves.toHaveLength(1024 * 1024);
  });

  it('of members without end is refused', async () => {
    const member = gzipSync('x');
    const bytes = Buffer.alloc(member.length * 20_001, member);
    await expect(read(unzip(bytes))).rejects.toThrow(/more than 20000 members/);
  });

  it('of members is counted over all that one mail holds', async () => {
    const member = gzipSync('x');
    const bytes = Buffer.alloc(member.length * 15_000, member);
    const budget = new UnpackBudget(DEFAULT_LIMITS);
    const content = () => gunzip(new PlainSource(bytes), budget);
    await read(content());
    await expect(read(content())).rejects.toThrow(/more than 20000 members/);
  });

  it('of tiny members keeps no large buffers', () => {
    const tiny = inflateAtOnce(new PlainSource(deflateRawSync('x')), 0);
    expect(tiny?.bytes.toString()).toBe('x');
    expect(tiny?.bytes.buffer.byteLength).toBeLessThan(16 * 1024);
  });

  it.each([
    ['tiny', 400_000, 60],
    ['larger', 6_000_000, 6],
  ])('of several %s members is judged as a whole', async (_size, bytesOfEach, count) => {
    const member = gzipSync(Buffer.alloc(bytesOfEach));
    const bytes = Buffer.alloc(member.length * count, member);
    const length = read(unzip(bytes)).then((whole) => whole.length);
    await expect(length).rejects.toThrow('it inflates to more than 500 times its size');
  });

  it('is not what shrinks as a whole no more than it may', async () => {
    const members = [gzipSync(randomBytes(4000)), gzipSync(Buffer.alloc(1_900_000))];
    await expect(read(unzip(Buffer.concat(members)))).resolves.toHaveLength(1_904_000);
  });

  it('is not what has many members', async () => {
    const members = Array.from({ length: 12_000 }, () => gzipSync('x'));
    const content = await unzip(Buffer.concat(members), { entries: 5 });
    await expect(read(content)).resolves.toHaveLength(12_000);
    expect(content.damage()).toBe(null);
  });
});

describe('other deflate data', () => {
  const plain = Buffer.from('<feedback/>'.repeat(40));

  it('come out of zlib', async () => {
    const source = new PlainSource(deflateSync(plain));
    expect(plain.equals(await read(inflateZlib(source, new UnpackBudget(DEFAULT_LIMITS))))).toBe(true);
  });

  it('come out bare', async () => {
    const source = new PlainSource(Buffer.concat([Buffer.from('ab'), deflateRawSync(plain)]));
    expect(
      plain.equals(
        await read(inflateRaw(source, { start: 2, proof: null }, new UnpackBudget(DEFAULT_LIMITS))),
      ),
    ).toBe(true);
  });
});

import { crc32 } from 'node:zlib';

/** The checksum of bytes that come after others; `before` is the sum of these. */
export type Checksum = (bytes: Buffer, before?: number) => number;

/** How the data came out. */
export interface Outcome {
  /** Checksum of all bytes. */
  readonly sum: number;
  /** How many bytes it was. */
  readonly size: number;
  /** Where the packed data ended, counted as their source counts. */
  readonly end: number;
}

/** What tells whether packed data came out as they went in. */
export interface Proof {
  readonly checksum: Checksum;
  /** Why they did not; null when they did. */
  readonly judge: (outcome: Outcome) => string | null;
}

export const CUT_OFF = 'the archive is cut off';
export const WRONG_CHECKSUM = 'its checksum is wrong';
const WRONG_LENGTH = 'its length is not what the archive says';

/** CRC-32 of gzip and zip (RFC 1952 8). */
export const crc: Checksum = (bytes, before = 0) => crc32(bytes, before);

/** The largest prime below 65,536. */
const BASE = 65_521;
/** Bytes after which the sums are still below 2^32. */
const STRIDE = 5552;

/** Adler-32 of zlib (RFC 1950 8.2). */
export const adler: Checksum = (bytes, before = 1) => {
  let low = before & 0xffff;
  let high = before >>> 16;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + STRIDE);
    for (; at < end; at += 1) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return ((high << 16) | low) >>> 0;
};

/** What CRC-32 and size, as an archive says them, say of what came out; the size modulo 2^32. */
export function judgeCrc(
  { sum, size }: Outcome,
  said: { readonly sum: number; readonly size: number },
): string | null {
  if (sum !== said.sum) return WRONG_CHECKSUM;
  return size % 2 ** 32 === said.size % 2 ** 32 ? null : WRONG_LENGTH;
}

/** Counts and sums what comes out of something, to be judged when it has ended. */
export class Proving {
  private sum: number | undefined = undefined;
  private size = 0;

  constructor(private readonly proof: Proof) {}

  add(bytes: Buffer): void {
    this.sum = this.proof.checksum(bytes, this.sum);
    this.size += bytes.length;
  }

  /** `end`: where the packed data ended. */
  verdict(end: number): string | null {
    const sum = this.sum ?? this.proof.checksum(Buffer.alloc(0));
    return this.proof.judge({ sum, size: this.size, end });
  }
}

/** The first thing that was found to be wrong; null as long as all is well. */
export class Soundness {
  private first: string | null = null;

  note(damage: string | null): void {
    this.first ??= damage;
  }

  damage(): string | null {
    return this.first;
  }
}

import { deflateRaw, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import type { Instant } from '../../core/instant.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Bytes of messages in one bundle; a larger message has one for itself. */
const BUNDLE = 1024 * 1024;
/** Bytes that are handed back to the main thread at once. */
const CHUNK = 256 * 1024;
/** What a message may inflate to: no mailbox takes larger ones. */
const LARGEST = 1024 * 1024 * 1024;

export interface Original {
  /** The mail that it belongs to: place in the batch. */
  readonly mail: number;
  readonly receivedAt: Instant;
  readonly bytes: Uint8Array;
}

/** Where in a bundle a message lies, in bytes after inflating. */
export interface Slice {
  readonly offset: number;
  readonly length: number;
}

/** Messages that are compressed and kept together. */
export class Bundle {
  readonly newestAt: Instant;
  readonly slices: ReadonlyMap<number, Slice>;
  private compressing: Promise<Buffer> | null = null;

  constructor(private readonly originals: readonly Original[]) {
    const slices = new Map<number, Slice>();
    let offset = 0;
    for (const { mail, bytes } of originals) {
      slices.set(mail, { offset, length: bytes.length });
      offset += bytes.length;
    }
    this.slices = slices;
    this.newestAt = Math.max(...originals.map((it) => it.receivedAt));
  }

  /** Begins to compress ahead of `take`; what goes wrong is heard of there. */
  start(): void {
    this.compressing = this.compress();
    this.compressing.catch(() => {});
  }

  /** The bytes to be stored, once: they are not held on to. */
  take(): Promise<Buffer> {
    const bytes = this.compressing ?? this.compress();
    this.compressing = null;
    return bytes;
  }

  private compress(): Promise<Buffer> {
    const whole = Buffer.concat(this.originals.map((original) => original.bytes));
    return deflate(whole, { level: 1, chunkSize: CHUNK });
  }
}

/**
 * Messages in bundles, each compressed in one go off the main thread: report mails are small, and most of one is base64
 * of gzip, on which the fastest level saves as much as the best.
 */
export function bundle(originals: readonly Original[]): readonly Bundle[] {
  const bundles: Bundle[] = [];
  let open: Original[] = [];
  let size = 0;
  for (const original of originals) {
    if (open.length > 0 && size + original.bytes.length > BUNDLE) {
      bundles.push(new Bundle(open));
      open = [];
      size = 0;
    }
    open.push(original);
    size += original.bytes.length;
  }
  return open.length > 0 ? [...bundles, new Bundle(open)] : bundles;
}

/** A message out of its bundle's stored bytes. Throws when they are damaged. */
export async function unbundle(bytes: Uint8Array, slice: Slice): Promise<Uint8Array> {
  const whole = await inflate(bytes, { maxOutputLength: LARGEST });
  return whole.subarray(slice.offset, slice.offset + slice.length);
}

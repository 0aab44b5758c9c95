import { constants, inflateRawSync } from 'node:zlib';
import type { ByteSource } from './byte-source.js';
import { InflatingThread } from './inflating-thread.js';
import type { InflateMeter } from './unpack-limits.js';

/** Packed bytes up to which inflating in this thread costs less than handing it to another. */
const SMALL = 16 * 1024;
/** What these may inflate to here: a bomb goes the long way. */
const SMALL_RESULT = 512 * 1024;
/** Packed bytes inflated at a time: at most 8 MiB come out of them, since deflate packs no more than 1032 to 1. */
const PIECE = 8 * 1024;
/** The same where the data are broken: what comes out of the piece that holds the break is lost. */
const FINE_PIECE = 32;

const NOTHING = Buffer.alloc(0);

export interface Inflated {
  readonly bytes: Buffer;
  /** How many packed bytes it was. */
  readonly used: number;
}

/**
 * Inflates deflate data (RFC 1951) at once, if they are small and stay so; else null. What stands before a break or a
 * missing end is given, what follows the data is left alone. Nothing is used when they are broken from the start.
 */
export function inflateAtOnce(source: ByteSource, start: number): Inflated | null {
  const packed = source.read(start, start + SMALL + 1);
  if (packed.length > SMALL) return null;
  const whole = attempt(packed);
  if (whole !== 'broken') return whole;
  const intact = attempt(intactStart(packed));
  return intact === 'broken' ? { bytes: NOTHING, used: 0 } : intact;
}

/**
 * The same of data that others follow: null also unless they are known to have ended. For the many small members that
 * some programs write.
 */
export function inflateIfItEnds(source: ByteSource, start: number): Inflated | null {
  const packed = source.read(start, start + SMALL);
  const whole = attempt(packed);
  if (whole === null || whole === 'broken') return null;
  return whole.used < packed.length ? whole : null;
}

/**
 * Inflates deflate data of any size in pieces, on another thread; returns how many packed bytes it was. Breaks are
 * treated as above. Throws an UnpackError when it is over a limit, on all of the source up to there.
 */
export async function* inflateInPieces(
  source: ByteSource,
  start: number,
  meter: InflateMeter,
): AsyncGenerator<Buffer, number> {
  const progress: Progress = { given: 0, intactUpTo: start };
  const used = yield* inflateFrom(source, start, { meter, progress, piece: PIECE });
  if (used !== null) return used;
  // Once more, up to the break itself.
  const rest = yield* inflateFrom(source, start, { meter, progress, piece: FINE_PIECE });
  return rest ?? (progress.given === 0 ? 0 : progress.intactUpTo - start);
}

interface Progress {
  /** Bytes that came out so far. */
  given: number;
  /** Before where the packed bytes are in order. */
  intactUpTo: number;
}

interface Pass {
  readonly meter: InflateMeter;
  readonly progress: Progress;
  /** Packed bytes at a time, once beyond what is known to be in order. */
  readonly piece: number;
}

/** Gives what comes after what was given before. Returns null when there is a break, else the packed bytes used. */
async function* inflateFrom(
  source: ByteSource,
  start: number,
  pass: Pass,
): AsyncGenerator<Buffer, number | null> {
  const { progress } = pass;
  const thread = new InflatingThread();
  let toSkip = progress.given;
  try {
    let piece = nextPiece(source, start, pass);
    let at = start + piece.length;
    let inflating = thread.inflate(piece);
    while (piece.length > 0) {
      const chunks = await inflating;
      if (chunks === null) return null;
      progress.intactUpTo = Math.max(progress.intactUpTo, at);
      piece = thread.hasEnded ? NOTHING : nextPiece(source, at, pass);
      at += piece.length;
      // While this is read, the next is inflated.
      if (piece.length > 0) inflating = thread.inflate(piece);
      for (const chunk of unseen(chunks, toSkip)) {
        pass.meter.count(chunk.length, at);
        progress.given += chunk.length;
        yield chunk;
      }
      toSkip = Math.max(0, toSkip - lengthOf(chunks));
    }
    return thread.used;
  } finally {
    thread.close();
  }
}

/** What comes after the first `toSkip` bytes. */
function* unseen(chunks: readonly Buffer[], toSkip: number): Generator<Buffer> {
  let seen = 0;
  for (const chunk of chunks) {
    const fresh = chunk.subarray(Math.min(chunk.length, Math.max(0, toSkip - seen)));
    seen += chunk.length;
    if (fresh.length > 0) yield fresh;
  }
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function nextPiece(source: ByteSource, at: number, { piece, progress }: Pass): Buffer {
  const { intactUpTo } = progress;
  return source.read(at, at < intactUpTo ? Math.min(at + PIECE, intactUpTo) : at + piece);
}

function attempt(packed: Buffer): Inflated | 'broken' | null {
  const options = {
    maxOutputLength: SMALL_RESULT,
    finishFlush: constants.Z_SYNC_FLUSH, // so that a missing end is no error
    info: true,
  };
  try {
    return withInfo(inflateRawSync(packed, options));
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge ? null : 'broken';
  }
}

/** What `info: true` makes of the answer; the declared types don't say so. */
function withInfo(answer: unknown): Inflated | 'broken' {
  if (typeof answer !== 'object' || answer === null || !('buffer' in answer) || !('engine' in answer))
    return 'broken';
  const { buffer, engine } = answer;
  if (!Buffer.isBuffer(buffer) || typeof engine !== 'object' || engine === null) return 'broken';
  const used = 'bytesWritten' in engine ? engine.bytesWritten : 0;
  return { bytes: withoutRoom(buffer), used: typeof used === 'number' ? used : 0 };
}

/** A few bytes of a large buffer keep all of it in memory: thousands of tiny members would fill it. */
function withoutRoom(bytes: Buffer): Buffer {
  return bytes.length * 4 < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

/** The longest start of the data that can be inflated. */
function intactStart(packed: Buffer): Buffer {
  let intact = 0;
  let broken = packed.length;
  while (broken - intact > 1) {
    const middle = (intact + broken) >> 1;
    if (attempt(packed.subarray(0, middle)) === 'broken') broken = middle;
    else intact = middle;
  }
  return packed.subarray(0, intact);
}

import { promisify } from 'node:util';
import { constants, inflateRaw, inflateRawSync, unzip, unzipSync, type ZlibOptions } from 'node:zlib';
import { CannotUnpack, inMebibytes } from './unpack-limits.js';

const unzipAsync = promisify<Uint8Array, ZlibOptions, Buffer>(unzip);
const inflateRawAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/**
 * Bytes up to which inflating in this thread costs less than handing it to another, three times as much for a usual
 * report. Even a bomb of this size, which inflates a thousandfold, is done with in some hundredths of a second.
 */
const SMALL = 16 * 1024;

/**
 * Inflates gzip (RFC 1952, also several members or garbage behind them) or zlib data (RFC 1950); of a stream cut short,
 * as much as there is. Throws CannotUnpack when it would give more than `limit` bytes, else zlib's error.
 */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const options = {
    maxOutputLength: limit,
    finishFlush: constants.Z_SYNC_FLUSH, // so that a missing end is no error
  };
  try {
    return bytes.length <= SMALL ? inflateHere(bytes, options) : await inflateElsewhere(bytes, options);
  } catch (error) {
    if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new CannotUnpack(`it inflates to more than ${inMebibytes(limit)}`, { cause: error });
  }
}

function inflateHere(bytes: Uint8Array, options: ZlibOptions): Uint8Array {
  try {
    return unzipSync(bytes, options);
  } catch (error) {
    if (!isAboutHeader(error)) throw error;
    return inflateRawSync(withoutGzipHeader(bytes), options);
  }
}

async function inflateElsewhere(bytes: Uint8Array, options: ZlibOptions): Promise<Uint8Array> {
  try {
    return await unzipAsync(bytes, options);
  } catch (error) {
    if (!isAboutHeader(error)) throw error;
    return inflateRawAsync(withoutGzipHeader(bytes), options);
  }
}

/** Only a member behind the first can have a bad header here, and that is garbage. */
function isAboutHeader(error: unknown): boolean {
  if (codeOf(error) !== 'Z_DATA_ERROR' || !(error instanceof Error)) return false;
  return /incorrect header check|unknown compression method|unknown header flags/.test(error.message);
}

/** RFC 1952 2.3: ten bytes, and what the flags in the fourth announce. */
function withoutGzipHeader(bytes: Uint8Array): Uint8Array {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 0x04) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  if (flags & 0x08) at = bytes.indexOf(0, at) + 1;
  if (flags & 0x10) at = bytes.indexOf(0, at) + 1;
  if (flags & 0x02) at += 2;
  return bytes.subarray(at);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

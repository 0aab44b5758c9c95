import { promisify } from 'node:util';
import { constants, inflateRaw, unzip } from 'node:zlib';
import { CannotUnpack, inMebibytes } from './unpack-limits.js';

const unzipAsync = promisify<Uint8Array, object, Buffer>(unzip);
const inflateRawAsync = promisify<Uint8Array, object, Buffer>(inflateRaw);

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
    return await unzipAsync(bytes, options).catch((error: unknown) => {
      // Only a member behind the first can have a bad header here, and that is garbage.
      if (!isAboutHeader(error)) throw error;
      return inflateRawAsync(bytes.subarray(gzipHeaderLength(bytes)), options);
    });
  } catch (error) {
    if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new CannotUnpack(`it inflates to more than ${inMebibytes(limit)}`, { cause: error });
  }
}

function isAboutHeader(error: unknown): boolean {
  if (codeOf(error) !== 'Z_DATA_ERROR' || !(error instanceof Error)) return false;
  return /incorrect header check|unknown compression method|unknown header flags/.test(error.message);
}

/** RFC 1952 2.3: ten bytes, and what the flags in the fourth announce. */
function gzipHeaderLength(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 0x04) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  if (flags & 0x08) at = bytes.indexOf(0, at) + 1;
  if (flags & 0x10) at = bytes.indexOf(0, at) + 1;
  if (flags & 0x02) at += 2;
  return at;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

import { promisify } from 'node:util';
import { constants, unzip } from 'node:zlib';
import { inMebibytes, CannotUnpack } from './unpack-limits.js';

const unzipAsync = promisify<Uint8Array, object, Buffer>(unzip);

/**
 * Inflates gzip (RFC 1952, also several members and garbage behind them) or zlib data (RFC 1950), of a stream cut short
 * as much as there is. Throws CannotUnpack when it would give more than `limit` bytes, else zlib's error.
 */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await unzipAsync(bytes, {
      maxOutputLength: limit,
      finishFlush: constants.Z_SYNC_FLUSH, // so that a missing end is no error
    });
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    throw new CannotUnpack(`it inflates to more than ${inMebibytes(limit)}`, { cause: error });
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

import type { ByteSource } from './byte-source.js';

/** Bytes that are looked through at a time. */
const STRIDE = 64 * 1024;

/**
 * Where `needle` stands at or behind `from`, and `isMeant` says that it is the one; -1 when it doesn't. In strides, since
 * looking through bytes made for it takes long: gives null after each, for others to have their turn.
 */
export function* findBytes(
  source: ByteSource,
  needle: Buffer,
  from: number,
  isMeant: (at: number) => boolean = () => true,
): Generator<null, number> {
  for (let at = from; at < source.atMost; at += STRIDE) {
    const stride = source.read(at, at + STRIDE + needle.length - 1);
    let found = stride.indexOf(needle);
    while (found !== -1 && !isMeant(at + found)) found = stride.indexOf(needle, found + 1);
    if (found !== -1) return at + found;
    yield null;
  }
  return -1;
}

import type { ByteSource } from './byte-source.js';

/** Bytes that came in chunks, which are left where they are. */
export class ChunkedSource implements ByteSource {
  readonly atMost: number;
  readonly isPlain = false;
  private readonly starts: readonly number[];

  constructor(private readonly chunks: readonly Buffer[]) {
    let size = 0;
    this.starts = chunks.map(({ length }) => {
      size += length;
      return size - length;
    });
    this.atMost = size;
  }

  read(start: number, end: number): Buffer {
    const parts: Buffer[] = [];
    for (let index = lastAtOrBefore(this.starts, start); index < this.chunks.length; index += 1) {
      const chunkAt = this.starts[index] ?? end;
      if (chunkAt >= end) break;
      const part = this.chunks[index]?.subarray(Math.max(0, start - chunkAt), end - chunkAt);
      if (part !== undefined && part.length > 0) parts.push(part);
    }
    const [only, ...others] = parts;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(parts);
  }
}

/** Index of the last number that is no larger; 0 when all are. The numbers grow. */
export function lastAtOrBefore(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = Math.max(0, numbers.length - 1);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((numbers[middle] ?? 0) <= number) low = middle;
    else high = middle - 1;
  }
  return low;
}

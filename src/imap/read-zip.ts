import type { Readable } from 'node:stream';
import { fromBufferPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl';
import { inMebibytes, CannotUnpack } from './unpack-limits.js';

/** One file of an archive; `bytes` inflates it, or throws CannotUnpack or yauzl's error. */
export interface ZipEntry {
  readonly name: string;
  bytes(limit: number): Promise<Uint8Array>;
}

/**
 * The files of a zip archive in its order, without directories and without what macOS adds about each file. Throws
 * yauzl's error when the archive is damaged; the entries before the damage have been given by then.
 */
export async function* zipEntries(archive: Uint8Array): AsyncGenerator<ZipEntry> {
  // Names aren't checked, only shown: nothing is written to a disk.
  const zip = await fromBufferPromise(Buffer.from(archive), { lazyEntries: true, decodeStrings: false });
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry);
    if (isFile(name)) yield { name, bytes: (limit) => inflateEntry(zip, entry, limit) };
  }
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

function isFile(name: string): boolean {
  return !/[/\\]$/.test(name) && !/(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\._)/.test(name);
}

async function inflateEntry(zip: ZipFile, entry: Entry, limit: number): Promise<Uint8Array> {
  // A header that says less than there is makes yauzl stop with an error.
  if (entry.uncompressedSize > limit) throw tooLarge(limit);
  if (entry.isEncrypted()) throw new CannotUnpack('it is encrypted');
  return collect(await zip.openReadStreamPromise(entry), limit);
}

async function collect(stream: Readable, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): CannotUnpack {
  return new CannotUnpack(`it inflates to more than ${inMebibytes(limit)}`);
}

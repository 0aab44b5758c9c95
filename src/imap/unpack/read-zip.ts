import { UnpackError } from '../../ports/message-unpacker.js';
import type { Breather } from './breather.js';
import { measure, SourceWindow, type ByteSource } from './byte-source.js';
import { findBytes } from './find-bytes.js';
import { crc, CUT_OFF, judgeCrc, Proving, Soundness, type Outcome, type Proof } from './checksum.js';
import { StreamContent, type Content } from './content.js';
import { inflateRaw, inflateRawAtOnce } from './inflated-content.js';
import type { UnpackBudget } from './unpack-limits.js';
import {
  entryName,
  headOf,
  LOCAL,
  localSizes,
  onlyRecord,
  signature,
  zipDirectory,
  type ZipRecord,
} from './zip-directory.js';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
  /** What it holds. Throws an UnpackError where that can't be read, or is over a limit. */
  content(budget: UnpackBudget): Promise<Content>;
  /** The same at once; null when it is not small. */
  contentAtOnce(budget: UnpackBudget): Content | null;
}

/** Bytes that are looked through at a time. */
const STRIDE = 64 * 1024;
const DESCRIPTOR = 0x08074b50;
const LOCAL_BYTES = Buffer.from('PK\x03\x04', 'latin1');

/**
 * The files of a zip archive in its order, without directories and without what macOS adds about each file. An archive
 * that has lost its end is read from its beginning. Throws an UnpackError when it is damaged; the entries before the
 * damage have been given by then.
 */
export async function* zipEntries(archive: ByteSource, breather: Breather): AsyncGenerator<ZipEntry, void> {
  const length = await measure(archive, breather);
  const directory = zipDirectory(archive, length);
  for (const record of directory ?? recordsFromStart(archive, length)) {
    await breather.breathe();
    if (record === null || !isFile(record.name)) continue;
    yield new EntryOf(archive, record);
  }
  if (directory === null) throw new UnpackError('it is damaged: its end is missing');
}

/** The one file of an archive that is `length` bytes long; null when there are more or none, or all is not in order. */
export function onlyEntry(archive: ByteSource, length: number): ZipEntry | null {
  const record = onlyRecord(archive, length);
  return record === null || !isFile(record.name) ? null : new EntryOf(archive, record);
}

class EntryOf implements ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;

  constructor(
    private readonly archive: ByteSource,
    private readonly record: ZipRecord,
  ) {
    this.name = record.name;
    this.isEncrypted = record.isEncrypted;
  }

  async content(budget: UnpackBudget): Promise<Content> {
    const packed = packedData(this.archive, this.record);
    const proof = proofOf(packed, this.record);
    if (this.record.method === 8) return inflateRaw(packed, { start: 0, proof }, budget);
    const soundness = new Soundness();
    return StreamContent.begin(storedPieces(packed, proof, { budget, soundness }), soundness);
  }

  contentAtOnce(budget: UnpackBudget): Content | null {
    const packed = packedData(this.archive, this.record);
    if (this.record.method !== 8) return null;
    return inflateRawAtOnce(packed, { start: 0, proof: proofOf(packed, this.record) }, budget);
  }
}

/** What an entry is packed into. Throws an UnpackError where nothing can be made of it. */
function packedData(archive: ByteSource, record: ZipRecord): ByteSource {
  if (record.isEncrypted) throw new UnpackError('it is encrypted');
  const start = startOfData(archive, record.localAt);
  if (start === null) throw new UnpackError('it is damaged: it is not where the directory says');
  // The shortest deflated entry has two bytes: none is what is written where the size stands behind the data.
  const end = record.packedSize === 0 && record.method === 8 ? Infinity : start + record.packedSize;
  if (record.method === 0 || record.method === 8) return new SourceWindow(archive, start, end);
  throw new UnpackError(`it is packed in a way that is not known here (zip method ${record.method})`);
}

/** CRC-32 and size, as the headers say, or what stands behind the data. */
function proofOf(packed: ByteSource, { said }: ZipRecord): Proof {
  return {
    checksum: crc,
    judge: (outcome) => {
      const there = said ?? descriptorAt(packed, outcome);
      return there === null ? CUT_OFF : judgeCrc(outcome, there);
    },
  };
}

/**
 * APPNOTE 4.3.9: CRC-32, packed size and size, mostly with a mark before them; null when it is cut off. In zip64 form the
 * sizes have eight bytes, which nothing says: there the upper half of the packed size stands where else the size would.
 */
function descriptorAt(
  packed: ByteSource,
  { end, size }: Outcome,
): { readonly sum: number; readonly size: number } | null {
  const marked = signature(packed, end) === DESCRIPTOR ? end + 4 : end;
  const fields = packed.read(marked, marked + 20);
  if (fields.length < 12) return null;
  const isLong = fields.length === 20 && fields.readUInt32LE(8) === 0 && size > 0;
  return { sum: fields.readUInt32LE(0), size: fields.readUInt32LE(isLong ? 12 : 8) };
}

async function* storedPieces(
  stored: ByteSource,
  proof: Proof,
  { budget, soundness }: { readonly budget: UnpackBudget; readonly soundness: Soundness },
): AsyncGenerator<Buffer, void> {
  const proving = new Proving(proof);
  let at = 0;
  for (;;) {
    const piece = stored.read(at, at + STRIDE);
    if (piece.length === 0) break;
    // Many entries may lie in the same bytes.
    budget.countInflated(piece.length);
    proving.add(piece);
    yield piece;
    at += piece.length;
  }
  soundness.note(proving.verdict(at));
}

/** Behind a local header (APPNOTE 4.3.7); null when there is none. */
function startOfData(archive: ByteSource, at: number): number | null {
  const header = archive.read(at, at + 30);
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) return null;
  return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/** What the local headers say where the directory is lost; null where nothing new was found for a while. */
function* recordsFromStart(archive: ByteSource, length: number): Generator<ZipRecord | null> {
  let at = LOCAL_BYTES.length * Number(signature(archive, 0) !== LOCAL); // behind the mark of a split archive
  let start = startOfData(archive, at);
  if (start === null)
    throw new UnpackError('it is damaged: it has no directory, and does not begin with an entry');
  while (start !== null) {
    const header = archive.read(at, at + 30);
    const nameEnd = at + 30 + header.readUInt16LE(26);
    const name = entryName(archive.read(at + 30, nameEnd));
    const { size, packedSize } = localSizes(header, archive.read(nameEnd, start));
    const next: number = yield* findBytes(archive, LOCAL_BYTES, start + packedSize);
    const end = next === -1 ? length : next;
    const sum = header.readUInt32LE(14);
    const said = header.readUInt16LE(6) & 8 ? null : { sum, size };
    yield { name, ...headOf(header, 6), localAt: at, packedSize: packedSize || end - start, said };
    at = end;
    start = startOfData(archive, at);
  }
}

function isFile(name: string): boolean {
  return !/[/\\]$/.test(name) && !/(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\._)/.test(name);
}

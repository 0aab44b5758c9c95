import { isUtf8 } from 'node:buffer';
import { UnpackError } from '../../ports/message-unpacker.js';
import type { ByteSource } from './byte-source.js';

/** What an archive's directory says of one entry (APPNOTE 4.3.12). */
export interface ZipRecord {
  readonly name: string;
  /** 0: stored, 8: deflated (APPNOTE 4.4.5). */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Where its local header begins. */
  readonly localAt: number;
  /** How many bytes it is packed into; 0 also when it isn't known. */
  readonly packedSize: number;
  /** What it holds; null where it stands behind the data (APPNOTE 4.3.9). */
  readonly said: { readonly sum: number; readonly size: number } | null;
}

/** What stands behind an archive: its end record, whose comment may have 64 KB, and what others have added. */
const TAIL = 128 * 1024;
const END = 0x06054b50;
const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');
const MOST_CANDIDATES = 16;

const CENTRAL = 0x02014b50;
export const LOCAL = 0x04034b50;
const ZIP64_END = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
/** APPNOTE 4.4.1.4: the number stands in an extra field. */
const ELSEWHERE_32 = 0xffffffff;

/** The entry of an archive of `length` bytes that has one; null when it has more or none, or its directory is damaged. */
export function onlyRecord(source: ByteSource, length: number): ZipRecord | null {
  if (signature(source, 0) === END) return null;
  const from = Math.max(0, length - TAIL);
  const tail = source.read(from, length);
  const at = tail.lastIndexOf(END_RECORD);
  const end = tail.subarray(at, at + 22);
  if (at === -1 || end.length < 22 || end.readUInt16LE(10) !== 1) return null;
  const directory = directoryOf(source, end, from + at);
  if (directory === null || directory.count !== 1) return null;
  const first = recordAt(source, directory.at, directory.shift);
  if (first === null || signature(source, first.next) === CENTRAL) return null;
  return first.record;
}

/** The entries of an archive of `length` bytes, by the directory at its end (APPNOTE 4.3.6); null without one. */
export function zipDirectory(source: ByteSource, length: number): Iterable<ZipRecord> | null {
  if (signature(source, 0) === END) return []; // APPNOTE 4.3.1: an empty archive
  const from = Math.max(0, length - TAIL);
  const tail = source.read(from, length);
  let at = tail.lastIndexOf(END_RECORD);
  for (let tries = 0; at !== -1 && tries < MOST_CANDIDATES; tries += 1) {
    const end = tail.subarray(at, at + 22);
    const directory = end.length < 22 ? null : directoryOf(source, end, from + at);
    if (directory !== null) return records(source, directory);
    at = at === 0 ? -1 : tail.lastIndexOf(END_RECORD, at - 1);
  }
  return null;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly at: number;
  /** What stands before the archive: offsets don't count it. */
  readonly shift: number;
}

/** Null when what looks like an end record is none. */
function directoryOf(source: ByteSource, end: Buffer, endAt: number): Directory | null {
  const said = zip64Directory(source, endAt) ?? {
    count: end.readUInt16LE(10),
    size: end.readUInt32LE(12),
    at: end.readUInt32LE(16),
    endAt,
  };
  const shift = said.endAt - said.size - said.at;
  for (const moved of [0, shift]) {
    if (signature(source, said.at + moved) === CENTRAL) return { ...said, at: said.at + moved, shift: moved };
  }
  return null;
}

/** APPNOTE 4.3.14 and 4.3.15. */
function zip64Directory(
  source: ByteSource,
  endAt: number,
): { readonly count: number; readonly size: number; readonly at: number; readonly endAt: number } | null {
  if (endAt < 20 || signature(source, endAt - 20) !== ZIP64_LOCATOR) return null;
  const at = Number(source.read(endAt - 20, endAt).readBigUInt64LE(8));
  const end = source.read(at, at + 56);
  if (end.length < 56 || end.readUInt32LE(0) !== ZIP64_END) return null;
  const number = (offset: number): number => Number(end.readBigUInt64LE(offset));
  return { count: number(32), size: number(40), at: number(48), endAt: at };
}

function* records(source: ByteSource, { count, at, shift }: Directory): Generator<ZipRecord> {
  let next = at;
  let read = 0;
  // The count is often wrong where there are many.
  for (; signature(source, next) === CENTRAL; read += 1) {
    const found = recordAt(source, next, shift);
    if (found === null) break;
    yield found.record;
    next = found.next;
  }
  if (read < count) throw new UnpackError('it is damaged: its directory breaks off');
}

/** An entry of the directory, and where the next begins; null where it is cut off. */
function recordAt(
  source: ByteSource,
  at: number,
  shift: number,
): { readonly record: ZipRecord; readonly next: number } | null {
  const fields = source.read(at, at + 46);
  if (fields.length < 46) return null;
  const nameEnd = 46 + fields.readUInt16LE(28);
  const extraEnd = nameEnd + fields.readUInt16LE(30);
  const texts = source.read(at, at + extraEnd);
  const sizes = sizesOf(fields, texts.subarray(nameEnd, extraEnd));
  const { isEncrypted, method } = headOf(fields, 8);
  const record = {
    name: entryName(texts.subarray(46, nameEnd)),
    method,
    isEncrypted,
    localAt: sizes.localAt + shift,
    packedSize: sizes.packedSize,
    said: { sum: fields.readUInt32LE(16), size: sizes.size },
  };
  return { record, next: at + extraEnd + fields.readUInt16LE(32) };
}

/** Flags and method stand in both kinds of header in this order. */
export function headOf(header: Buffer, at: number): Pick<ZipRecord, 'method' | 'isEncrypted'> {
  return { isEncrypted: (header.readUInt16LE(at) & 1) === 1, method: header.readUInt16LE(at + 2) };
}

/** Names are only shown: nothing is written to a disk. */
export function entryName(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

export function signature(source: ByteSource, at: number): number | null {
  const bytes = at < 0 ? null : source.read(at, at + 4);
  return bytes === null || bytes.length < 4 ? null : bytes.readUInt32LE(0);
}

interface Sizes extends Pick<ZipRecord, 'packedSize'> {
  readonly size: number;
}

/** APPNOTE 4.5.3: in the extra field they stand in this order. */
function sizesOf(record: Buffer, extra: Buffer): Sizes & Pick<ZipRecord, 'localAt'> {
  const numbers = new Zip64Numbers(record, extra);
  const size = numbers.at(24);
  return { size, packedSize: numbers.at(20), localAt: numbers.at(42) };
}

/** What a local header (APPNOTE 4.3.7) says of the sizes, `extra` being its extra fields; 0 where it doesn't know. */
export function localSizes(header: Buffer, extra: Buffer): Sizes {
  const numbers = new Zip64Numbers(header, extra);
  const size = known(numbers.at(22));
  return { size, packedSize: known(numbers.at(18)) };
}

function known(size: number): number {
  return size === ELSEWHERE_32 ? 0 : size;
}

/** Numbers of a header; those that don't fit stand in an extra field, one behind the other. */
class Zip64Numbers {
  private readonly zip64: Buffer;
  private next = 0;

  constructor(
    private readonly header: Buffer,
    extra: Buffer,
  ) {
    this.zip64 = extraField(extra, 1);
  }

  at(offset: number): number {
    const value = this.header.readUInt32LE(offset);
    if (value !== ELSEWHERE_32 || this.next + 8 > this.zip64.length) return value;
    this.next += 8;
    return Number(this.zip64.readBigUInt64LE(this.next - 8));
  }
}

function extraField(extra: Buffer, id: number): Buffer {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return extra.subarray(0, 0);
}

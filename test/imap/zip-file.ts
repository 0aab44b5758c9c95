import { crc32, deflateRawSync } from 'node:zlib';

/** An entry to write; the optional fields are lies and oddities that an honest writer wouldn't make. */
export interface ZipFileEntry {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly store?: boolean;
  readonly encrypted?: boolean;
  /** What both headers say that it inflates to. */
  readonly claimedSize?: number;
  /** Sizes stand behind the data, as writers of streams put them (APPNOTE 4.3.9). */
  readonly descriptor?: boolean;
}

export interface ZipFileOptions {
  /** Offsets and counts stand in zip64 fields (APPNOTE 4.3.14, 4.5.3). */
  readonly zip64?: boolean;
}

/** A zip archive (APPNOTE 4.3), written here because libraries refuse to write what hostile mail holds. */
export function zipFile(entries: readonly ZipFileEntry[], { zip64 = false }: ZipFileOptions = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { fields, localFields, name, data } = fieldsOf(entry);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), localFields, name, data]);
    const rest = Buffer.alloc(14); // comment length, disk, attributes
    rest.writeUInt32LE(zip64 ? 0xffffffff : offset, 10);
    const extra = zip64 ? offsetField(offset) : Buffer.alloc(0);
    fields.writeUInt16LE(extra.length, 24);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, rest, name, extra]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...locals, directory, endOf(entries.length, directory.length, offset, zip64)]);
}

function endOf(count: number, size: number, offset: number, zip64: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  // More than fit are what many writers without zip64 say modulo 65,536.
  end.writeUInt16LE(zip64 ? 0xffff : count % 0x10000, 8);
  end.writeUInt16LE(zip64 ? 0xffff : count % 0x10000, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  return zip64 ? Buffer.concat([zip64End(count, size, offset), end]) : end;
}

function zip64End(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 14);
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, size],
    [48, offset],
  ] as const) {
    record.writeBigUInt64LE(BigInt(value), at);
  }
  record.write('PK\x06\x07', 56, 'latin1');
  record.writeBigUInt64LE(BigInt(offset + size), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function offsetField(offset: number): Buffer {
  const field = Buffer.alloc(12);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8, 2);
  field.writeBigUInt64LE(BigInt(offset), 4);
  return field;
}

/** What the local header and the central directory say alike, from "version needed" to the lengths. */
function fieldsOf(entry: ZipFileEntry) {
  const content = Buffer.from(entry.bytes);
  const packed = entry.store ? content : deflateRawSync(content);
  const name = Buffer.from(entry.name);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x800 + (entry.encrypted ? 1 : 0) + (entry.descriptor ? 8 : 0), 2);
  fields.writeUInt16LE(entry.store ? 0 : 8, 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(entry.claimedSize ?? content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  if (!entry.descriptor) return { fields, localFields: Buffer.from(fields), name, data: packed };
  const localFields = Buffer.from(fields).fill(0, 10, 22);
  const descriptor = Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), fields.subarray(10, 22)]);
  return { fields, localFields, name, data: Buffer.concat([packed, descriptor]) };
}

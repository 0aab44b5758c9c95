import { crc32, deflateRawSync } from 'node:zlib';

/** An entry to write; the optional fields are lies and oddities that an honest writer wouldn't make. */
export interface ZipFileEntry {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly store?: boolean;
  readonly encrypted?: boolean;
  /** What both headers say that it inflates to. */
  readonly claimedSize?: number;
}

/** A zip archive (APPNOTE 4.3), written here because libraries refuse to write what hostile mail holds. */
export function zipFile(entries: readonly ZipFileEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { fields, name, data } = fieldsOf(entry);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, data]);
    const rest = Buffer.alloc(14); // comment length, disk, attributes
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** What the local header and the central directory say alike, from "version needed" to the lengths. */
function fieldsOf(entry: ZipFileEntry): { fields: Buffer; name: Buffer; data: Buffer } {
  const content = Buffer.from(entry.bytes);
  const data = entry.store ? content : deflateRawSync(content);
  const name = Buffer.from(entry.name);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(entry.encrypted ? 0x801 : 0x800, 2);
  fields.writeUInt16LE(entry.store ? 0 : 8, 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(entry.claimedSize ?? content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return { fields, name, data };
}

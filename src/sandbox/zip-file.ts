import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive with one deflated file (PKWARE APPNOTE 4.3): local header, data, central directory, end record. */
export function zipFile(name: string, content: Uint8Array): Buffer {
  const fileName = Buffer.from(name, 'latin1');
  const data = deflateRawSync(content);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0); // version needed: 2.0, deflate
  shared.writeUInt16LE(8, 4); // method: deflate
  shared.writeUInt16LE(0x21, 8); // 1980-01-01, so that the same report gives the same bytes
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(data.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(fileName.length, 22);
  const local = Buffer.concat([signature(0x04034b50), shared, fileName, data]);
  const madeBy = Buffer.from([20, 0]);
  const central = Buffer.concat([signature(0x02014b50), madeBy, shared, Buffer.alloc(14), fileName]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4); // entries on this disk
  end.writeUInt16LE(1, 6); // entries in all
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

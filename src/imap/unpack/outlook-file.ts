import type { Breather } from './breather.js';
import { measure, type ByteSource } from './byte-source.js';

/** What the storages of a message are called ([MS-OXMSG] 2.2), as a directory writes it. */
const PROPERTIES = ['__substg1.0_', '__properties_version1.0', '__nameid_version1.0'].map((name) =>
  Buffer.from(name, 'utf16le'),
);

/** Whether a compound file ([MS-CFB]) is a message that Outlook saved, and no Office document. */
export async function isOutlookMessage(
  source: ByteSource,
  name: string,
  breather: Breather,
): Promise<boolean> {
  if (/\.msg$/i.test(name)) return true;
  const header = source.read(0, 512);
  if (header.length < 512) return false;
  const sectorBytes = header.readUInt16LE(30) === 12 ? 4096 : 512;
  // Sectors are counted from behind the header.
  const at = (header.readUInt32LE(48) + 1) * sectorBytes;
  // It may lie far inside, and decoding all that comes before it takes long.
  await measure(source, breather, at + sectorBytes);
  const directory = source.read(at, at + sectorBytes);
  return PROPERTIES.some((property) => directory.includes(property));
}

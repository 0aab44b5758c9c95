/** DNS wire format: numbers in network order and names (RFC 1035 3.1, 4.1.4). */

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

/** A name in small letters, uncompressed. Throws a RangeError when it can't stand in DNS. */
export function encodeName(name: string): Buffer {
  const bare = name.toLowerCase().replace(/\.$/, '');
  const labels = bare === '' ? [] : bare.split('.').map((label) => Buffer.from(label, 'latin1'));
  const parts = labels.flatMap((label) => {
    if (label.length === 0 || label.length > 63) throw new RangeError('not a domain name');
    return [Buffer.from([label.length]), label];
  });
  const encoded = Buffer.concat([...parts, Buffer.from([0])]);
  if (encoded.length > 255) throw new RangeError('not a domain name');
  return encoded;
}

/**
 * The name at an offset, in small letters, and the offset behind it. Throws a RangeError when it is cut off or its
 * pointers don't lead back.
 */
export function readName(message: Buffer, offset: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = offset;
  let end: number | null = null;
  let lowest = offset;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) break;
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      if (at >= lowest) throw new RangeError('a name points forward');
      lowest = at;
      continue;
    }
    const stop = at + 1 + length;
    if (length > 63 || stop > message.length) throw new RangeError('a name is cut off');
    labels.push(message.toString('latin1', at + 1, stop).toLowerCase());
    at = stop;
  }
  return { name: labels.join('.'), end: end ?? at + 1 };
}

/** Numbers of the DNS (RFC 1035 3.2, RFC 2136 1.3 and 2.2, RFC 8945 3). */
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, TSIG: 250, ANY: 255 } as const;
export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
} as const;
export const OPCODE = { QUERY: 0, UPDATE: 5 } as const;

/** No message of ours has more; a larger count is somebody's mischief. */
const MOST_RECORDS = 64;

export interface WireQuestion {
  /** Lower case, no trailing dot. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface WireRecord extends WireQuestion {
  readonly ttl: number;
  readonly data: Buffer;
  /** Where the record begins in its message, in bytes. */
  readonly offset: number;
}

export interface WireMessage {
  readonly id: number;
  readonly opcode: number;
  readonly isResponse: boolean;
  readonly recursionDesired: boolean;
  readonly questions: readonly WireQuestion[];
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
}

/** Throws a RangeError for bytes that are no DNS message. */
export function parseMessage(bytes: Buffer): WireMessage {
  const flags = bytes.readUInt16BE(2);
  let offset = 12;
  const count = (at: number): number => {
    const found = bytes.readUInt16BE(at);
    if (found > MOST_RECORDS) throw new RangeError('too many records');
    return found;
  };
  const question = (): WireQuestion => {
    const read = readName(bytes, offset);
    offset = read.end + 4;
    return { name: read.name, type: bytes.readUInt16BE(read.end), class: bytes.readUInt16BE(read.end + 2) };
  };
  const record = (): WireRecord => {
    const start = offset;
    const head = question();
    const ttl = bytes.readUInt32BE(offset);
    const length = bytes.readUInt16BE(offset + 4);
    offset += 6 + length;
    if (offset > bytes.length) throw new RangeError('record runs over the end');
    return { ...head, ttl, data: bytes.subarray(offset - length, offset), offset: start };
  };
  const several = <T>(at: number, read: () => T): T[] => Array.from({ length: count(at) }, read);
  return {
    id: bytes.readUInt16BE(0),
    opcode: (flags >> 11) & 15,
    isResponse: (flags & 0x8000) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    questions: several(4, question),
    answers: several(6, record),
    authorities: several(8, record),
    additionals: several(10, record),
  };
}

/** A name from anywhere in a message; `end` is where the reading goes on. Throws a RangeError when it is malformed. */
export function readName(bytes: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let offset = start;
  let end = -1;
  for (let steps = 0; steps < 128; steps += 1) {
    const length = bytes.readUInt8(offset);
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end < 0 ? offset + 1 : end };
    if (length >= 0xc0) {
      if (end < 0) end = offset + 2;
      offset = bytes.readUInt16BE(offset) & 0x3fff; // RFC 1035 4.1.4
    } else {
      labels.push(bytes.toString('latin1', offset + 1, offset + 1 + length));
      offset += 1 + length;
    }
  }
  throw new RangeError('name does not end');
}

/** Uncompressed, lower case. */
export function nameBytes(name: string): Buffer {
  const labels = name
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '');
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]),
    Buffer.from([0]),
  ]);
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function recordBytes(record: Omit<WireRecord, 'offset'>): Buffer {
  return Buffer.concat([
    nameBytes(record.name),
    uint16(record.type),
    uint16(record.class),
    uint32(record.ttl),
    uint16(record.data.length),
    record.data,
  ]);
}

/** A TXT record's data: strings of at most 255 bytes each (RFC 1035 3.3.14). */
export function txtData(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const strings: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255);
    strings.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat(strings);
}

/** The strings of a TXT record, joined. Throws a RangeError when a string runs over the end. */
export function txtText(data: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < data.length;) {
    const length = data.readUInt8(at);
    if (at + 1 + length > data.length) throw new RangeError('string runs over the end');
    parts.push(data.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return parts.join('');
}

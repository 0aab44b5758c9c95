import type { TxtSet } from '../../ports/dns-provider.js';
import { encodeTxtRdata } from '../txt-codec.js';
import { encodeName, u16, u32 } from './wire.js';

const TYPE_CNAME = 5;
const TYPE_SOA = 6;
const TYPE_TXT = 16;
const CLASS_IN = 1;
const CLASS_NONE = 254;
const CLASS_ANY = 255;
const OPCODE_UPDATE = 5;

/**
 * One UPDATE that replaces the TXT set at a name if it equals `expected`, and else changes nothing (RFC 2136 2.4, 3.2):
 * the prerequisites are the compare of a compare-and-swap, and the server carries all of it out at once.
 */
export function encodeSwap(swap: {
  readonly id: number;
  readonly zone: string;
  readonly name: string;
  readonly expected: TxtSet;
  readonly next: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}): Buffer {
  const { name, ttl } = swap;
  const values = swap.expected.values.map((value) => txt(name, CLASS_IN, 0, value));
  const prerequisites = [
    // RFC 2136 3.4.2.2: TXT added beside an alias would be dropped without a word.
    record(name, TYPE_CNAME, CLASS_NONE, 0, Buffer.alloc(0)),
    // 2.4.2: the set equals these; 2.4.3: it does not exist.
    ...(values.length > 0 ? values : [record(name, TYPE_TXT, CLASS_NONE, 0, Buffer.alloc(0))]),
  ];
  const updates = [
    record(name, TYPE_TXT, CLASS_ANY, 0, Buffer.alloc(0)), // 2.5.2: take the set out
    ...swap.next.map((value) => txt(name, CLASS_IN, ttl, value)), // 2.5.1: add
  ];
  const counts = [1, prerequisites.length, updates.length, 0].map(u16);
  const header = Buffer.concat([u16(swap.id), u16(OPCODE_UPDATE << 11), ...counts]);
  const zone = Buffer.concat([encodeName(swap.zone), u16(TYPE_SOA), u16(CLASS_IN)]);
  return Buffer.concat([header, zone, ...prerequisites, ...updates]);
}

/** Only TXT is ever written; the type is no parameter of a swap. */
function txt(name: string, recordClass: number, ttl: number, value: string): Buffer {
  return record(name, TYPE_TXT, recordClass, ttl, encodeTxtRdata(value));
}

function record(name: string, type: number, recordClass: number, ttl: number, rdata: Buffer): Buffer {
  return Buffer.concat([encodeName(name), u16(type), u16(recordClass), u32(ttl), u16(rdata.length), rdata]);
}

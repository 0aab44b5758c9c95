import { createHmac, timingSafeEqual } from 'node:crypto';
import { encodeName, readName, u16, u32, u48 } from './wire.js';

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number];

export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Buffer;
}

export interface SignedMessage {
  readonly bytes: Buffer;
  readonly mac: Buffer;
}

/** What the TSIG record of an answer says. `error`: BADSIG 16, BADKEY 17, BADTIME 18 (RFC 8945 3). */
export type TsigCheck =
  | { readonly kind: 'verified' }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'refused'; readonly error: number; readonly serverTime: number | null }
  | { readonly kind: 'wrong' };

const TYPE_TSIG = 250;
const CLASS_ANY = 255;
/** Seconds that two clocks may differ (RFC 8945 10). */
const FUDGE = 300;

/** Appends a TSIG record (RFC 8945 4.2, 5.1). `now` in seconds. */
export function signMessage(message: Buffer, key: TsigKey, now: number): SignedMessage {
  const mac = hmac(key, [message, variables(key, now, FUDGE, 0, Buffer.alloc(0))]);
  const rdata = Buffer.concat([
    encodeName(key.algorithm),
    u48(now),
    u16(FUDGE),
    u16(mac.length),
    mac,
    message.subarray(0, 2), // original id
    u16(0),
    u16(0),
  ]);
  const record = Buffer.concat([
    encodeName(key.name),
    u16(TYPE_TSIG),
    u16(CLASS_ANY),
    u32(0),
    u16(rdata.length),
    rdata,
  ]);
  const bytes = Buffer.concat([message, record]);
  bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10); // ARCOUNT
  return { bytes, mac };
}

/**
 * Checks the answer's TSIG record against the request's MAC (RFC 8945 5.3, 5.4). `now` in seconds.
 * Throws a RangeError when the message is cut off.
 */
export function verifyAnswer(answer: Buffer, requestMac: Buffer, key: TsigKey, now: number): TsigCheck {
  const last = lastAdditional(answer);
  if (last === null) return { kind: 'unsigned' };
  const { start } = last;
  const tsig = readTsig(answer, start);
  if (tsig === null) return { kind: 'unsigned' };
  // RFC 8945 5.1: it is the last record; bytes behind it, or lengths that contradict, are somebody's tampering.
  if (last.end !== answer.length || tsig.end !== answer.length) return { kind: 'wrong' };
  // RFC 8945 5.3.2: BADKEY and BADSIG come without a MAC; there is nothing to check, and nothing was done.
  if (tsig.mac.length === 0) return { kind: 'refused', error: tsig.error, serverTime: tsig.serverTime };

  const signed = Buffer.from(answer.subarray(0, start));
  signed.writeUInt16BE(signed.readUInt16BE(10) - 1, 10);
  signed.writeUInt16BE(tsig.originalId, 0);
  const expected = hmac(key, [
    u16(requestMac.length),
    requestMac,
    signed,
    variables(key, tsig.time, tsig.fudge, tsig.error, tsig.other),
  ]);
  const isSame =
    tsig.keyName === key.name.toLowerCase() &&
    tsig.algorithm === key.algorithm &&
    tsig.mac.length === expected.length &&
    timingSafeEqual(tsig.mac, expected);
  if (!isSame) return { kind: 'wrong' };
  if (tsig.error !== 0) return { kind: 'refused', error: tsig.error, serverTime: tsig.serverTime };
  return Math.abs(now - tsig.time) <= tsig.fudge ? { kind: 'verified' } : { kind: 'wrong' };
}

interface TsigRecord {
  readonly keyName: string;
  readonly algorithm: string;
  readonly time: number;
  readonly fudge: number;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
  /** Seconds; told with BADTIME. */
  readonly serverTime: number | null;
  /** The offset behind it, by the lengths within. */
  readonly end: number;
}

function readTsig(message: Buffer, start: number): TsigRecord | null {
  const owner = readName(message, start);
  if (message.readUInt16BE(owner.end) !== TYPE_TSIG) return null;
  const algorithm = readName(message, owner.end + 10);
  let at = algorithm.end;
  const time = message.readUIntBE(at, 6);
  const fudge = message.readUInt16BE(at + 6);
  const macLength = message.readUInt16BE(at + 8);
  at += 10;
  const mac = message.subarray(at, at + macLength);
  at += macLength;
  const originalId = message.readUInt16BE(at);
  const error = message.readUInt16BE(at + 2);
  const end = at + 6 + message.readUInt16BE(at + 4);
  const other = message.subarray(at + 6, end);
  return {
    keyName: owner.name,
    algorithm: algorithm.name,
    time,
    fudge,
    mac,
    originalId,
    error,
    other,
    serverTime: other.length === 6 ? other.readUIntBE(0, 6) : null,
    end,
  };
}

/** Where the last record of the additional section lies; null: the section is empty. */
function lastAdditional(message: Buffer): { readonly start: number; readonly end: number } | null {
  if (message.readUInt16BE(10) === 0) return null;
  let at = 12;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = readName(message, at).end + 4;
  let start = at;
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  for (let left = records; left > 0; left -= 1) {
    start = at;
    const fixed = readName(message, at).end;
    at = fixed + 10 + message.readUInt16BE(fixed + 8);
  }
  return { start, end: at };
}

/** The part of the record that the MAC covers (RFC 8945 4.3.3). */
function variables(key: TsigKey, time: number, fudge: number, error: number, other: Buffer): Buffer {
  return Buffer.concat([
    encodeName(key.name),
    u16(CLASS_ANY),
    u32(0),
    encodeName(key.algorithm),
    u48(time),
    u16(fudge),
    u16(error),
    u16(other.length),
    other,
  ]);
}

function hmac(key: TsigKey, parts: readonly Buffer[]): Buffer {
  const mac = createHmac(key.algorithm.replace('hmac-', ''), key.secret);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

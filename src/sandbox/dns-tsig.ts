import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  CLASS,
  nameBytes,
  readName,
  recordBytes,
  TYPE,
  uint16,
  uint32,
  type WireMessage,
} from './dns-wire.js';

/** A shared secret for changing a zone (RFC 8945). */
export interface ZoneKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** Base64. */
  readonly secret: string;
}

const HASHES = { 'hmac-sha256': 'sha256', 'hmac-sha384': 'sha384', 'hmac-sha512': 'sha512' } as const;
const NOTHING = Buffer.alloc(0);
/** RFC 8945 3: BADSIG, BADKEY, BADTIME. */
export type TsigError = 'BADSIG' | 'BADKEY' | 'BADTIME';
const ERROR_NUMBERS = { BADSIG: 16, BADKEY: 17, BADTIME: 18 } as const;

export type Signed =
  | { readonly ok: true; readonly mac: Buffer }
  | { readonly ok: false; readonly error: TsigError | 'unsigned' };

/** Whether a request is signed with the key, at `now` (seconds). Throws a RangeError for a malformed TSIG record. */
export function checkSignature(bytes: Buffer, message: WireMessage, key: ZoneKey, now: number): Signed {
  const tsig = message.additionals.at(-1);
  if (tsig === undefined || tsig.type !== TYPE.TSIG) return { ok: false, error: 'unsigned' };
  const { data } = tsig;
  const { name: algorithm, end } = readName(data, 0);
  if (tsig.name !== key.name.toLowerCase() || algorithm !== key.algorithm)
    return { ok: false, error: 'BADKEY' };
  const time = data.readUIntBE(end, 6);
  const fudge = data.readUInt16BE(end + 6);
  const macLength = data.readUInt16BE(end + 8);
  const mac = data.subarray(end + 10, end + 10 + macLength);
  const originalId = data.readUInt16BE(end + 10 + macLength);
  // RFC 8945 4.3.2: the message as it was before the TSIG record was added
  const body = Buffer.from(bytes.subarray(0, tsig.offset));
  body.writeUInt16BE(originalId, 0);
  body.writeUInt16BE(body.readUInt16BE(10) - 1, 10);
  const wanted = digest(key, body, variables(key, time, fudge, 0, NOTHING));
  if (wanted.length !== mac.length || !timingSafeEqual(wanted, mac)) return { ok: false, error: 'BADSIG' };
  if (Math.abs(now - time) > fudge) return { ok: false, error: 'BADTIME' };
  return { ok: true, mac: Buffer.from(mac) };
}

/** The response with a TSIG record that answers the request's (RFC 8945 5.3). */
export function signResponse(response: Buffer, requestMac: Buffer, key: ZoneKey, now: number): Buffer {
  const fudge = 300;
  const mac = digest(
    key,
    uint16(requestMac.length),
    requestMac,
    response,
    variables(key, now, fudge, 0, NOTHING),
  );
  return withTsig(response, key, { now, fudge, mac, error: 0 });
}

/** RFC 8945 5.2: the error goes back in an unsigned TSIG record. */
export function refuseSignature(response: Buffer, error: TsigError, key: ZoneKey, now: number): Buffer {
  return withTsig(response, key, { now, fudge: 300, mac: NOTHING, error: ERROR_NUMBERS[error] });
}

interface TsigFields {
  readonly now: number;
  readonly fudge: number;
  readonly mac: Buffer;
  readonly error: number;
}

function withTsig(response: Buffer, key: ZoneKey, fields: TsigFields): Buffer {
  const data = Buffer.concat([
    nameBytes(key.algorithm),
    uint48(fields.now),
    uint16(fields.fudge),
    uint16(fields.mac.length),
    fields.mac,
    response.subarray(0, 2),
    uint16(fields.error),
    uint16(0),
  ]);
  const record = recordBytes({ name: key.name, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, data });
  const out = Buffer.concat([response, record]);
  out.writeUInt16BE(out.readUInt16BE(10) + 1, 10);
  return out;
}

/** RFC 8945 4.3.3. */
function variables(key: ZoneKey, time: number, fudge: number, error: number, other: Buffer): Buffer {
  return Buffer.concat([
    nameBytes(key.name),
    uint16(CLASS.ANY),
    uint32(0),
    nameBytes(key.algorithm),
    uint48(time),
    uint16(fudge),
    uint16(error),
    uint16(other.length),
    other,
  ]);
}

function digest(key: ZoneKey, ...parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(HASHES[key.algorithm], Buffer.from(key.secret, 'base64'));
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

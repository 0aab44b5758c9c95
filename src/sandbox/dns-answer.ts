import { checkSignature, refuseSignature, signResponse, type Signed, type ZoneKey } from './dns-tsig.js';
import {
  CLASS,
  OPCODE,
  parseMessage,
  RCODE,
  recordBytes,
  nameBytes,
  uint16,
  type WireMessage,
} from './dns-wire.js';
import { updateSections, type ZoneData, type ZoneRecord } from './zone-data.js';

/** What the name server works with. `now`: seconds, for TSIG. */
export interface ZoneServerState {
  readonly zones: readonly ZoneData[];
  readonly key: ZoneKey;
  readonly now: () => number;
}

interface Reply {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ZoneRecord[];
  readonly authorities: readonly ZoneRecord[];
}

/** The answer to one message, signed as the message was; null: not worth one (malformed, or itself an answer). */
export function answerTo(bytes: Buffer, state: ZoneServerState): Buffer | null {
  let message: WireMessage;
  let signed: Signed;
  const now = state.now();
  try {
    message = parseMessage(bytes);
    signed = checkSignature(bytes, message, state.key, now);
  } catch {
    return null;
  }
  if (message.isResponse) return null;
  if (signed.ok) {
    return signResponse(encode(message, reply(message, state.zones)), signed.mac, state.key, now);
  }
  if (signed.error !== 'unsigned') {
    return refuseSignature(encode(message, plain(RCODE.NOTAUTH)), signed.error, state.key, now);
  }
  const isAllowed = message.opcode !== OPCODE.UPDATE;
  return encode(message, isAllowed ? reply(message, state.zones) : plain(RCODE.REFUSED));
}

function reply(message: WireMessage, zones: readonly ZoneData[]): Reply {
  if (message.opcode === OPCODE.QUERY) return query(message, zones);
  return plain(message.opcode === OPCODE.UPDATE ? change(message, zones) : RCODE.NOTIMP);
}

/** The same answer cut down to its question, with TC: ask again over TCP (RFC 2181 9). */
export function truncated(answer: Buffer): Buffer {
  const { questions } = parseMessage(answer);
  const length = questions.reduce((sum, question) => sum + nameBytes(question.name).length + 4, 12);
  const out = Buffer.from(answer.subarray(0, length));
  out.writeUInt16BE(out.readUInt16BE(2) | 0x0200, 2);
  out.fill(0, 6, 12);
  return out;
}

function query(message: WireMessage, zones: readonly ZoneData[]): Reply {
  const [question] = message.questions;
  if (question === undefined) return plain(RCODE.FORMERR);
  const zone = zoneOf(question.name, zones);
  if (zone === undefined) return plain(RCODE.REFUSED);
  const answers = zone.find(question.name, question.type);
  const found = answers.length > 0;
  const rcode = found || zone.exists(question.name) ? RCODE.NOERROR : RCODE.NXDOMAIN;
  return { rcode, authoritative: true, answers, authorities: found ? [] : [zone.soa()] };
}

/** RFC 2136 3.1 to 3.4: the rcode. */
function change(message: WireMessage, zones: readonly ZoneData[]): number {
  const { zone: name, prerequisites, updates } = updateSections(message);
  const zone = zones.find((candidate) => candidate.name === name);
  if (zone === undefined) return RCODE.NOTAUTH;
  const rcode = zone.checkPrerequisites(prerequisites);
  return rcode === RCODE.NOERROR ? zone.update(updates) : rcode;
}

/** The longest zone that holds the name. */
export function zoneOf(name: string, zones: readonly ZoneData[]): ZoneData | undefined {
  const holding = zones.filter((zone) => zone.holds(name));
  return holding.sort((a, b) => b.name.length - a.name.length)[0];
}

function plain(rcode: number): Reply {
  return { rcode, authoritative: false, answers: [], authorities: [] };
}

function encode(message: WireMessage, reply: Reply): Buffer {
  const flags =
    0x8000 |
    (message.opcode << 11) |
    (reply.authoritative ? 0x0400 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    reply.rcode;
  const asks = message.questions.map((question) =>
    Buffer.concat([nameBytes(question.name), uint16(question.type), uint16(question.class)]),
  );
  const records = [...reply.answers, ...reply.authorities].map((record) =>
    recordBytes({ ...record, class: CLASS.IN }),
  );
  const edns = message.additionals.some((record) => record.type === 41) ? [OPT] : [];
  const counts = [asks.length, reply.answers.length, reply.authorities.length, edns.length];
  const header = Buffer.concat([message.id, flags, ...counts].map(uint16));
  return Buffer.concat([header, ...asks, ...records, ...edns]);
}

/** RFC 6891 6.1.1: an OPT record is answered with one; 1232 bytes, no options. */
const OPT = recordBytes({ name: '', type: 41, class: 1232, ttl: 0, data: Buffer.alloc(0) });

import { randomInt } from 'node:crypto';
import packet from 'dns-packet';
import type { Answer, DecodedPacket, TxtData } from 'dns-packet';

/** The record types that are asked for here. */
export type QueryType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'TXT';

export interface Question {
  readonly name: string;
  readonly type: QueryType;
}

/** A record of an answer; names lower case and without a final dot, TTL in seconds. Other types are dropped. */
export type DnsRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS' | 'PTR'; readonly value: string }
  | { readonly type: 'MX'; readonly exchange: string; readonly priority: number }
  | { readonly type: 'SOA'; readonly serial: number }
  /** The strings of the record joined, one character a byte (RFC 9989 4.5). */
  | { readonly type: 'TXT'; readonly text: string }
);

export interface DnsReply {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, … */
  readonly rcode: string;
  /** AA: the server speaks for the zone. */
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  /** Addresses that come with a referral (glue) among others. */
  readonly additionals: readonly DnsRecord[];
}

export interface EncodedQuery {
  readonly id: number;
  readonly question: Question;
  readonly bytes: Buffer;
}

/** More than this in one UDP datagram is cut to pieces on the way somewhere (RFC 9715). */
const UDP_PAYLOAD = 1232;

/** Encodes one question. Throws a RangeError when the name can't stand in DNS (RFC 1035 2.3.4). */
export function encodeQuery(
  question: Question,
  options: { readonly recursionDesired: boolean; readonly edns: boolean },
): EncodedQuery {
  const name = canonicalName(question.name);
  const labels = name === '' ? [] : name.split('.');
  const tooLong = Buffer.byteLength(name) > 253 || labels.some((label) => Buffer.byteLength(label) > 63);
  if (tooLong || labels.includes('')) throw new RangeError('not a domain name');
  const id = randomInt(65_536);
  const bytes = packet.encode({
    type: 'query',
    id,
    flags: options.recursionDesired ? packet.RECURSION_DESIRED : 0,
    questions: [{ type: question.type, name }],
    additionals: options.edns ? [OPT] : [],
  });
  return { id, question: { type: question.type, name }, bytes };
}

const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_PAYLOAD,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} satisfies Answer;

/** Null when the bytes are no answer to this very query: forged, late or broken. */
export function decodeReply(bytes: Buffer, query: EncodedQuery): DnsReply | null {
  const message = decoded(bytes);
  if (message === null || message.id !== query.id || !message.flag_qr) return null;
  const asked = message.questions?.[0];
  const isSame =
    asked !== undefined &&
    canonicalName(asked.name) === query.question.name &&
    asked.type === query.question.type;
  // A server that could not even read the question may leave it out (RFC 1035 4.1.1, FORMERR).
  if (!isSame && !(asked === undefined && rcodeOf(message) !== 'NOERROR')) return null;
  return {
    rcode: rcodeOf(message),
    isAuthoritative: message.flag_aa,
    isTruncated: message.flag_tc,
    answers: recordsOf(message.answers),
    authorities: recordsOf(message.authorities),
    additionals: recordsOf(message.additionals),
  };
}

/** Lower case, no final dot; the root is empty. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function decoded(bytes: Buffer): DecodedPacket | null {
  try {
    return packet.decode(bytes);
  } catch {
    return null;
  }
}

/** The types of dns-packet leave `rcode` out of its messages, where it stands. */
function rcodeOf(message: DecodedPacket): string {
  return 'rcode' in message && typeof message.rcode === 'string' ? message.rcode : 'UNKNOWN';
}

function recordsOf(answers: readonly Answer[] | undefined): readonly DnsRecord[] {
  return (answers ?? []).map(toRecord).filter((record) => record !== null);
}

function toRecord(answer: Answer): DnsRecord | null {
  if (answer.type === 'OPT') return null;
  const head = { name: canonicalName(answer.name), ttl: answer.ttl ?? 0 };
  if (answer.type === 'A' || answer.type === 'AAAA')
    return { ...head, type: answer.type, value: answer.data };
  if (answer.type === 'CNAME' || answer.type === 'NS' || answer.type === 'PTR') {
    return { ...head, type: answer.type, value: canonicalName(answer.data) };
  }
  if (answer.type === 'MX') {
    const { exchange, preference } = answer.data;
    return { ...head, type: 'MX', exchange: canonicalName(exchange), priority: preference ?? 0 };
  }
  if (answer.type === 'SOA') return { ...head, type: 'SOA', serial: answer.data.serial ?? 0 };
  if (answer.type === 'TXT') return { ...head, type: 'TXT', text: joined(answer.data) };
  return null;
}

function joined(data: TxtData): string {
  const parts = Array.isArray(data) ? data : [data];
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  ).toString('latin1');
}

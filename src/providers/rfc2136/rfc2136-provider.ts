import packet from 'dns-packet';
import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { DEFAULT_TTL, hasSameValues, isInZone, requireDmarcName, requireWritable } from '../dmarc-name.js';
import { conflict } from '../replace/compare-and-replace.js';
import { requireCarriable } from '../replace/txt-rule.js';
import { aliasFault } from '../replace/txt-set.js';
import type { Rfc2136Options } from './options.js';
import { exchange, ExchangeError } from './tcp-exchange.js';
import { signMessage, verifyAnswer } from './tsig.js';
import type { TsigCheck, TsigKey } from './tsig.js';
import { isFailedPrerequisite, queryFault, RCODE, updateFault } from './update-fault.js';
import { encodeSwap } from './update-message.js';
import type { Answer, DecodedPacket, TxtData } from 'dns-packet';
import { randomInt } from 'node:crypto';

/** Bytes. One message of at most 65,535 holds what stood there, as the prerequisite, and what is to stand there. */
const LONGEST_SWAPPED = 32_000;

export const RFC2136_CAPABILITIES = {
  unit: 'rrset',
  compare: 'server',
  replace: 'atomic',
  ttl: { least: 0, most: 2_147_483_647, only: null },
  txt: { form: 'strings', longest: LONGEST_SWAPPED, refuses: [] },
  scope: 'record',
  completion: 'at-once',
  rateLimit: null,
} as const satisfies Capabilities;

interface Answered {
  readonly bytes: Buffer;
  readonly rcode: number;
  readonly tsig: TsigCheck;
}

/** DNS UPDATE (RFC 2136) with TSIG (RFC 8945) over TCP: the server itself compares and swaps. */
export class Rfc2136Provider extends DnsProvider {
  private readonly key: TsigKey;

  /** `now` gives milliseconds; TSIG needs the real time, whatever clock the rest runs on. */
  constructor(
    private readonly options: Rfc2136Options,
    private readonly now: () => number = Date.now,
  ) {
    super();
    const { keyName, keyAlgorithm, keySecret } = options;
    this.key = {
      name: keyName.replace(/\.$/, ''),
      algorithm: keyAlgorithm,
      secret: Buffer.from(keySecret, 'base64'),
    };
  }

  /** A signed question: whatever the server says to it, a signature on its answer shows that the key is good. */
  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const answered = await this.send(encodeQuestion('', 'SOA'), { sign: true }, signal);
      if (answered.tsig.kind === 'verified') return 'the server knows the key';
      const fault = queryFault(answered.rcode, answered.tsig, this.seconds());
      if (fault.fault.kind !== 'zone-not-found') throw fault;
      return 'the server answers; whether it takes the key shows with the first zone';
    });
  }

  /** An alias has no SOA to show: then the names above it are asked. */
  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const name = requireDmarcName(fqdn);
    for (let asked = name; asked !== ''; asked = asked.slice(`${asked}.`.indexOf('.') + 1)) {
      const reply = await this.ask(asked, 'SOA', signal);
      const records = [...(reply.answers ?? []), ...(reply.authorities ?? [])];
      const soa = records.find((record) => record.type === 'SOA' && isInZone(name, bare(record.name)));
      if (soa !== undefined) return { id: bare(soa.name), name: bare(soa.name), nameServers: null };
      if (!hasAlias(records, asked)) break;
    }
    throw notAnAnswer('the zone has no SOA record');
  }

  async readTxt(_zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    const name = requireDmarcName(fqdn);
    const reply = await this.ask(name, 'TXT', signal);
    const records = (reply.answers ?? []).filter((record) => bare(record.name) === name);
    if (hasAlias(records, name)) throw aliasFault();
    const found = records.flatMap((record) => (record.type === 'TXT' ? [record] : []));
    return { values: found.map((record) => joined(record.data)), ttl: found[0]?.ttl ?? null };
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const name = requireDmarcName(fqdn);
    requireWritable(change.next);
    for (const value of change.next.values) requireCarriable(value, RFC2136_CAPABILITIES.txt);
    // The server compares, too, but not all look at the case of letters: PowerDNS takes p=None for p=none.
    const standing = await this.readTxt(zone, name, signal);
    if (!hasSameValues(standing, change.expected)) throw conflict(standing);

    const ttl = change.next.ttl ?? standing.ttl ?? DEFAULT_TTL;
    const message = encodeUpdate(zone.name, name, change, ttl);
    const answered = await this.send(message, { sign: true }, signal);
    if (answered.rcode === RCODE.noError && answered.tsig.kind === 'verified') {
      const note = `${this.where()} answered NOERROR to the update of ${name}, TTL ${ttl}`;
      return { note, reference: null };
    }
    if (!isFailedPrerequisite(answered.rcode))
      throw updateFault(answered.rcode, answered.tsig, this.seconds());
    throw failedPrerequisite(change.expected, await this.readTxt(zone, name, signal));
  }

  /** One question about the server's own data; throws when it doesn't speak for the zone. */
  private async ask(name: string, type: 'SOA' | 'TXT', signal: AbortSignal): Promise<DecodedPacket> {
    const answered = await this.send(encodeQuestion(name, type), { sign: this.options.signQueries }, signal);
    if (this.options.signQueries && answered.tsig.kind !== 'verified') {
      throw queryFault(answered.rcode, answered.tsig, this.seconds());
    }
    const { rcode } = answered;
    if (rcode === RCODE.servFail) {
      throw new DnsProviderError('the server failed', { kind: 'transient', mayBeApplied: false });
    }
    const reply = decoded(answered.bytes);
    // Not served: REFUSED or NOTAUTH; a delegation, or a server that merely recurses: no AA.
    if ((rcode !== RCODE.noError && rcode !== RCODE.nxDomain) || !reply.flag_aa) {
      throw new DnsProviderError('the server does not hold the zone', { kind: 'zone-not-found' });
    }
    return reply;
  }

  private async send(
    message: Buffer,
    options: { readonly sign: boolean },
    signal: AbortSignal,
  ): Promise<Answered> {
    const { server, port, timeoutMs } = this.options;
    const signed = options.sign
      ? signMessage(message, this.key, this.seconds())
      : { bytes: message, mac: Buffer.alloc(0) };
    if (signed.bytes.length > 65_535)
      throw new DnsProviderError('the record is too long', { kind: 'unsupported' });
    try {
      const bytes = await exchange({ host: server, port, timeoutMs }, signed.bytes, signal);
      requireAnswerTo(message, bytes);
      const tsig: TsigCheck = options.sign
        ? verifyAnswer(bytes, signed.mac, this.key, this.seconds())
        : { kind: 'unsigned' };
      return { bytes, rcode: bytes.readUInt16BE(2) & 0x0f, tsig };
    } catch (error) {
      throw sendFault(error, message);
    }
  }

  private seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  private where(): string {
    return `${this.options.server}:${this.options.port}`;
  }
}

function hasAlias(records: readonly Answer[], name: string): boolean {
  return records.some((record) => record.type === 'CNAME' && bare(record.name) === name);
}

/** Somebody else was faster; or what is read at the name does not stand at it (RFC 4592 3.3.1). */
function failedPrerequisite(expected: TxtSet, observed: TxtSet): DnsProviderError {
  if (!hasSameValues(observed, expected)) return conflict(observed);
  const words =
    'nothing stands at the name itself, a wildcard answers for it: publish the record by hand once';
  return new DnsProviderError(words, { kind: 'unsupported' });
}

function encodeUpdate(zone: string, name: string, change: TxtReplacement, ttl: number): Buffer {
  try {
    return encodeSwap({
      id: randomInt(65_536),
      zone,
      name,
      expected: change.expected,
      next: change.next.values,
      ttl,
    });
  } catch (cause) {
    throw new DnsProviderError('the record cannot be written in DNS', { kind: 'unsupported' }, { cause });
  }
}

function encodeQuestion(name: string, type: 'SOA' | 'TXT'): Buffer {
  return packet.encode({ type: 'query', id: randomInt(65_536), flags: 0, questions: [{ type, name }] });
}

/** Same id and opcode, and an answer at all (RFC 1035 4.1.1). */
function requireAnswerTo(message: Buffer, answer: Buffer): void {
  if (answer.length < 12) throw new RangeError('shorter than a header');
  const isAnswer = (answer.readUInt8(2) & 0x80) !== 0;
  const isSameOpcode = (answer.readUInt8(2) & 0x78) === (message.readUInt8(2) & 0x78);
  if (!isAnswer || !isSameOpcode || answer.readUInt16BE(0) !== message.readUInt16BE(0)) {
    throw new RangeError('the server answered something else');
  }
}

/** What went wrong on the way. An update that was sent may have been carried out, whatever came back. */
function sendFault(error: unknown, message: Buffer): unknown {
  const isUpdate = (message.readUInt8(2) & 0x78) !== 0;
  if (error instanceof ExchangeError) {
    const fault = { kind: 'transient', mayBeApplied: isUpdate && error.wasSent } as const;
    return new DnsProviderError(error.message, fault, { cause: error });
  }
  if (!(error instanceof RangeError)) return error;
  if (!isUpdate) return notAnAnswer('the answer is malformed', error);
  return new DnsProviderError(
    'the answer is malformed',
    { kind: 'transient', mayBeApplied: true },
    { cause: error },
  );
}

function decoded(bytes: Buffer): DecodedPacket {
  try {
    return packet.decode(bytes);
  } catch (cause) {
    throw notAnAnswer('the answer is malformed', cause);
  }
}

function notAnAnswer(message: string, cause?: unknown): DnsProviderError {
  return new DnsProviderError(message, { kind: 'malformed' }, { cause });
}

function bare(name: Answer['name']): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function joined(data: TxtData): string {
  const parts = Array.isArray(data) ? data : [data];
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part));
  return Buffer.concat(bytes).toString('latin1');
}

import { UnpackError } from '../../ports/message-unpacker.js';
import { Breather } from './breather.js';
import { PlainSource, type ByteSource } from './byte-source.js';
import { adler, crc, CUT_OFF, judgeCrc, Proving, Soundness, WRONG_CHECKSUM, type Proof } from './checksum.js';
import { SourceContent, StreamContent, type Content } from './content.js';
import { inflateAtOnce, inflateInPieces, inflateIfItEnds } from './inflate.js';
import type { InflateMeter, UnpackBudget } from './unpack-limits.js';

/** Room for the name and comment in the header of a gzip member, as they are, and at the most. */
const USUAL_HEADER = 512;
const LONGEST_HEADER = 70 * 1024;
/** CRC-32 and length behind a gzip member (RFC 1952 2.3.1). */
const TRAILER = 8;
/** What small members inflate to together at once: more goes the long way, where it is judged as it comes. */
const SMALL_RESULT = 512 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * What gzip data hold (RFC 1952): all members; garbage behind them is left alone, and neither a missing end nor a wrong
 * checksum hides what is there: they are its damage. Throws an UnpackError where nothing can be inflated, or it is over a
 * limit.
 */
export async function gunzip(source: ByteSource, budget: UnpackBudget): Promise<Content> {
  const small = gunzipAtOnce(source, budget);
  if (small !== null) return small;
  const soundness = new Soundness();
  return StreamContent.begin(gunzipInPieces(source, budget, soundness), soundness);
}

/** What zlib data hold (RFC 1950), as above. */
export async function inflateZlib(source: ByteSource, budget: UnpackBudget): Promise<Content> {
  return inflateRaw(source, zlibData(source), budget);
}

/** The same at once; null when it is not small. */
export function inflateZlibAtOnce(source: ByteSource, budget: UnpackBudget): Content | null {
  return inflateRawAtOnce(source, zlibData(source), budget);
}

function zlibData(source: ByteSource): Deflated {
  const [, flags = 0] = source.read(0, 2);
  if (flags & 0x20) throw new UnpackError('it is damaged: it needs a dictionary');
  return { start: 2, proof: zlibProof(source) };
}

/** Where deflate data begin, and what proves them; null where nothing does. */
interface Deflated {
  readonly start: number;
  readonly proof: Proof | null;
}

/** What deflate data hold (RFC 1951), as above. */
export async function inflateRaw(
  source: ByteSource,
  deflated: Deflated,
  budget: UnpackBudget,
): Promise<Content> {
  const small = inflateRawAtOnce(source, deflated, budget);
  if (small !== null) return small;
  const soundness = new Soundness();
  return StreamContent.begin(provenPieces(source, deflated, { meter: budget.meter(), soundness }), soundness);
}

/** The same at once; null when it is not small. */
export function inflateRawAtOnce(
  source: ByteSource,
  deflated: Deflated,
  budget: UnpackBudget,
): Content | null {
  const small = inflateAtOnce(source, deflated.start);
  if (small === null) return null;
  if (small.used === 0) throw damaged();
  budget.countInflated(small.bytes.length);
  return new SourceContent(new PlainSource(small.bytes), verdictOn(small.bytes, deflated, small.used));
}

function verdictOn(bytes: Buffer, { start, proof }: Deflated, used: number): string | null {
  if (proof === null) return null;
  const proving = new Proving(proof);
  proving.add(bytes);
  return proving.verdict(start + used);
}

interface Pass {
  readonly meter: InflateMeter;
  readonly soundness: Soundness;
}

async function* provenPieces(
  source: ByteSource,
  deflated: Deflated,
  pass: Pass,
): AsyncGenerator<Buffer, void> {
  const used = yield* inflatedPieces(source, deflated, pass);
  if (used === 0) throw damaged();
}

/** Returns how many packed bytes it was. */
async function* inflatedPieces(
  source: ByteSource,
  { start, proof }: Deflated,
  { meter, soundness }: Pass,
): AsyncGenerator<Buffer, number> {
  const proving = proof === null ? null : new Proving(proof);
  const pieces = inflateInPieces(source, start, meter);
  try {
    let step = await pieces.next();
    for (; step.done !== true; step = await pieces.next()) {
      proving?.add(step.value);
      yield step.value;
    }
    if (proving !== null && step.value > 0) soundness.note(proving.verdict(start + step.value));
    return step.value;
  } finally {
    await pieces.return(0);
  }
}

/** What gzip data hold, at once; null when it is not small. */
export function gunzipAtOnce(source: ByteSource, budget: UnpackBudget): Content | null {
  const members: Buffer[] = [];
  const soundness = new Soundness();
  const proof = gzipProof(source);
  let size = 0;
  for (let at = 0; at === 0 || isMember(source, at);) {
    const start = behindHeader(source, at);
    const member = inflateAtOnce(source, start);
    size += member?.bytes.length ?? 0;
    if (member === null || size > SMALL_RESULT) return null;
    if (member.used === 0) {
      soundness.note(CUT_OFF);
      break;
    }
    members.push(member.bytes);
    soundness.note(verdictOn(member.bytes, { start, proof }, member.used));
    at = start + member.used + TRAILER;
  }
  if (members.length === 0) throw damaged();
  budget.countMembers(members.length);
  const bytes = members.length === 1 ? (members[0] ?? NOTHING) : Buffer.concat(members);
  budget.countInflated(bytes.length);
  return new SourceContent(new PlainSource(bytes), soundness.damage());
}

async function* gunzipInPieces(
  source: ByteSource,
  budget: UnpackBudget,
  soundness: Soundness,
): AsyncGenerator<Buffer, void> {
  const breather = new Breather();
  const proof = gzipProof(source);
  const pass = { meter: budget.meter(), soundness };
  for (let at = 0; at === 0 || isMember(source, at);) {
    await breather.breathe();
    budget.countMembers(1);
    const start = behindHeader(source, at);
    const used = yield* memberPieces(source, { start, proof }, pass);
    if (used === 0 && at === 0) throw damaged();
    if (used === 0) soundness.note(CUT_OFF);
    if (used === 0) return;
    at = start + used + TRAILER;
  }
}

/** One member; small ones are not worth a thread. Returns how many packed bytes it was. */
async function* memberPieces(
  source: ByteSource,
  member: Deflated,
  pass: Pass,
): AsyncGenerator<Buffer, number> {
  const small = inflateIfItEnds(source, member.start);
  if (small === null) return yield* inflatedPieces(source, member, pass);
  pass.meter.count(small.bytes.length, member.start + small.used);
  pass.soundness.note(verdictOn(small.bytes, member, small.used));
  if (small.bytes.length > 0) yield small.bytes;
  return small.used;
}

/** CRC-32 and length stand behind the data (RFC 1952 2.3.1). */
function gzipProof(source: ByteSource): Proof {
  return {
    checksum: crc,
    judge: (outcome) => {
      const trailer = source.read(outcome.end, outcome.end + TRAILER);
      if (trailer.length < TRAILER) return CUT_OFF;
      return judgeCrc(outcome, { sum: trailer.readUInt32LE(0), size: trailer.readUInt32LE(4) });
    },
  };
}

/** Adler-32 stands behind the data (RFC 1950 2.2). */
function zlibProof(source: ByteSource): Proof {
  return {
    checksum: adler,
    judge: ({ sum, end }) => {
      const trailer = source.read(end, end + 4);
      if (trailer.length < 4) return CUT_OFF;
      return trailer.readUInt32BE(0) === sum ? null : WRONG_CHECKSUM;
    },
  };
}

function isMember(source: ByteSource, at: number): boolean {
  const [first, second, method] = source.read(at, at + 3);
  return first === 0x1f && second === 0x8b && method === 8;
}

/** RFC 1952 2.3: ten bytes, and what the flags in the fourth announce. */
function behindHeader(source: ByteSource, at: number): number {
  const flags = source.read(at, at + 4)[3] ?? 0;
  if (flags === 0) return at + 10;
  const end =
    headerLength(source.read(at, at + USUAL_HEADER), flags) ??
    headerLength(source.read(at, at + LONGEST_HEADER), flags);
  return at + (end ?? 10);
}

/** Null: it has no end there. */
function headerLength(header: Uint8Array, flags: number): number | null {
  let end = 10;
  if (flags & 0x04) end += 2 + (header[end] ?? 0) + 256 * (header[end + 1] ?? 0);
  for (const field of [0x08, 0x10]) {
    if (!(flags & field)) continue;
    const last = header.indexOf(0, end);
    if (last === -1) return null;
    end = last + 1;
  }
  if (flags & 0x02) end += 2;
  return end <= header.length ? end : null;
}

function damaged(): UnpackError {
  return new UnpackError('it is damaged: nothing in it can be inflated');
}

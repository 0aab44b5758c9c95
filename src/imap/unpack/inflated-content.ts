import { UnpackError } from '../../ports/message-unpacker.js';
import { PlainSource, type ByteSource } from './byte-source.js';
import { SourceContent, StreamContent, type Content } from './content.js';
import { inflateAtOnce, inflateInPieces } from './inflate.js';
import type { UnpackBudget } from './unpack-limits.js';

/** Room for the name and comment in the header of a gzip member. */
const LONGEST_HEADER = 70 * 1024;
/** CRC-32 and length behind a gzip member (RFC 1952 2.3.1); what they say is not needed to read what is there. */
const TRAILER = 8;
const NOTHING = Buffer.alloc(0);

/**
 * What gzip data hold (RFC 1952): all members; garbage behind them is left alone, and neither a missing end nor a wrong
 * checksum hides what is there. Throws an UnpackError where nothing can be inflated, or it is over a limit.
 */
export async function gunzip(source: ByteSource, budget: UnpackBudget): Promise<Content> {
  return gunzipAtOnce(source, budget) ?? StreamContent.begin(gunzipInPieces(source, budget));
}

/** What zlib data hold (RFC 1950), as above. */
export async function inflateZlib(source: ByteSource, budget: UnpackBudget): Promise<Content> {
  const [, flags = 0] = source.read(0, 2);
  if (flags & 0x20) throw new UnpackError('it is damaged: it needs a dictionary');
  return inflateRaw(source, 2, budget);
}

/** What deflate data hold (RFC 1951) from `start` on, as above. */
export async function inflateRaw(source: ByteSource, start: number, budget: UnpackBudget): Promise<Content> {
  const small = inflateAtOnce(source, start);
  if (small === null) return StreamContent.begin(intactPieces(source, start, budget));
  if (small.used === 0) throw damaged();
  budget.countInflated(small.bytes.length);
  return new SourceContent(new PlainSource(small.bytes));
}

async function* intactPieces(
  source: ByteSource,
  start: number,
  budget: UnpackBudget,
): AsyncGenerator<Buffer, void> {
  const used = yield* inflateInPieces(source, start, budget.meter());
  if (used === 0) throw damaged();
}

/** Null when it is not small. */
function gunzipAtOnce(source: ByteSource, budget: UnpackBudget): Content | null {
  const members: Buffer[] = [];
  for (let at = 0; at === 0 || isMember(source, at);) {
    const start = behindHeader(source, at);
    const member = inflateAtOnce(source, start);
    if (member === null) return null;
    if (member.used === 0) break;
    members.push(member.bytes);
    at = start + member.used + TRAILER;
  }
  if (members.length === 0) throw damaged();
  const bytes = members.length === 1 ? (members[0] ?? NOTHING) : Buffer.concat(members);
  budget.countInflated(bytes.length);
  return new SourceContent(new PlainSource(bytes));
}

async function* gunzipInPieces(source: ByteSource, budget: UnpackBudget): AsyncGenerator<Buffer, void> {
  for (let at = 0; at === 0 || isMember(source, at);) {
    // Each costs a thread's attention.
    if (at > 0) budget.countEntry();
    const start = behindHeader(source, at);
    const used = yield* inflateInPieces(source, start, budget.meter());
    if (used === 0 && at > 0) return;
    if (used === 0) throw damaged();
    at = start + used + TRAILER;
  }
}

function isMember(source: ByteSource, at: number): boolean {
  const [first, second, method] = source.read(at, at + 3);
  return first === 0x1f && second === 0x8b && method === 8;
}

/** RFC 1952 2.3: ten bytes, and what the flags in the fourth announce. */
function behindHeader(source: ByteSource, at: number): number {
  const header = source.read(at, at + LONGEST_HEADER);
  const flags = header[3] ?? 0;
  let end = 10;
  if (flags & 0x04) end += 2 + (header[end] ?? 0) + 256 * (header[end + 1] ?? 0);
  if (flags & 0x08) end = header.indexOf(0, end) + 1;
  if (flags & 0x10) end = header.indexOf(0, end) + 1;
  if (flags & 0x02) end += 2;
  return at + Math.max(10, end);
}

function damaged(): UnpackError {
  return new UnpackError('it is damaged: nothing in it can be inflated');
}

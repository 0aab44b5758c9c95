import { UnpackError } from '../../ports/message-unpacker.js';
import type { Breather } from './breather.js';
import { SourceWindow, type ByteSource } from './byte-source.js';
import { SourceContent, type Content } from './content.js';
import { contentKind } from './content-kind.js';
import { findBytes } from './find-bytes.js';
import { inflateRaw } from './inflated-content.js';
import { hasFeedback, hasPackedName, type Piece } from './piece.js';
import type { UnpackBudget } from './unpack-limits.js';

const FEEDBACK = Buffer.from('<feedback');
/** How far before it the XML declaration of a report stands at most. */
const PROLOG = 4096;

/**
 * A report with words before it: some reporters send the XML as the text of the mail. Null when there is none. Throws an
 * UnpackError over a limit.
 */
export async function reportInText(
  { type, content }: Piece,
  budget: UnpackBudget,
  breather: Breather,
): Promise<Content | null> {
  if (!mayHoldReport(type, content)) return null;
  const source = await content.source(budget.limits.attachmentBytes);
  const search = findBytes(source, FEEDBACK, 0);
  let step = search.next();
  while (step.done !== true) {
    await breather.breathe();
    step = search.next();
  }
  return reportAt(source, step.value);
}

/** The same at once, in what is short. */
export function reportInShortText({ type, content }: Piece, budget: UnpackBudget): Content | null {
  if (!mayHoldReport(type, content)) return null;
  const source = content.shortSource(budget.limits.attachmentBytes);
  return source === null ? null : reportAt(source, content.head.indexOf(FEEDBACK));
}

function mayHoldReport(type: string, { head }: Content): boolean {
  return type === 'text/plain' || hasFeedback(head);
}

function reportAt(source: ByteSource, at: number): Content | null {
  if (at === -1) return null;
  const from = Math.max(0, at - PROLOG);
  const declaration = source.read(from, at).lastIndexOf('<?xml');
  const start = declaration === -1 ? at : from + declaration;
  return new SourceContent(new SourceWindow(source, start, Infinity));
}

/** Whether name or type say that something is packed. */
export function isCalledPacked(piece: Piece): boolean {
  return hasPackedName(piece) || /zip|compress|deflate/.test(piece.type);
}

/**
 * Deflate data (RFC 1951) have no mark: null unless name or type say that something is packed, and something known comes
 * out.
 */
export async function rawDeflate(piece: Piece, budget: UnpackBudget): Promise<Content | null> {
  if (!isCalledPacked(piece)) return null;
  try {
    const source = await piece.content.source(budget.limits.attachmentBytes);
    const inside = await inflateRaw(source, { start: 0, proof: null }, budget);
    if (contentKind(inside.head) !== 'other') return inside;
    await inside.close();
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
  }
  return null;
}

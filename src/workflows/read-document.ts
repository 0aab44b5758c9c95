import {
  ReportReader,
  withLoss,
  type ReadEnd,
  type RecordSink,
  type ReportLimits,
} from '../core/report/report-reader.js';
import { UnpackError, type FoundDocument } from '../ports/message-unpacker.js';

export interface DocumentReading {
  readonly limits: ReportLimits;
  /** Awaited after each piece, so that whoever takes the records can hold them up. */
  readonly between?: () => Promise<void>;
}

/**
 * Reads a document piece by piece into a sink. Going over a limit rejects it, whatever the sink has taken by then.
 * Where the packed data was damaged, nothing of it is more than `partial`.
 */
export async function readDocument(
  found: FoundDocument,
  sink: RecordSink,
  { limits, between }: DocumentReading,
): Promise<ReadEnd> {
  const reader = new ReportReader(sink, limits);
  try {
    for await (const piece of found.text) {
      reader.push(piece);
      await between?.();
    }
  } catch (error) {
    if (error instanceof UnpackError) return { status: 'rejected', reason: error.message };
    throw error;
  }
  const end = reader.end();
  // Known only now: sums stand behind what they are of.
  const damage = found.damage();
  return damage === null ? end : withLoss(end, damage);
}

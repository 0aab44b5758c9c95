import { MOST_REPORTS } from '../core/report/limits.js';
import {
  ReportReader,
  withLoss,
  type ReadEnd,
  type RecordSink,
  type ReportLimits,
} from '../core/report/report-reader.js';
import { leftBehind } from '../core/report/walk-feedback.js';
import { UnpackError, type FoundDocument } from '../ports/message-unpacker.js';

export interface DocumentReading<Sink extends RecordSink> {
  readonly limits: ReportLimits;
  /** For the records of the next report; documents without one are given one, too. */
  readonly open: () => Sink;
  /** Awaited after each piece and each report, so that whoever takes the records can hold them up. */
  readonly between?: (sink: Sink) => Promise<void>;
}

/** One report of a document. */
export interface DocumentReport<Sink> {
  /** Its own name: the document's, with `#2` and so on behind it for those after the first. */
  readonly inner: string;
  readonly sink: Sink;
  readonly end: ReadEnd;
  /** The same for the same report in the same document. */
  readonly contentHash: string;
}

/**
 * Reads a document piece by piece, mostly one report, each into a sink of its own. Going over a limit rejects all of them,
 * whatever the sinks have taken by then. Where the packed data was damaged, nothing of it is more than `partial`.
 */
export async function readDocument<Sink extends RecordSink>(
  found: FoundDocument,
  reading: DocumentReading<Sink>,
): Promise<readonly DocumentReport<Sink>[]> {
  const reports = new ReportsInRow(reading);
  const ends = await readAll(found, reports);
  const hash = found.contentHash();
  return ends.map(({ sink, end }, index) => ({
    inner: index === 0 ? found.inner : `${found.inner}#${index + 1}`,
    sink,
    end,
    contentHash: index === 0 ? hash : `${hash}/${index + 1}`,
  }));
}

interface SinkEnd<Sink> {
  readonly sink: Sink;
  readonly end: ReadEnd;
}

async function readAll<Sink extends RecordSink>(
  found: FoundDocument,
  reports: ReportsInRow<Sink>,
): Promise<readonly SinkEnd<Sink>[]> {
  try {
    for await (const piece of found.text) await reports.push(piece);
  } catch (error) {
    if (error instanceof UnpackError) return reports.reject(error.message);
    throw error;
  }
  const ends = await reports.end();
  // Known only now: sums stand behind what they are of.
  const damage = found.damage();
  return damage === null ? ends : ends.map(({ sink, end }) => ({ sink, end: withLoss(end, damage) }));
}

/** The reports of a document, of which each begins where the reader of the one before it stopped. */
class ReportsInRow<Sink extends RecordSink> {
  private readonly done: SinkEnd<Sink>[] = [];
  private sink: Sink;
  private reader: ReportReader;

  constructor(private readonly reading: DocumentReading<Sink>) {
    this.sink = reading.open();
    this.reader = new ReportReader(this.sink, reading.limits);
  }

  async push(piece: string): Promise<void> {
    this.reader.push(piece);
    for (let rest = this.nextText(); rest !== null; rest = this.nextText())
      await this.goOn(this.reader.end(), rest);
    await this.reading.between?.(this.sink);
  }

  async end(): Promise<readonly SinkEnd<Sink>[]> {
    for (;;) {
      const end = this.reader.end();
      const rest = this.nextText();
      if (rest === null) return [...this.done, { sink: this.sink, end: this.withoutRest(end) }];
      await this.goOn(end, rest);
    }
  }

  reject(reason: string): readonly SinkEnd<Sink>[] {
    const sinks = [...this.done.map(({ sink }) => sink), this.sink];
    return sinks.map((sink) => ({ sink, end: { status: 'rejected', reason } }));
  }

  /** Where the next report begins, if one does and it is to be read. */
  private nextText(): string | null {
    return this.done.length < MOST_REPORTS - 1 ? this.reader.rest : null;
  }

  private withoutRest(end: ReadEnd): ReadEnd {
    return this.reader.rest === null ? end : withLoss(end, leftBehind('another report'));
  }

  private async goOn(end: ReadEnd, rest: string): Promise<void> {
    this.done.push({ sink: this.sink, end });
    await this.reading.between?.(this.sink);
    this.sink = this.reading.open();
    this.reader = new ReportReader(this.sink, this.reading.limits);
    this.reader.push(rest);
  }
}

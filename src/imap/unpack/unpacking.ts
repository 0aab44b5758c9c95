import { UnpackError, type Find, type OtherReport } from '../../ports/message-unpacker.js';
import type { Breather } from './breather.js';
import { SourceContent, wholeBytes } from './content.js';
import { DocumentReading } from './found-document.js';
import { rawDeflate, reportInText } from './hidden-content.js';
import { gunzip, inflateZlib } from './inflated-content.js';
import { isHtml } from './content-kind.js';
import { mailsIn } from './mailbox-file.js';
import type { MimePart } from './mime-parts.js';
import { isTlsReport } from './other-report.js';
import { isOutlookMessage } from './outlook-file.js';
import { partSource } from './part-source.js';
import {
  hasFeedback,
  hasReportName,
  kindOfPiece,
  reasonOf,
  refusalOf,
  shownName,
  unpackedName,
  type Piece,
  type Place,
} from './piece.js';
import { readMail, type ReadMail } from './read-mail.js';
import { zipEntries, type ZipEntry } from './read-zip.js';
import type { UnpackBudget, UnpackLimits } from './unpack-limits.js';

const NEITHER = 'it is neither XML nor an archive';
const HTML = 'it is an HTML page, no report';
const OUTLOOK =
  'it is an Outlook .msg file: save it as .eml, or forward the original message as an attachment';

/** Reports about single mails, with the mail or its header in them, by report-type or part: RFC 5965, 3464, 8098. */
const ABOUT_MAIL: ReadonlySet<string> = new Set([
  'feedback-report',
  'delivery-status',
  'disposition-notification',
  'message/feedback-report',
  'message/delivery-status',
  'message/global-delivery-status',
  'message/disposition-notification',
]);

interface PartPlace {
  readonly depth: number;
  readonly isAboutMail: boolean;
  readonly outerDamage: string | null;
}

/** Taking one mail or file apart, once. None of its finds throws. */
export class Unpacking {
  private readonly limits: UnpackLimits;

  constructor(
    private readonly budget: UnpackBudget,
    private readonly breather: Breather,
  ) {
    this.limits = budget.limits;
  }

  /** A bare file: always one find. */
  async *file(piece: Piece): AsyncGenerator<Find, void> {
    let isSilent = true;
    for await (const find of this.open(piece)) {
      isSilent = false;
      yield find;
    }
    if (isSilent) yield refusalOf(piece, 'no aggregate report in it');
  }

  /** A mail, also one inside another. */
  async *mail(mail: ReadMail, place: Place): AsyncGenerator<Find, void> {
    let isSilent = true;
    for await (const find of this.parts(mail, place)) {
      isSilent = false;
      yield find;
    }
    const kind = isSilent ? kindOfReport(mail.reportType) : null;
    if (kind !== null) yield { kind, inner: shownName(place) };
  }

  /** A mail, or all of a mailbox file. */
  async *mails(bytes: Buffer, place: Place): AsyncGenerator<Find, void> {
    let isFirst = true;
    try {
      for (const raw of mailsIn(bytes)) {
        await this.breather.breathe();
        if (raw === null) continue;
        if (!isFirst) this.budget.countEntry();
        isFirst = false;
        yield* this.rawMail(raw, place);
      }
    } catch (error) {
      yield refusalOf(place, reasonOf(error));
    }
  }

  private async *rawMail(raw: Buffer, place: Place): AsyncGenerator<Find, void> {
    try {
      yield* this.mail(readMail(raw), place);
    } catch (error) {
      yield refusalOf(place, reasonOf(error));
    }
  }

  private async *parts(mail: ReadMail, place: Place): AsyncGenerator<Find, void> {
    let isAboutMail = false;
    try {
      const depth = this.innerDepth(place);
      for (const part of mail.parts) {
        await this.breather.breathe();
        if (part === null) continue;
        this.budget.countEntry();
        isAboutMail ||= ABOUT_MAIL.has(part.reportType) || ABOUT_MAIL.has(part.type);
        yield* this.part(part, { depth, isAboutMail, outerDamage: place.outerDamage });
      }
    } catch (error) {
      yield refusalOf(place, reasonOf(error));
    }
  }

  private async *part(
    part: MimePart,
    { depth, isAboutMail, outerDamage }: PartPlace,
  ): AsyncGenerator<Find, void> {
    const { name, type } = part;
    if (type === 'message/feedback-report') {
      yield { kind: 'failure-report', inner: shownName({ name, depth }) };
      return;
    }
    // What lies in such a report is the mail that it is about.
    if (isAboutMail) return;
    const piece = { name, type, depth, outerDamage, content: new SourceContent(partSource(part)) };
    yield* type.startsWith('application/tlsrpt') ? this.tlsPart(piece) : this.open(piece);
  }

  /** RFC 8460 5.3; one that can't be read is still a TLS report. */
  private async *tlsPart(piece: Piece): AsyncGenerator<Find, void> {
    let isTold = false;
    for await (const find of this.open(piece)) {
      if (find.kind === 'refusal') continue;
      isTold = true;
      yield find;
    }
    if (!isTold) yield { kind: 'tls-report', inner: shownName(piece) };
  }

  /** What can't be opened is refused with the reason, and its siblings stay. */
  private async *open(piece: Piece): AsyncGenerator<Find, void> {
    try {
      yield* this.byKind(piece);
    } catch (error) {
      yield refusalOf(piece, reasonOf(error));
    } finally {
      await piece.content.close();
    }
  }

  private byKind(piece: Piece): AsyncGenerator<Find, void> | readonly Find[] {
    switch (kindOfPiece(piece)) {
      case 'gzip':
        return this.compressed(piece, gunzip);
      case 'zlib':
        return this.compressed(piece, inflateZlib);
      case 'zip':
        return this.archive(piece);
      case 'mail':
        return this.mailInside(piece);
      case 'compound-file':
        return this.compoundFile(piece);
      case 'xml':
        return this.xml(piece);
      case 'json':
        return this.json(piece);
      case 'other':
        return this.other(piece);
    }
  }

  private async *compressed(piece: Piece, inflate: typeof gunzip): AsyncGenerator<Find, void> {
    const depth = this.innerDepth(piece);
    const source = await piece.content.source(this.limits.attachmentBytes);
    const content = await inflate(source, this.budget);
    yield* this.open({ name: unpackedName(piece), type: '', depth, outerDamage: damageOf(piece), content });
  }

  private async *archive(piece: Piece): AsyncGenerator<Find, void> {
    const depth = this.innerDepth(piece);
    const source = await piece.content.source(this.limits.attachmentBytes);
    for await (const entry of zipEntries(source, this.breather)) {
      this.budget.countEntry();
      const place = { name: entry.name, type: '', depth, outerDamage: damageOf(piece) };
      // Nobody encrypts reports, and everybody other things.
      if (entry.isEncrypted && !mayBeReport(place) && !mayBeReport(piece)) continue;
      yield* this.entry(entry, place);
    }
  }

  private async *entry(entry: ZipEntry, place: Place): AsyncGenerator<Find, void> {
    try {
      const content = await entry.content(this.budget);
      yield* this.open({ ...place, content });
    } catch (error) {
      yield refusalOf(place, reasonOf(error));
    }
  }

  private async *mailInside(piece: Piece): AsyncGenerator<Find, void> {
    const bytes = await wholeBytes(piece.content, this.limits.attachmentBytes, this.breather);
    yield* this.mails(bytes, { ...piece, outerDamage: damageOf(piece) });
  }

  private async *compoundFile(piece: Piece): AsyncGenerator<Find, void> {
    const source = await piece.content.source(this.limits.attachmentBytes);
    if (isOutlookMessage(source, piece.name)) yield refusalOf(piece, OUTLOOK);
    else yield* this.passOver(piece, NEITHER);
  }

  private xml(piece: Piece): readonly Find[] {
    // Office documents and pictures are XML too. A bare file was meant to be a report: its reader tells what's wrong.
    if (isHtml(piece.content.head) && !hasFeedback(piece.content.head)) return this.passOver(piece, HTML);
    const isMeant = piece.depth === 0 || hasFeedback(piece.content.head);
    return isMeant ? this.document(piece) : this.passOver(piece, 'it is XML, but no aggregate report');
  }

  private json(piece: Piece): readonly Find[] {
    if (isTlsReport(piece.content.head)) return [{ kind: 'tls-report', inner: shownName(piece) }];
    return this.passOver(piece, 'it is JSON, not a DMARC aggregate report');
  }

  private async *other(piece: Piece): AsyncGenerator<Find, void> {
    const text = await reportInText(piece, this.budget, this.breather);
    if (text !== null) {
      yield* this.document({ ...piece, outerDamage: damageOf(piece), content: text });
      return;
    }
    const content = await rawDeflate(piece, this.budget);
    if (content === null) yield* this.passOver(piece, NEITHER);
    else {
      const depth = this.innerDepth(piece);
      yield* this.open({ name: unpackedName(piece), type: '', depth, outerDamage: damageOf(piece), content });
    }
  }

  private document(piece: Piece): readonly Find[] {
    const { breather, limits } = this;
    const { content, outerDamage } = piece;
    return [new DocumentReading(shownName(piece), content, { limits, breather, outerDamage })];
  }

  /** Mail holds much that never was a report; only a bare file, or what is named like a report, deserves a word. */
  private passOver(piece: Piece, reason: string): readonly Find[] {
    if (piece.depth > 0 && !hasReportName(piece)) return [];
    return [refusalOf(piece, piece.content.head.length === 0 ? 'it is empty' : reason)];
  }

  private innerDepth({ depth }: Place): number {
    if (depth < this.limits.nesting) return depth + 1;
    throw new UnpackError(`packed into more than ${this.limits.nesting} layers`);
  }
}

/** Once all of its content was gone through, for what lies in it. */
function damageOf({ outerDamage, content }: Piece): string | null {
  return outerDamage ?? content.damage();
}

function mayBeReport(place: Place): boolean {
  return place.depth === 0 || hasReportName(place) || /\.xml(?:\.gz)?$/i.test(place.name);
}

/** Of a multipart/report in which nothing was found. */
function kindOfReport(reportType: string): OtherReport['kind'] | null {
  if (reportType === 'tlsrpt') return 'tls-report';
  return reportType === 'feedback-report' ? 'failure-report' : null;
}

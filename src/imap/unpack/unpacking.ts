import { UnpackError, type Find, type OtherReport } from '../../ports/message-unpacker.js';
import type { Breather } from './breather.js';
import type { ByteSource } from './byte-source.js';
import { SourceContent, wholeBytes, type Content } from './content.js';
import { DocumentReading } from './found-document.js';
import { isCalledPacked, rawDeflate, reportInShortText, reportInText } from './hidden-content.js';
import { gunzip, gunzipAtOnce, inflateZlib, inflateZlibAtOnce } from './inflated-content.js';
import { isHtml } from './content-kind.js';
import { mailsIn } from './mailbox-file.js';
import type { MimePart } from './mime-parts.js';
import { isAboutMail, isTlsReport } from './other-report.js';
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
import { onlyEntry, zipEntries, type ZipEntry } from './read-zip.js';
import { unopenedAs, unopenedReport } from './unopened-report.js';
import type { UnpackBudget, UnpackLimits } from './unpack-limits.js';

const NEITHER = 'it is neither XML nor an archive';
const HTML = 'it is an HTML page, no report';
const OUTLOOK =
  'it is an Outlook .msg file: save it as .eml, or forward the original message as an attachment';

/** What is found: all at once in what is short, as nearly all mail is; else as it is asked for. */
type Finds = readonly Find[] | AsyncGenerator<Find, void>;
const NONE: readonly Find[] = [];

/** A way to pack one thing. */
interface Packing {
  readonly inflate: (source: ByteSource, budget: UnpackBudget) => Promise<Content>;
  /** Null when it is not small. */
  readonly atOnce: (source: ByteSource, budget: UnpackBudget) => Content | null;
}
const GZIP: Packing = { inflate: gunzip, atOnce: gunzipAtOnce };
const ZLIB: Packing = { inflate: inflateZlib, atOnce: inflateZlibAtOnce };

interface PartPlace {
  readonly depth: number;
  /** What lies in it is the mail that it is about. */
  readonly isWithMail: boolean;
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
  file(piece: Piece): AsyncIterable<Find> {
    return orElse(this.open(piece), refusalOf(piece, 'no aggregate report in it'));
  }

  /** A mail, also one inside another. */
  mail(mail: ReadMail, place: Place): AsyncIterable<Find> {
    const kind = kindOfReport(mail.reportType);
    const finds = this.parts(mail, place);
    return kind === null ? finds : orElse(finds, { kind, inner: shownName(place) });
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
    let isWithMail = false;
    let isSilent = true;
    try {
      const depth = this.innerDepth(place);
      for (const part of mail.parts) {
        if (this.breather.isDue) await this.breather.breathe();
        if (part === null) continue;
        this.budget.countEntry();
        isWithMail ||= isAboutMail(part);
        const finds = this.part(part, { depth, isWithMail, outerDamage: place.outerDamage });
        if (!isAtOnce(finds)) {
          isSilent = (yield* passedOn(finds)) === 0 && isSilent;
          continue;
        }
        isSilent &&= finds.length === 0;
        for (const find of finds) yield find;
      }
      if (isSilent && kindOfReport(mail.reportType) === null) yield* this.unopened(mail, place);
    } catch (error) {
      yield refusalOf(place, reasonOf(error));
    }
  }

  /** What a person would take for the report of a mail in which nothing was found. */
  private async *unopened(mail: ReadMail, place: Place): AsyncGenerator<Find, void> {
    const search = unopenedReport(mail);
    let step = search.next();
    for (; step.done !== true; step = search.next()) await this.breather.breathe();
    if (step.value === null) return;
    const { name, reason } = step.value;
    yield refusalOf({ ...place, name, depth: place.depth + 1 }, reason);
  }

  private part(part: MimePart, { depth, isWithMail, outerDamage }: PartPlace): Finds {
    const { name, type } = part;
    if (type === 'message/feedback-report') {
      return [{ kind: 'failure-report', inner: shownName({ name, depth }) }];
    }
    if (isWithMail) return NONE;
    const piece = { name, type, depth, outerDamage, content: new SourceContent(partSource(part)) };
    return type.startsWith('application/tlsrpt') ? this.tlsPart(piece) : this.open(piece);
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
  private open(piece: Piece): Finds {
    const finds = this.opened(piece);
    return piece.content.isShort && isAtOnce(finds) ? finds : this.kept(piece, finds);
  }

  private opened(piece: Piece): Finds {
    try {
      return this.byKind(piece);
    } catch (error) {
      return [refusalOf(piece, reasonOf(error))];
    }
  }

  /** What is found in a piece that is to be closed behind them. */
  private async *kept(piece: Piece, finds: Finds): AsyncGenerator<Find, void> {
    try {
      yield* finds;
    } catch (error) {
      yield refusalOf(piece, reasonOf(error));
    } finally {
      await piece.content.close();
    }
  }

  private byKind(piece: Piece): Finds {
    switch (kindOfPiece(piece)) {
      case 'gzip':
        return this.compressed(piece, GZIP);
      case 'zlib':
        return this.compressed(piece, ZLIB);
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

  private compressed(piece: Piece, packing: Packing): Finds {
    const depth = this.innerDepth(piece);
    const source = piece.content.shortSource(this.limits.attachmentBytes);
    const content = source === null ? null : packing.atOnce(source, this.budget);
    return content === null
      ? this.largeCompressed(piece, packing)
      : this.open(insideOf(piece, depth, content));
  }

  private async *largeCompressed(piece: Piece, packing: Packing): AsyncGenerator<Find, void> {
    const depth = this.innerDepth(piece);
    const source = await piece.content.source(this.limits.attachmentBytes);
    const content = await packing.inflate(source, this.budget);
    yield* this.open(insideOf(piece, depth, content));
  }

  private archive(piece: Piece): Finds {
    const depth = this.innerDepth(piece);
    const source = piece.content.shortSource(this.limits.attachmentBytes);
    const entry = source === null ? null : onlyEntry(source, source.atMost);
    return entry === null ? this.entries(piece, depth) : this.entryOf(piece, depth, entry);
  }

  private async *entries(piece: Piece, depth: number): AsyncGenerator<Find, void> {
    const source = await piece.content.source(this.limits.attachmentBytes);
    for await (const entry of zipEntries(source, this.breather)) yield* this.entryOf(piece, depth, entry);
  }

  private entryOf(piece: Piece, depth: number, entry: ZipEntry): Finds {
    this.budget.countEntry();
    const place = { name: entry.name, type: '', depth, outerDamage: damageOf(piece) };
    // Nobody encrypts reports, and everybody other things.
    if (entry.isEncrypted && !mayBeReport(place) && !mayBeReport(piece)) return NONE;
    return this.entry(entry, place);
  }

  private entry(entry: ZipEntry, place: Place): Finds {
    try {
      const content = entry.contentAtOnce(this.budget);
      return content === null ? this.largeEntry(entry, place) : this.open(pieceAt(place, content));
    } catch (error) {
      return [refusalOf(place, reasonOf(error))];
    }
  }

  private async *largeEntry(entry: ZipEntry, place: Place): AsyncGenerator<Find, void> {
    try {
      const content = await entry.content(this.budget);
      yield* this.open(pieceAt(place, content));
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
    if (await isOutlookMessage(source, piece.name, this.breather)) yield refusalOf(piece, OUTLOOK);
    else yield* this.passOver(piece, NEITHER);
  }

  private xml(piece: Piece): readonly Find[] {
    if (hasFeedback(piece.content.head)) return this.document(piece);
    if (isHtml(piece.content.head)) return this.passOver(piece, HTML);
    // Office documents and pictures are XML too. A bare file was meant to be a report: its reader tells what's wrong.
    return piece.depth === 0
      ? this.document(piece)
      : this.passOver(piece, 'it is XML, but no aggregate report');
  }

  private json(piece: Piece): readonly Find[] {
    if (isTlsReport(piece.content.head)) return [{ kind: 'tls-report', inner: shownName(piece) }];
    return this.passOver(piece, 'it is JSON, not a DMARC aggregate report');
  }

  private other(piece: Piece): Finds {
    if (!piece.content.isShort || isCalledPacked(piece)) return this.largeOther(piece);
    const text = reportInShortText(piece, this.budget);
    return text === null ? this.passOver(piece, NEITHER) : this.documentInText(piece, text);
  }

  private async *largeOther(piece: Piece): AsyncGenerator<Find, void> {
    const text = await reportInText(piece, this.budget, this.breather);
    if (text !== null) {
      yield* this.documentInText(piece, text);
      return;
    }
    const content = await rawDeflate(piece, this.budget);
    if (content === null) yield* this.passOver(piece, NEITHER);
    else yield* this.open(insideOf(piece, this.innerDepth(piece), content));
  }

  private documentInText(piece: Piece, text: Content): readonly Find[] {
    const { name, type, depth } = piece;
    return this.document({ name, type, depth, outerDamage: damageOf(piece), content: text });
  }

  private document(piece: Piece): readonly Find[] {
    const { breather, limits } = this;
    const { content, outerDamage } = piece;
    return [new DocumentReading(shownName(piece), content, { limits, breather, outerDamage })];
  }

  /** Mail holds much that never was a report; only a bare file, or what is named like a report, deserves a word. */
  private passOver(piece: Piece, reason: string): readonly Find[] {
    if (piece.depth > 0 && !hasReportName(piece)) return NONE;
    const { name, type, content } = piece;
    const known = unopenedAs({ name, type, start: content.head })?.reason ?? reason;
    return [refusalOf(piece, damageOf(piece) ?? (content.head.length === 0 ? 'it is empty' : known))];
  }

  private innerDepth({ depth }: Place): number {
    if (depth < this.limits.nesting) return depth + 1;
    throw new UnpackError(`packed into more than ${this.limits.nesting} layers`);
  }
}

/** What is packed in a piece by itself. */
function insideOf(piece: Piece, depth: number, content: Content): Piece {
  return { name: unpackedName(piece), type: '', depth, outerDamage: damageOf(piece), content };
}

function pieceAt({ name, type, depth, outerDamage }: Place, content: Content): Piece {
  return { name, type, depth, outerDamage, content };
}

function isAtOnce(finds: Finds): finds is readonly Find[] {
  return Array.isArray(finds);
}

/** The other one when there is none. */
async function* orElse(finds: Finds, other: Find): AsyncGenerator<Find, void> {
  if ((yield* passedOn(finds)) === 0) yield other;
}

/** Returns how many there were. */
async function* passedOn(finds: Finds | AsyncIterable<Find>): AsyncGenerator<Find, number> {
  let count = 0;
  for await (const find of finds) {
    count += 1;
    yield find;
  }
  return count;
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

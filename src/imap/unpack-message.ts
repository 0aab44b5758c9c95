import { reasonAgainstJson } from '../core/report/read-report.js';
import { MessageUnpacker, type Payload, type Refusal, type Unpacked } from '../ports/message-unpacker.js';
import { contentKind } from './content-kind.js';
import { decodeXml } from './decode-xml.js';
import { inflate } from './inflate.js';
import { readMail } from './read-mail.js';
import { zipEntries } from './read-zip.js';
import { CannotUnpack, DEFAULT_LIMITS, inMebibytes, type UnpackLimits } from './unpack-limits.js';

/**
 * Finds the reports in a mail, an archive, a bare file, or any of these in one another: gzip, zlib, zip and XML, told by
 * their first bytes. Mail without a report gives neither payloads nor refusals; a bare file always gives one of them.
 */
export class MimeUnpacker extends MessageUnpacker {
  constructor(private readonly limits: UnpackLimits = DEFAULT_LIMITS) {
    super();
  }

  override unpack(bytes: Uint8Array, name: string): Promise<Unpacked> {
    return new Unpacking(this.limits).run({ name, bytes, depth: 0 });
  }
}

interface Place {
  readonly name: string;
  /** 0 for the mail or file itself. */
  readonly depth: number;
}

/** Something to look into. */
interface Piece extends Place {
  readonly bytes: Uint8Array;
}

/** The state of taking one mail or file apart. */
class Unpacking {
  private mail: Unpacked['mail'] = null;
  private readonly payloads: Payload[] = [];
  private readonly refusals: Refusal[] = [];
  private entries = 0;
  private inflatedBytes = 0;

  constructor(private readonly limits: UnpackLimits) {}

  async run(whole: Piece): Promise<Unpacked> {
    await this.open(whole);
    const isSilent = this.payloads.length === 0 && this.refusals.length === 0;
    if (this.mail === null && isSilent) this.refuse(whole, 'no aggregate report in it');
    return { mail: this.mail, payloads: this.payloads, refusals: this.refusals };
  }

  private open(piece: Piece): Promise<void> {
    return this.attempt(piece, async () => {
      this.checkSize(piece);
      await this.openByKind(piece);
    });
  }

  /** What can't be opened is refused with the reason, and its siblings stay. */
  private async attempt(place: Place, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unreadable';
      this.refuse(place, error instanceof CannotUnpack ? message : `it is damaged: ${message}`);
    }
  }

  private checkSize({ bytes, depth }: Piece): void {
    const { messageBytes } = this.limits;
    if (depth === 0 && bytes.length > messageBytes) {
      throw new CannotUnpack(`it is larger than ${inMebibytes(messageBytes)}`);
    }
  }

  private innerDepth(container: Piece): number {
    if (container.depth < this.limits.nesting) return container.depth + 1;
    throw new CannotUnpack(`packed into more than ${this.limits.nesting} layers`);
  }

  private async openByKind(piece: Piece): Promise<void> {
    switch (contentKind(piece.bytes)) {
      case 'gzip':
      case 'zlib':
        return this.openCompressed(piece);
      case 'zip':
        return this.openZip(piece);
      case 'mail':
        return this.openMail(piece);
      case 'xml':
        return this.takeXml(piece);
      case 'json':
        return this.takeJson(piece);
      case 'other':
        return this.passOver(piece, 'it is neither XML nor an archive');
    }
  }

  private async openCompressed(piece: Piece): Promise<void> {
    const depth = this.innerDepth(piece);
    const bytes = await this.inflated((limit) => inflate(piece.bytes, limit));
    const name = piece.name.replace(/\.(?:gz|gzip|zlib|zip)$/i, '');
    await this.open({ name, bytes, depth });
  }

  private async openZip(piece: Piece): Promise<void> {
    const depth = this.innerDepth(piece);
    for await (const entry of zipEntries(piece.bytes)) {
      this.countEntry();
      const place = { name: entry.name, depth };
      await this.attempt(place, async () => {
        const bytes = await this.inflated((limit) => entry.bytes(limit));
        await this.open({ ...place, bytes });
      });
    }
  }

  private async openMail(piece: Piece): Promise<void> {
    const depth = this.innerDepth(piece);
    const { head, parts } = readMail(piece.bytes);
    if (piece.depth === 0) this.mail = head;
    for (const part of parts) {
      this.countEntry();
      await this.open({ name: part.name, bytes: part.bytes, depth });
    }
  }

  private takeXml(piece: Piece): void {
    if (piece.bytes.length > this.limits.documentBytes) {
      throw new CannotUnpack(`it is larger than ${inMebibytes(this.limits.documentBytes)}`);
    }
    const xml = decodeXml(piece.bytes);
    // Office documents and pictures are XML too. A bare file was meant to be a report, so its reader tells what's wrong.
    if (piece.depth > 0 && !xml.includes('feedback'))
      this.passOver(piece, 'it is XML, but no aggregate report');
    else this.payloads.push({ inner: innerName(piece), xml });
  }

  private takeJson(piece: Piece): void {
    const reason = reasonAgainstJson(Buffer.from(piece.bytes.subarray(0, 4096)).toString('utf8'));
    if (/TLS/.test(reason)) this.refuse(piece, reason);
    else this.passOver(piece, reason);
  }

  /** Mail holds much that never was a report; only a bare file, or what is named like a report, deserves a word. */
  private passOver(piece: Piece, reason: string): void {
    if (piece.depth === 0 || isReportName(piece.name))
      this.refuse(piece, piece.bytes.length === 0 ? 'it is empty' : reason);
  }

  private refuse(place: Place, reason: string): void {
    this.refusals.push({ inner: innerName(place), reason });
  }

  private countEntry(): void {
    this.entries += 1;
    if (this.entries > this.limits.entries) {
      throw new CannotUnpack(`more than ${this.limits.entries} attachments and archive entries`);
    }
  }

  private async inflated(run: (limit: number) => Promise<Uint8Array>): Promise<Uint8Array> {
    const left = this.limits.inflatedBytes - this.inflatedBytes;
    if (left <= 0)
      throw new CannotUnpack(`all of it inflates to more than ${inMebibytes(this.limits.inflatedBytes)}`);
    const bytes = await run(Math.min(left, this.limits.documentBytes));
    this.inflatedBytes += bytes.length;
    return bytes;
  }
}

/** What people see: control characters and endless names come from strangers. */
function innerName({ name, depth }: Place): string {
  return depth === 0 ? '' : name.replaceAll(/\p{Cc}/gu, ' ').slice(0, 255);
}

/** RFC 9990 3.5.1: receiver "!" policy-domain "!" begin "!" end. */
function isReportName(name: string): boolean {
  return /![^!]+!\d{9,10}!\d{9,10}/.test(name) || /dmarc/i.test(name);
}

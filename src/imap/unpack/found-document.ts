import { createHash, hash, type Hash } from 'node:crypto';
import type { FoundDocument } from '../../ports/message-unpacker.js';
import type { Breather } from './breather.js';
import type { Content } from './content.js';
import { XmlDecoder } from './decode-xml.js';
import { checkSize, type UnpackLimits } from './unpack-limits.js';

interface Conditions {
  readonly limits: UnpackLimits;
  readonly breather: Breather;
  /** What is damaged of what it lies in. */
  readonly outerDamage: string | null;
}

/** A document whose text is decoded, hashed and counted while it is read. */
export class DocumentReading implements FoundDocument {
  readonly kind = 'document';
  readonly text: AsyncIterable<string>;
  private readonly hashing = new Hashing();

  constructor(
    readonly inner: string,
    private readonly content: Content,
    private readonly conditions: Conditions,
  ) {
    this.text = this.read(content, conditions);
  }

  contentHash(): string {
    return this.hashing.digest();
  }

  damage(): string | null {
    return this.conditions.outerDamage ?? this.content.damage();
  }

  private async *read(content: Content, { limits, breather }: Conditions): AsyncGenerator<string, void> {
    if (content.isShort) {
      const text = this.shortText(content.head);
      if (text !== '') yield text;
      return;
    }
    const decoder = new XmlDecoder();
    let size = 0;
    for await (const bytes of content.pieces()) {
      size += bytes.length;
      checkSize(size, limits.documentBytes);
      this.hashing.add(bytes);
      const text = decoder.decode(bytes);
      if (text !== '') yield text;
      await breather.breathe();
    }
    const end = decoder.end();
    if (end !== '') yield end;
  }

  private shortText(bytes: Buffer): string {
    checkSize(bytes.length, this.conditions.limits.documentBytes);
    this.hashing.add(bytes);
    const decoder = new XmlDecoder();
    const text = decoder.decode(bytes);
    return text + decoder.end();
  }
}

/** SHA-256 of what comes in pieces; mostly it is one, which is hashed at once in a third of the time. */
class Hashing {
  private first: Buffer | null = null;
  private begun: Hash | null = null;

  add(piece: Buffer): void {
    if (this.begun !== null) this.begun.update(piece);
    else if (this.first === null) this.first = piece;
    else {
      this.begun = createHash('sha256').update(this.first).update(piece);
      this.first = null;
    }
  }

  /** Of all that came so far, in hex. */
  digest(): string {
    return this.begun?.copy().digest('hex') ?? hash('sha256', this.first ?? Buffer.alloc(0));
  }
}

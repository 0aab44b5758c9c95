import { createHash, type Hash } from 'node:crypto';
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
  private readonly hash: Hash = createHash('sha256');
  private digest: string | null = null;

  constructor(
    readonly inner: string,
    private readonly content: Content,
    private readonly conditions: Conditions,
  ) {
    this.text = this.read(content, conditions);
  }

  contentHash(): string {
    return this.digest ?? this.hash.copy().digest('hex');
  }

  damage(): string | null {
    return this.conditions.outerDamage ?? this.content.damage();
  }

  private async *read(content: Content, { limits, breather }: Conditions): AsyncGenerator<string, void> {
    const decoder = new XmlDecoder();
    let size = 0;
    for await (const bytes of content.pieces()) {
      size += bytes.length;
      checkSize(size, limits.documentBytes);
      this.hash.update(bytes);
      const text = decoder.decode(bytes);
      if (text !== '') yield text;
      await breather.breathe();
    }
    const end = decoder.end();
    if (end !== '') yield end;
    this.digest = this.hash.digest('hex');
  }
}

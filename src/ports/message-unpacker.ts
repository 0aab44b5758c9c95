import type { Instant } from '../core/instant.js';

/** What the header of a mail says. */
export interface MailHead {
  readonly messageId: string | null;
  readonly from: string | null;
  readonly subject: string | null;
  /** Date header. */
  readonly date: Instant | null;
}

/** One XML document, which may be an aggregate report. */
export interface FoundDocument {
  readonly kind: 'document';
  /** Its name inside: attachment or archive entry; empty when it has none. */
  readonly inner: string;
  /**
   * Its text in pieces, to be read once, before the next find is asked for. What a break in the data leaves readable is
   * given. Throws an UnpackError when the document goes over a limit; what was read of it must then be thrown away.
   */
  readonly text: AsyncIterable<string>;
  /** SHA-256 of the document's bytes, hex, as far as the text was read: the same however it was packed. */
  contentHash(): string;
  /**
   * After the text was read: why it can't be trusted as a whole, though it could be read (a wrong checksum, a missing
   * end); null when all is well.
   */
  damage(): string | null;
}

/** A report of another kind: TLS-RPT (RFC 8460), or about a single message that failed (RFC 9991, RFC 6591). */
export interface OtherReport {
  readonly kind: 'tls-report' | 'failure-report';
  readonly inner: string;
}

/** Something that looked like a report but could not be unpacked, or broke a limit. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly inner: string;
  readonly reason: string;
}

export type Find = FoundDocument | OtherReport | Refusal;

export interface Unpacked {
  /** Null for a bare file. */
  readonly mail: MailHead | null;
  /** What lies in it, in its order; may be run through once. Never throws. */
  readonly finds: AsyncIterable<Find>;
}

/** A document went over a limit, or is locked. The message is for people. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';
}

/** Takes a mail or file apart, by magic bytes and within limits. Never throws on hostile input. */
export abstract class MessageUnpacker {
  /** Mail without a report gives no finds; a bare file always gives one. */
  abstract unpack(bytes: Uint8Array, name: string): Unpacked;
}

/** One XML document found in a mail or file. */
export interface Payload {
  /** Its name inside: attachment or archive entry; empty when it has none. */
  readonly inner: string;
  readonly xml: string;
}

/** Something that looked like a report but could not be unpacked, or broke a limit. */
export interface Refusal {
  readonly inner: string;
  readonly reason: string;
}

export interface Unpacked {
  /** Null for a bare file. */
  readonly mail: {
    readonly messageId: string | null;
    readonly from: string | null;
    readonly subject: string | null;
    /** Date header, milliseconds. */
    readonly date: number | null;
  } | null;
  readonly payloads: readonly Payload[];
  readonly refusals: readonly Refusal[];
}

/** Takes a mail or file apart, by magic bytes and within limits. Never throws on hostile input. */
export abstract class MessageUnpacker {
  abstract unpack(bytes: Uint8Array, name: string): Promise<Unpacked>;
}

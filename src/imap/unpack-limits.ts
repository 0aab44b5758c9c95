/** What is taken apart at most; a mail beyond it is refused with a reason, never half read in silence. */
export interface UnpackLimits {
  /** Bytes of a mail or file as it came. */
  readonly messageBytes: number;
  /** Bytes of one document, whatever it was packed into. An honest report shrinks 90 to 1, so no ratio is a limit. */
  readonly documentBytes: number;
  /** Bytes of all that one mail inflates to. */
  readonly inflatedBytes: number;
  /** Attachments and archive entries of one mail, at all levels together. */
  readonly entries: number;
  /** Archives in mails in archives …: levels. */
  readonly nesting: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: UnpackLimits = {
  messageBytes: 25 * MEBIBYTE,
  documentBytes: 25 * MEBIBYTE,
  inflatedBytes: 100 * MEBIBYTE,
  entries: 1000,
  nesting: 6,
};

/** A limit was broken, or something is locked. The message is for people. */
export class CannotUnpack extends Error {
  override readonly name = 'CannotUnpack';
}

/** A number of bytes as people say it. */
export function inMebibytes(bytes: number): string {
  return `${Math.round((bytes / MEBIBYTE) * 10) / 10} MB`;
}

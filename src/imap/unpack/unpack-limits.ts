import { UnpackError } from '../../ports/message-unpacker.js';

/** What is taken apart at most; a mail beyond it is refused with a reason, never half read in silence. */
export interface UnpackLimits {
  /** Bytes of a mail or file as it came. */
  readonly messageBytes: number;
  /** Bytes of one attachment or archive entry before it is inflated. */
  readonly attachmentBytes: number;
  /** Bytes of one document, whatever it was packed into. */
  readonly documentBytes: number;
  /** Bytes of all that one mail inflates to. */
  readonly inflatedBytes: number;
  /**
   * How many times its packed size something may inflate to, all members of gzip data together, beyond the first MiB: an
   * honest report shrinks 90 to 1.
   */
  readonly ratio: number;
  /** Attachments and archive entries of one mail, at all levels together. */
  readonly entries: number;
  /** Archives in mails in archives …: levels. */
  readonly nesting: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: UnpackLimits = {
  messageBytes: 25 * MEBIBYTE,
  attachmentBytes: 25 * MEBIBYTE,
  documentBytes: 256 * MEBIBYTE,
  inflatedBytes: 512 * MEBIBYTE,
  ratio: 500,
  entries: 10_000,
  nesting: 6,
};

/** Each member of gzip data takes a while; 256 MB in blocks of 64 KB, as some programs write, are 4,000. */
const MOST_MEMBERS = 20_000;

/** What the parts of one mail or file use of the limits together. */
export class UnpackBudget {
  private entries = 0;
  private inflated = 0;
  private members = 0;

  constructor(readonly limits: UnpackLimits) {}

  /** Of gzip data. Throws an UnpackError when there are too many. */
  countMembers(members: number): void {
    this.members += members;
    if (this.members > MOST_MEMBERS) throw new UnpackError(`more than ${MOST_MEMBERS} members of gzip data`);
  }

  /** Throws an UnpackError when there are too many. */
  countEntry(): void {
    this.entries += 1;
    if (this.entries <= this.limits.entries) return;
    throw new UnpackError(`more than ${this.limits.entries} attachments and archive entries`);
  }

  /** For one thing that is inflated. */
  meter(): InflateMeter {
    return new InflateMeter(this);
  }

  /** Throws an UnpackError when all of it is too much. */
  countInflated(bytes: number): void {
    this.inflated += bytes;
    const { inflatedBytes } = this.limits;
    if (this.inflated > inflatedBytes) throw tooLarge('all of it inflates to more than', inflatedBytes);
  }
}

/** Counts while one thing is inflated. */
export class InflateMeter {
  private inflated = 0;

  constructor(private readonly budget: UnpackBudget) {}

  /** `packed`: bytes of all of it inflated so far; `bytes`: what came out since. Throws an UnpackError over a limit. */
  count(bytes: number, packed: number): void {
    this.budget.countInflated(bytes);
    this.inflated += bytes;
    const { ratio } = this.budget.limits;
    if (this.inflated > MEBIBYTE && this.inflated > ratio * packed) {
      throw new UnpackError(`it inflates to more than ${ratio} times its size`);
    }
  }
}

/** Throws an UnpackError when something is larger than a limit on it. */
export function checkSize(bytes: number, limit: number): void {
  if (bytes > limit) throw tooLarge('it is larger than', limit);
}

function tooLarge(what: string, limit: number): UnpackError {
  return new UnpackError(`${what} ${inMebibytes(limit)}`);
}

/** A number of bytes as people say it. */
function inMebibytes(bytes: number): string {
  return bytes < MEBIBYTE / 10 ? `${bytes} bytes` : `${Math.round((bytes / MEBIBYTE) * 10) / 10} MB`;
}

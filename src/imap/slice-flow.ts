import { ImapFlow } from 'imapflow';

/** A message, or a stretch of it, as an answer gives it. */
export interface FetchedSlice {
  readonly uid: number;
  /** RFC822.SIZE, when it was asked for: some servers give a wrong one. */
  readonly size: number;
  readonly internalDate: Date | string | undefined;
  /** Shorter than asked for where the message ends. */
  readonly bytes: Uint8Array;
}

/** What imapflow's stream gives: an answer without its literals, and these. */
interface RawAnswer {
  readonly payload: Buffer;
  readonly literals: readonly Buffer[];
}

/** Answers to what `fetchSlice` asks for are no longer, but for their literal. */
const LONGEST_ANSWER = 256;

/** The items that `fetchSlice` asks for, in any order, with one literal, and nothing else (RFC 9051 7.5.2). */
const ITEM =
  /(?:UID \d{1,10}|RFC822\.SIZE \d{1,10}|INTERNALDATE "[^"\\]{1,40}"|BODY\[\](?:<\d{1,10}>)? \{\d{1,10}\}\r?\n)/
    .source;
const ANSWER = new RegExp(`^\\* \\d{1,10} FETCH \\(${ITEM}(?: ?${ITEM}){1,3}\\)$`, 'i');
const UID = /[( ]UID (\d+)/i;
const SIZE = /[( ]RFC822\.SIZE (\d+)/i;
const DATE = /[( ]INTERNALDATE "([^"]+)"/i;

/** A message left the selected folder (RFC 9051 7.5.1). Moving 2,000 mails gives as many of these. */
const EXPUNGED = /^\* ([1-9]\d{0,9}) EXPUNGE$/i;

/** imapflow's handling of one answer. It is not part of its API: where it is missing, nobody calls ours either. */
const handle: unknown = Reflect.get(ImapFlow.prototype, 'handleResponse');

/**
 * imapflow, with a short way for the answers that nearly all mail comes in: it takes each answer apart into a tree and
 * puts it together twice again, for names and for a log, which takes as long as reading the report that lies in it.
 * Answers of any other shape go its own way.
 */
export class SliceFlow extends ImapFlow {
  /** Takes messages of the FETCH that runs; null: all answers go imapflow's way. */
  takeSlice: ((slice: FetchedSlice) => void) | null = null;

  /** Called by imapflow for each answer. Resolves to whether it is to go on reading. */
  async handleResponse(answer: unknown): Promise<unknown> {
    if (isRawAnswer(answer) && (this.tookSlice(answer) || this.tookExpunge(answer))) return true;
    return typeof handle === 'function' ? Reflect.apply(handle, this, [answer]) : false;
  }

  private tookSlice(answer: RawAnswer): boolean {
    const slice = this.takeSlice === null ? null : sliceOf(answer);
    if (slice === null || this.takeSlice === null) return false;
    this.takeSlice(slice);
    return true;
  }

  /** Does what imapflow does: there is one message less. Nobody asks which one it was. */
  private tookExpunge(answer: RawAnswer): boolean {
    const place = expungedPlace(answer);
    if (place === null || this.mailbox === false || this.listenerCount('expunge') > 0) return false;
    if (place <= this.mailbox.exists) this.mailbox.exists -= 1;
    return true;
  }
}

/** The sequence number of a message that left the folder; null: the answer says something else. */
export function expungedPlace({ payload, literals }: RawAnswer): number | null {
  if (payload.length > LONGEST_ANSWER || literals.length > 0) return null;
  const place = EXPUNGED.exec(payload.toString('latin1'))?.[1];
  return place === undefined ? null : Number(place);
}

/** Null when the answer is of another shape. */
export function sliceOf({ payload, literals }: RawAnswer): FetchedSlice | null {
  const [bytes, ...others] = literals;
  if (bytes === undefined || others.length > 0 || payload.length > LONGEST_ANSWER) return null;
  const text = payload.toString('latin1');
  if (!ANSWER.test(text)) return null;
  const uid = Number(UID.exec(text)?.[1] ?? 0);
  if (uid === 0) return null;
  return { uid, size: Number(SIZE.exec(text)?.[1] ?? 0), internalDate: DATE.exec(text)?.[1], bytes };
}

function isRawAnswer(answer: unknown): answer is RawAnswer {
  if (typeof answer !== 'object' || answer === null || !('payload' in answer) || !('literals' in answer))
    return false;
  return Buffer.isBuffer(answer.payload) && Array.isArray(answer.literals);
}

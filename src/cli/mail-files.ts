import { open, type FileHandle } from 'node:fs/promises';
import { unreadableFile } from './file-trouble.js';
import type { ListedFile } from './list-files.js';

/** A mail or a file with reports. */
export interface FoundMail {
  /** The file's path; with `#` and its number for a mail out of a mailbox file. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Bytes of the file up to its end. */
  readonly end: number;
}

const PIECE = 1024 * 1024;
/** How the line before each mail of a mailbox file begins (RFC 4155). */
const FROM_LINE = Buffer.from('\nFrom ');

/**
 * What a file holds: itself, or of a mailbox file (mbox, RFC 4155) each mail. Of mail beyond `limit` bytes only so much
 * is given that it is seen to be too large. Throws a CommandError when it can't be read.
 */
export async function* mailsOf(file: ListedFile, limit: number): AsyncGenerator<FoundMail> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file.path, 'r');
    if (await isMailboxFile(handle)) yield* mailsInMbox(handle, file.path, limit);
    else yield { name: file.path, bytes: await readUpTo(handle, file.size, limit), end: file.size };
  } catch (error) {
    throw unreadableFile(file.path, error);
  } finally {
    await handle?.close();
  }
}

/** `From sender date`, as no header field and no report begins. */
async function isMailboxFile(handle: FileHandle): Promise<boolean> {
  const start = Buffer.alloc(200);
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  return /^From \S+.*\d{4}\r?\n/.test(start.toString('latin1', 0, bytesRead));
}

async function readUpTo(handle: FileHandle, size: number, limit: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(size, limit + 1));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  return bytes.subarray(0, bytesRead);
}

async function* mailsInMbox(handle: FileHandle, name: string, limit: number): AsyncGenerator<FoundMail> {
  const splitter = new MboxSplitter(limit);
  let number = 0;
  let position = 0;
  for (;;) {
    const piece = Buffer.alloc(PIECE);
    const { bytesRead } = await handle.read(piece, 0, PIECE, position);
    position += bytesRead;
    const mails = bytesRead === 0 ? splitter.end() : splitter.push(piece.subarray(0, bytesRead));
    for (const bytes of mails) {
      number += 1;
      yield { name: `${name}#${number}`, bytes, end: position };
    }
    if (bytesRead === 0) return;
  }
}

/** Cuts a mailbox file into mails, given to it piece by piece. */
class MboxSplitter {
  /** The mail that is being read, from its "From " line on; of one over the limit its beginning. */
  private mail: Buffer[] = [];
  private size = 0;
  /** The end of the last piece, which may be the beginning of a line that starts a mail. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly limit: number) {}

  push(piece: Buffer): readonly Buffer[] {
    const mails: Buffer[] = [];
    let bytes = Buffer.concat([this.rest, piece]);
    for (let at = bytes.indexOf(FROM_LINE); at !== -1; at = bytes.indexOf(FROM_LINE)) {
      this.keep(bytes.subarray(0, at + 1));
      mails.push(this.take());
      // The line break belongs to the mail before; what follows starts the next.
      this.keep(bytes.subarray(at + 1, at + FROM_LINE.length));
      bytes = bytes.subarray(at + FROM_LINE.length);
    }
    const kept = Math.max(0, bytes.length - FROM_LINE.length + 1);
    this.keep(bytes.subarray(0, kept));
    this.rest = Buffer.from(bytes.subarray(kept));
    return mails;
  }

  end(): readonly Buffer[] {
    this.keep(this.rest);
    return this.size === 0 ? [] : [this.take()];
  }

  private keep(bytes: Buffer): void {
    if (this.size <= this.limit) this.mail.push(bytes);
    this.size += bytes.length;
  }

  private take(): Buffer {
    const mail = Buffer.concat(this.mail);
    this.mail = [];
    this.size = 0;
    return unescaped(mail.subarray(0, this.limit + 1));
  }
}

/** Without the "From " line, and with one ">" less before each line that had to be told from it (mboxrd). */
function unescaped(mail: Buffer): Buffer {
  const body = mail.subarray(mail.indexOf('\n') + 1);
  if (!body.includes('\n>From ') && !body.includes('\n>>')) return body;
  return Buffer.from(body.toString('latin1').replaceAll(/(?<=\n)>(?=>*From )/g, ''), 'latin1');
}

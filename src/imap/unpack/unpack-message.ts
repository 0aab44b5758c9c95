import { MessageUnpacker, type Find, type MailHead, type Unpacked } from '../../ports/message-unpacker.js';
import { Breather } from './breather.js';
import { PlainSource } from './byte-source.js';
import { SourceContent } from './content.js';
import { contentKind } from './content-kind.js';
import { isMailboxFile } from './mailbox-file.js';
import { readMail } from './read-mail.js';
import { checkSize, DEFAULT_LIMITS, UnpackBudget, type UnpackLimits } from './unpack-limits.js';
import { reasonOf, type Place } from './piece.js';
import { Unpacking } from './unpacking.js';

const WHOLE: Place = { name: '', type: '', depth: 0, outerDamage: null };

/**
 * Finds the reports in a mail, an archive, a bare file, or any of these in one another: gzip, zlib, zip and XML, told by
 * their first bytes. In bounded memory, and without blocking the event loop.
 */
export class MimeUnpacker extends MessageUnpacker {
  private readonly breather = new Breather();

  constructor(private readonly limits: UnpackLimits = DEFAULT_LIMITS) {
    super();
  }

  override unpack(bytes: Uint8Array, name: string): Unpacked {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return contentKind(whole) === 'mail' ? this.unpackMail(whole) : this.unpackFile(whole, name);
  }

  private unpackMail(whole: Buffer): Unpacked {
    let head: MailHead | null = null;
    try {
      const mail = readMail(whole);
      head = mail.head;
      checkSize(whole.length, this.limits.messageBytes);
      const unpacking = this.begin();
      const finds = isMailboxFile(whole) ? unpacking.mails(whole, WHOLE) : unpacking.mail(mail, WHOLE);
      return { mail: head, finds };
    } catch (error) {
      return { mail: head, finds: refused(error) };
    }
  }

  private unpackFile(whole: Buffer, name: string): Unpacked {
    try {
      checkSize(whole.length, this.limits.messageBytes);
    } catch (error) {
      return { mail: null, finds: refused(error) };
    }
    const content = new SourceContent(new PlainSource(whole));
    return { mail: null, finds: this.begin().file({ ...WHOLE, name, content }) };
  }

  private begin(): Unpacking {
    return new Unpacking(new UnpackBudget(this.limits), this.breather);
  }
}

async function* refused(error: unknown): AsyncGenerator<Find, void> {
  yield { kind: 'refusal', inner: '', reason: reasonOf(error) };
}

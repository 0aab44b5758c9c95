import type { EvidenceStore, UnfetchedMail } from '../ports/evidence-store.js';
import type { MailOutcome, ReportMailbox, ReportMailboxes, SetAsideMail } from '../ports/report-mailbox.js';

/** Mail that could be read at last; it still lies in the folder of unreadable mail. */
export interface ReadAtLast extends SetAsideMail {
  readonly mailbox: string;
  readonly outcome: MailOutcome;
}

/** Mail that stays in the folder of unreadable mail though it is read, and why. */
export interface LeftMail {
  readonly mailbox: string;
  readonly mails: number;
  readonly reason: string;
}

export interface Recovered {
  /** Moved to where mail goes that could be read. */
  readonly moved: number;
  /** Back where they came from: they were too large, and will be fetched now. */
  readonly anew: Readonly<Record<string, number>>;
  readonly left: readonly LeftMail[];
}

/** Mails of one look into the store. */
const PAGE = 1000;

/** Tidies the folders of unreadable mail up after it was read again. Safe to repeat. */
export class RecoverMail {
  constructor(
    private readonly mailboxes: ReportMailboxes,
    private readonly evidence: EvidenceStore,
  ) {}

  /** A mailbox that can't be reached is no error: what stays there, and why, is said. */
  async run(read: readonly ReadAtLast[]): Promise<Recovered> {
    const left: LeftMail[] = [];
    let moved = 0;
    for (const [name, mails] of groups(read, ({ mailbox }) => mailbox)) {
      const here = await this.moveRead(name, mails);
      moved += here.moved;
      if (here.moved < mails.length)
        left.push({ mailbox: name, mails: mails.length - here.moved, reason: here.reason });
    }
    return { moved, anew: await this.bringBack(), left };
  }

  private async moveRead(
    name: string,
    mails: readonly ReadAtLast[],
  ): Promise<{ readonly moved: number; readonly reason: string }> {
    if (!this.mailboxes.names().includes(name))
      return { moved: 0, reason: 'the settings know this mailbox no more' };
    const mailbox = this.mailboxes.get(name);
    let moved = 0;
    try {
      for (const [outcome, some] of groups(mails, (it) => it.outcome))
        moved += (await mailbox.recover(some, outcome)).length;
    } catch (error) {
      return { moved, reason: error instanceof Error ? error.message : 'unknown' };
    }
    return { moved, reason: 'not found there' };
  }

  /** What was too large, and is so no more; forgotten here, since it comes as a new mail. */
  private async bringBack(): Promise<Record<string, number>> {
    const anew: Record<string, number> = {};
    for (const [name, mails] of groups(await this.unfetched(), ({ origin }) => origin)) {
      if (!this.mailboxes.names().includes(name)) continue;
      const back = await recoverAnew(this.mailboxes.get(name), mails);
      if (back.length === 0) continue;
      await this.evidence.forgetMails(back.map(({ id }) => id));
      anew[name] = back.length;
    }
    return anew;
  }

  private async unfetched(): Promise<readonly UnfetchedMail[]> {
    const all: UnfetchedMail[] = [];
    for (;;) {
      const some: readonly UnfetchedMail[] = await this.evidence.unfetched(all.at(-1)?.id ?? null, PAGE);
      all.push(...some);
      if (some.length < PAGE) return all;
    }
  }
}

/** None when the mailbox can't be reached: then they are tried the next time. */
async function recoverAnew(
  mailbox: ReportMailbox,
  mails: readonly UnfetchedMail[],
): Promise<readonly UnfetchedMail[]> {
  return mailbox.recover(mails, 'anew').catch(() => []);
}

function groups<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const found = new Map<K, T[]>();
  for (const item of items) {
    const group = found.get(keyOf(item)) ?? [];
    group.push(item);
    found.set(keyOf(item), group);
  }
  return found;
}

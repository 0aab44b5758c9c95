import { ReportMailboxes, type ReportMailbox } from '../ports/report-mailbox.js';
import { ImapMailbox, type ImapMailboxOptions } from './imap-mailbox.js';

/** The mailboxes of the settings, in their order. Connects to none. */
export class ConfiguredMailboxes extends ReportMailboxes {
  private readonly mailboxes: ReadonlyMap<string, ReportMailbox>;

  constructor(settings: readonly ImapMailboxOptions[]) {
    super();
    this.mailboxes = new Map(settings.map((options) => [options.name, new ImapMailbox(options)]));
  }

  override names(): readonly string[] {
    return [...this.mailboxes.keys()];
  }

  override get(name: string): ReportMailbox {
    const mailbox = this.mailboxes.get(name);
    if (mailbox === undefined) throw new RangeError(`no mailbox is named ${name}`);
    return mailbox;
  }
}

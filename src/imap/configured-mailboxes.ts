import { ReportMailboxes, type ReportMailbox } from '../ports/report-mailbox.js';
import { ImapMailbox, type ImapMailboxOptions } from './imap-mailbox.js';
import type { MailboxError } from './mailbox-error.js';
import { OAuth2Tokens, type OAuth2Options } from './oauth2-tokens.js';

/** A mailbox of the settings: an account with one folder or several. */
export interface MailboxSettings extends Omit<
  ImapMailboxOptions,
  'accessTokens' | 'onTrouble' | 'random' | 'password'
> {
  /** Further folders that reports arrive in. */
  readonly folders: readonly string[];
  /** Null: OAuth2 instead. */
  readonly password: string | null;
  readonly oauth2: OAuth2Options | null;
}

export interface MailboxesOptions {
  /** Told of what goes wrong while watching, which mends itself. */
  readonly onTrouble?: (error: MailboxError) => void;
  /** From 0 up to 1, for the pauses between failing attempts; Math.random without it. */
  readonly random?: () => number;
}

/** The mailboxes of the settings in their order, each folder with a connection of its own. Connects to none. */
export class ConfiguredMailboxes extends ReportMailboxes {
  private readonly mailboxes: ReadonlyMap<string, ReportMailbox>;

  constructor(settings: readonly MailboxSettings[], options: MailboxesOptions = {}) {
    super();
    const mailboxes = settings.flatMap((mailbox) => foldersOf(mailbox, options));
    this.mailboxes = new Map(mailboxes.map((mailbox) => [mailbox.name, mailbox]));
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

/** `rua`, `rua/Junk`: they share the tokens of their account. */
function foldersOf(settings: MailboxSettings, options: MailboxesOptions): readonly ReportMailbox[] {
  const { name, folder, folders, password, oauth2, ...rest } = settings;
  const accessTokens = oauth2 === null ? null : new OAuth2Tokens(name, oauth2);
  const shared = { ...rest, ...options, password: password ?? '', accessTokens };
  const further = folders.filter((other) => other !== folder);
  return [
    new ImapMailbox({ ...shared, name, folder }),
    ...[...new Set(further)].map(
      (other) => new ImapMailbox({ ...shared, name: `${name}/${other}`, folder: other }),
    ),
  ];
}

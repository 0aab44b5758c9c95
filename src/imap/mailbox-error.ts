/** What went wrong with a mailbox: `authentication` won't mend itself, the others may. */
export type MailboxTrouble = 'authentication' | 'connection' | 'server';

/** Never holds credentials: imapflow's error, with the command in it, is not kept as the cause. */
export class MailboxError extends Error {
  override readonly name = 'MailboxError';

  constructor(
    message: string,
    readonly trouble: MailboxTrouble,
  ) {
    super(message);
  }
}

/** The same trouble in words for people, with the mailbox's name. */
export function mailboxError(mailbox: string, error: unknown): MailboxError {
  if (error instanceof MailboxError) return error;
  return new MailboxError(`mailbox ${mailbox}: ${reasonOf(error)}`, troubleOf(error));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const said = property(error, 'responseText') ?? property(error, 'reason');
  const text = said === null ? error.message : `${error.message}: ${said}`;
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
}

function troubleOf(error: unknown): MailboxTrouble {
  if (!(error instanceof Error)) return 'server';
  if ('authenticationFailed' in error && error.authenticationFailed === true) return 'authentication';
  return property(error, 'responseStatus') === null ? 'connection' : 'server';
}

function property(error: Error, name: 'responseText' | 'reason' | 'responseStatus'): string | null {
  const value: unknown = Object.entries(error).find(([key]) => key === name)?.[1];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** What went wrong with a mailbox: `authentication` and `tls` won't mend themselves, the others may. */
export type MailboxTrouble = 'authentication' | 'tls' | 'connection' | 'server';

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
  if (error instanceof MailboxError) {
    const isNamed = error.message.startsWith(`mailbox ${mailbox}: `);
    return isNamed ? error : new MailboxError(`mailbox ${mailbox}: ${error.message}`, error.trouble);
  }
  const advice = error instanceof Error ? tlsAdvice(error) : null;
  if (advice !== null) return new MailboxError(`mailbox ${mailbox}: ${advice}`, 'tls');
  return new MailboxError(`mailbox ${mailbox}: ${reasonOf(error)}`, troubleOf(error));
}

const UNKNOWN_AUTHORITY =
  'the server’s certificate comes from an authority that this machine does not know; when it is your own, name its certificate with tlsCaFile';
const NO_TLS_HERE = 'the server does not speak TLS on this port; with port 143 take tls: starttls';

/** What to do, by the codes of OpenSSL and Node. */
const TLS_ADVICE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'the server’s certificate has expired; it must be renewed there',
  CERT_NOT_YET_VALID: 'the server’s certificate is not valid yet; look at the clocks of both machines',
  CERT_REVOKED: 'the server’s certificate was revoked; it must be renewed there',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS_HERE,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS_HERE,
};

/** Null when it is not about TLS. */
function tlsAdvice(error: Error): string | null {
  const code = property(error, 'code') ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the server’s certificate is for another name; put the one that it is for into host (${plain(property(error, 'reason') ?? error.message)})`;
  const advice = TLS_ADVICE[code];
  if (advice !== undefined) return `${advice} (${code})`;
  if (error.message === 'Server does not support STARTTLS')
    return 'the server does not offer STARTTLS, and nothing is sent in the clear; try tls: implicit with port 993';
  return 'tlsFailed' in error && error.tlsFailed === true ? `TLS failed: ${reasonOf(error)}` : null;
}

const NO_SUCH_FOLDER = 'the server has no such folder; make it there, or name another one with folder';
const NO_COMMON_WAY = 'Unsupported authentication mechanism';

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.message === NO_COMMON_WAY)
    return 'the server offers no way to log in with what the settings give (password or oauth2)';
  const said = property(error, 'responseText') ?? property(error, 'reason');
  if ('mailboxMissing' in error && error.mailboxMissing === true)
    return plain(`${NO_SUCH_FOLDER} (${said ?? error.message})`);
  return plain(said === null ? error.message : `${error.message}: ${said}`);
}

function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
}

function troubleOf(error: unknown): MailboxTrouble {
  if (!(error instanceof Error)) return 'server';
  const isRefused = 'authenticationFailed' in error && error.authenticationFailed === true;
  if (isRefused || error.message === NO_COMMON_WAY) return 'authentication';
  return property(error, 'responseStatus') === null ? 'connection' : 'server';
}

function property(error: Error, name: 'responseText' | 'reason' | 'responseStatus' | 'code'): string | null {
  const value: unknown = Object.entries(error).find(([key]) => key === name)?.[1];
  return typeof value === 'string' && value !== '' ? value : null;
}

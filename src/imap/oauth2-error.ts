import { MailboxError, type MailboxTrouble } from './mailbox-error.js';

/**
 * Why there is no access token. `sign-in-again`: the grant is gone (RFC 6749 5.2, invalid_grant); `client-refused` and
 * `scope-refused`: the settings are wrong; `refused`: another refusal; `unreachable`: it may work later; `bad-answer`:
 * no answer of a token server.
 */
export type OAuth2Reason =
  'sign-in-again' | 'client-refused' | 'scope-refused' | 'refused' | 'unreachable' | 'bad-answer';

const TROUBLE: Readonly<Record<OAuth2Reason, MailboxTrouble>> = {
  'sign-in-again': 'authentication',
  'client-refused': 'authentication',
  'scope-refused': 'authentication',
  refused: 'authentication',
  unreachable: 'connection',
  'bad-answer': 'server',
};

/** Holds nothing of what the token server said but its error code: no token, no secret. */
export class OAuth2Error extends MailboxError {
  constructor(
    message: string,
    readonly reason: OAuth2Reason,
  ) {
    super(message, TROUBLE[reason]);
  }
}

interface Refusal {
  readonly reason: OAuth2Reason;
  readonly advice: string;
}

const SIGN_IN_AGAIN =
  'the refresh token is no longer valid: sign in again and put the new one into the settings';
const WRONG_CLIENT = 'the client id or its secret is wrong or has expired: look at clientId and clientSecret';
const WRONG_SCOPE =
  'the scope is wrong, or nobody has consented to it: look at scope, and at the app’s permissions';
const LATER = 'the token server is out of order; it is asked again later';

/** RFC 6749 5.2 and 4.1.2.1, and what Google and Microsoft say besides. Others are not shown: anything may stand there. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  invalid_grant: { reason: 'sign-in-again', advice: SIGN_IN_AGAIN },
  interaction_required: { reason: 'sign-in-again', advice: SIGN_IN_AGAIN },
  consent_required: { reason: 'scope-refused', advice: WRONG_SCOPE },
  invalid_client: { reason: 'client-refused', advice: WRONG_CLIENT },
  unauthorized_client: { reason: 'client-refused', advice: WRONG_CLIENT },
  invalid_scope: { reason: 'scope-refused', advice: WRONG_SCOPE },
  invalid_resource: { reason: 'scope-refused', advice: WRONG_SCOPE },
  unsupported_grant_type: { reason: 'refused', advice: 'it does not give tokens this way: look at tokenUrl' },
  invalid_request: {
    reason: 'refused',
    advice: 'it does not understand the request: look at tokenUrl and tenant',
  },
  temporarily_unavailable: { reason: 'unreachable', advice: LATER },
  server_error: { reason: 'unreachable', advice: LATER },
};

/** The refusal in words for people. `code`: the `error` of the token server's answer. */
export function refusedToken(mailbox: string, code: string): OAuth2Error {
  const refusal = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (refusal === undefined)
    return new OAuth2Error(`mailbox ${mailbox}: OAuth2: the token server refuses a token`, 'refused');
  return new OAuth2Error(`mailbox ${mailbox}: OAuth2: ${refusal.advice} (${code})`, refusal.reason);
}

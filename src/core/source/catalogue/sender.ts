/**
 * What a sender does for its customers. `gateway` filters mail in front of its customers' mailboxes and passes it on;
 * `relay` only takes outgoing mail; `forwarder` and `list` pass on what others wrote.
 */
export type SenderKind =
  | 'mailbox'
  | 'hosting'
  | 'transactional'
  | 'bulk'
  | 'crm'
  | 'helpdesk'
  | 'shop'
  | 'billing'
  | 'hr'
  | 'events'
  | 'survey'
  | 'business'
  | 'relay'
  | 'gateway'
  | 'forwarder'
  | 'list';

/** A service that sends, or passes on, mail in its customers' names. Domains are lower case, without a final dot. */
export interface KnownSender {
  readonly name: string;
  readonly kind: SenderKind;
  /** `d=` of its DKIM signatures (RFC 6376 3.5) when it signs as itself. */
  readonly signs: readonly string[];
  /** Domains of its return paths unless a customer sets up another, and of its HELO names, which stand in on bounces. */
  readonly envelopes: readonly string[];
  /** One line for a postmaster: how mail sent there passes as the domain of its author. */
  readonly fix: string;
}

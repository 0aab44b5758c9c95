import { BULK } from './catalogue/bulk.js';
import { BUSINESS } from './catalogue/business.js';
import { COMMERCE } from './catalogue/commerce.js';
import { FORWARDERS } from './catalogue/forwarders.js';
import { GATEWAYS } from './catalogue/gateways.js';
import { HOSTS } from './catalogue/hosting.js';
import { MAILBOXES } from './catalogue/mailboxes.js';
import { TRANSACTIONAL } from './catalogue/transactional.js';
import type { KnownSender } from './catalogue/sender.js';

export type { KnownSender } from './catalogue/sender.js';

/** The whole catalogue. It names sources for people and proves nothing: anyone may sign up with most of these. */
export const KNOWN_SENDERS: readonly KnownSender[] = [
  ...MAILBOXES,
  ...HOSTS,
  ...TRANSACTIONAL,
  ...BULK,
  ...BUSINESS,
  ...COMMERCE,
  ...GATEWAYS,
  ...FORWARDERS,
];

const BY_DOMAIN: ReadonlyMap<string, KnownSender> = new Map(
  KNOWN_SENDERS.flatMap((sender) => domainsOf(sender).map((domain) => [domain, sender] as const)),
);

/** RFC 1035 2.3.4, in its presentation form. */
const LONGEST_NAME = 253;

/** All domains that a sender goes by, each once. */
export function domainsOf(sender: KnownSender): readonly string[] {
  return [...new Set([...sender.signs, ...sender.envelopes])];
}

/**
 * The sender that a domain belongs to: the one that lists it or the nearest of its parents. Null when none does.
 * `domain` is lower case, without a final dot; the Organizational Domain that evidence goes by finds the same sender.
 */
export function knownSender(domain: string): KnownSender | null {
  if (domain.length > LONGEST_NAME) return null; // no name at all: a report can say anything
  for (let name = domain; name !== ''; name = parentOf(name)) {
    const sender = BY_DOMAIN.get(name);
    if (sender !== undefined) return sender;
  }
  return null;
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

/**
 * True for a sender that passes on what others wrote: a forwarder or a list. A filter in front of mailboxes isn't one of
 * them here, since it also carries its own customers' outgoing mail.
 */
export function isForwarding(sender: KnownSender): boolean {
  switch (sender.kind) {
    case 'forwarder':
    case 'list':
      return true;
    case 'mailbox':
    case 'hosting':
    case 'transactional':
    case 'bulk':
    case 'crm':
    case 'helpdesk':
    case 'shop':
    case 'billing':
    case 'hr':
    case 'events':
    case 'survey':
    case 'business':
    case 'relay':
    case 'gateway':
      return false;
  }
}

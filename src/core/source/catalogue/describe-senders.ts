import { KNOWN_SENDERS, domainsOf } from '../known-sender.js';
import type { KnownSender, SenderKind } from './sender.js';

const HEADINGS: Readonly<Record<SenderKind, string>> = {
  mailbox: 'Mailboxes',
  hosting: 'Web hosts',
  transactional: 'Transactional mail',
  relay: 'Outgoing relays',
  bulk: 'Newsletters and marketing',
  crm: 'Customer relations',
  helpdesk: 'Help desks',
  survey: 'Surveys and forms',
  events: 'Events',
  business: 'Other business applications',
  shop: 'Shops',
  billing: 'Billing and resource planning',
  hr: 'Human resources',
  gateway: 'Mail filters',
  forwarder: 'Forwarders',
  list: 'Mailing lists',
};

/** The senders page, in Markdown, generated from the catalogue. */
export function describeSenders(): string {
  const sections = Object.entries(HEADINGS).map(([kind, heading]) => {
    const senders = KNOWN_SENDERS.filter((sender) => sender.kind === kind);
    return `## ${heading}\n\n${tableOf(senders)}`;
  });
  return `# Known senders

<!-- Generated from src/core/source/catalogue; change it there and run \`npm run build && npm run senders-docs\`. -->

The ${KNOWN_SENDERS.length} services that are called by their names instead of by a domain, and what makes their mail pass as yours. A source is recognised by the domain that it signs with or uses in its return path when it is not set up to use yours; mail that is set up shows as your own. A name proves nothing about the mail: anyone may be a customer there, spammers too.

${sections.join('\n\n')}
`;
}

function tableOf(senders: readonly KnownSender[]): string {
  const rows = [...senders]
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((sender) => `| ${sender.name} | ${sender.kind} | ${code(domainsOf(sender))} | ${sender.fix} |`);
  return ['| sender | kind | domains | how to align it |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function code(domains: readonly string[]): string {
  return domains.map((domain) => `\`${domain}\``).join(', ');
}

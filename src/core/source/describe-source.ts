import { knownSender } from './known-sender.js';
import type { SourceId } from './source.js';

interface Parts {
  readonly kind: 'domain' | 'host' | 'net';
  /** An Organizational Domain, or a network as CIDR text. */
  readonly sender: string;
  /** The subdomain whose mail it is; null: the policy domain's own. */
  readonly subdomain: string | null;
}

function partsOf(id: SourceId): Parts {
  const at = id.indexOf('@');
  const source = at === -1 ? id : id.slice(0, at);
  const subdomain = at === -1 ? null : id.slice(at + 1);
  const colon = source.indexOf(':');
  const kind = source.slice(0, colon);
  return {
    kind: kind === 'domain' || kind === 'host' ? kind : 'net',
    sender: source.slice(colon + 1),
    subdomain,
  };
}

/** A source's name for people: `SendGrid (sendgrid.net)`, `192.0.2.0/24`, `sendgrid.net for shop.example.com`. */
export function sourceName(id: SourceId): string {
  const { kind, sender, subdomain } = partsOf(id);
  const known = kind === 'domain' ? knownSender(sender) : null;
  const name = known === null ? sender : `${known.name} (${sender})`;
  return subdomain === null ? name : `${name} for ${subdomain}`;
}

/** What an owner has to do so that a source's failing mail passes as `headerFrom`, in one line. */
export function howToAlign(id: SourceId, headerFrom: string): string {
  const { kind, sender } = partsOf(id);
  if (kind === 'domain') {
    return (
      knownSender(sender)?.fix ??
      `Have ${sender} sign its mail with a DKIM key of ${headerFrom} (d=${headerFrom}), or bounce to an address under ${headerFrom}.`
    );
  }
  if (kind === 'host') {
    return `Mend what broke at ${sender}: sign with a DKIM key of ${headerFrom} that is published, and keep ${sender} in its SPF record.`;
  }
  return `If ${sender} is a host of yours, have it sign with a DKIM key of ${headerFrom} and put it into ${headerFrom}'s SPF record.`;
}

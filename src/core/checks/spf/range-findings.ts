import type { Finding } from '../finding.js';
import { quoted } from '../new-finding.js';
import { rangeOf, readNetworkText } from './ip-network.js';
import { spfFinding } from './spf-finding.js';
import type { SpfNode, SpfTree } from './spf-tree.js';

/** Prefix lengths in bits below which a network is wider than one who sends mail has. */
const NARROWEST = { own: { ip4: 16, ip6: 32 }, included: { ip4: 9, ip6: 20 } } as const;
/** Below these it is a good part of all addresses. */
const HALF_THE_WORLD = { ip4: 4, ip6: 8 } as const;
const MOST_TOLD = 5;

interface Grant {
  readonly domain: string;
  readonly text: string;
  readonly network: string;
}

/** Networks that let pass more than anybody sends from, or that nobody sends from. */
export function* rangeFindings({ root }: SpfTree): Iterable<Finding> {
  const grants = grantsOf(root);
  const wide = grants.filter((grant) => isWide(grant, root));
  if (wide.length > 0) {
    const isOpen = wide.some(({ network }) => isBelow(network, HALF_THE_WORLD));
    yield spfFinding(
      'spf-wide-range',
      isOpen ? 'error' : 'warning',
      `Mail passes SPF from very wide networks, whoever has their addresses: ${told(wide)}.`,
      {
        record: root.record,
        clause: 'RFC 7208 11.4',
        fix: 'Name only the networks that send for this domain.',
      },
    );
  }
  const idle = grants.filter(({ network }) => isPrivate(network));
  if (idle.length > 0) {
    yield spfFinding(
      'spf-private-range',
      'info',
      `No mail comes over the Internet from these: ${told(idle)}.`,
      { record: root.record, clause: 'RFC 1918 3', fix: 'Take them out; they only lengthen the record.' },
    );
  }
}

/** The networks of all terms by which a message passes. */
function grantsOf(node: SpfNode): readonly Grant[] {
  return node.terms.flatMap((term) => {
    if (!term.isReached || term.qualifier !== '+') return [];
    const own = term.networks.map((network) => ({ domain: node.domain, text: term.text, network }));
    return term.below === null ? own : [...own, ...grantsOf(term.below)];
  });
}

function isWide({ domain, network }: Grant, root: SpfNode): boolean {
  return isBelow(network, domain === root.domain ? NARROWEST.own : NARROWEST.included);
}

function isBelow(text: string, lengths: { readonly ip4: number; readonly ip6: number }): boolean {
  const network = readNetworkText(text);
  if (network === null) return false;
  return network.prefix < (network.family === 4 ? lengths.ip4 : lengths.ip6);
}

function isPrivate(text: string): boolean {
  const network = readNetworkText(text);
  return network !== null && ['private', 'loopback', 'linkLocal', 'uniqueLocal'].includes(rangeOf(network));
}

function told(grants: readonly Grant[]): string {
  const texts = grants.slice(0, MOST_TOLD).map(({ domain, text, network }) => {
    const more = text.toLowerCase().includes(network) ? '' : ` (${network})`;
    return `${quoted(text)}${more} of ${domain}`;
  });
  return `${texts.join(', ')}${grants.length > MOST_TOLD ? ' …' : ''}`;
}

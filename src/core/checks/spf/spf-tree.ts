import type { SyntaxFault, Qualifier } from './spf-record.js';

/** All that a domain's SPF record says and leads to, as any message would find it. Plain values: it may be stored as JSON. */
export interface SpfTree {
  readonly root: SpfNode;
  /** Terms that need a look-up when nothing matches before (RFC 7208 4.6.4); at least so many when not complete. */
  readonly lookups: number;
  /** Terms to which DNS answers that there is nothing, for clients of each family. */
  readonly voidLookups: { readonly ip4: number; readonly ip6: number };
  /** False: a record could not be looked up, depends on the message, or there was too much to follow it all. */
  readonly isComplete: boolean;
  readonly authorized: AuthorizedNetworks;
}

/** Where mail passes SPF from whatever it says, if no record is broken. */
export interface AuthorizedNetworks {
  /** CIDR text, without overlap, ascending, IPv4 first; at most 500 of them. */
  readonly networks: readonly string[];
  /** How many networks there are in all. */
  readonly networkCounts: { readonly ip4: number; readonly ip6: number };
  readonly ip4Addresses: number;
  /** In networks of 64 bits, as one subscriber has; parts of one count whole. */
  readonly ip6Slash64s: number;
  /** False: at least these. */
  readonly isComplete: boolean;
}

export type NodeState =
  | 'record'
  /** There is one, and it breaks the grammar. */
  | 'broken'
  | 'none'
  | 'several'
  /** Could not be looked up. */
  | 'unknown'
  /** Stands above itself already. */
  | 'loop'
  /** There was too much to follow it all. */
  | 'not-followed';

/** One record. */
export interface SpfNode {
  readonly domain: string;
  readonly state: NodeState;
  /** The record as seen; several are parted by line ends; null: none was seen. */
  readonly record: string | null;
  /** Why it could not be looked up; else null. */
  readonly reason: string | null;
  readonly faults: readonly SyntaxFault[];
  readonly terms: readonly SpfTerm[];
  /** Look-ups of all its terms and of what they lead to. */
  readonly cost: number;
}

export type TermAnswer =
  /** It stands for its networks, or needs none, as `all` does. */
  | 'known'
  /** The networks are those of IPv4; the IPv6 addresses could not be looked up. */
  | 'ip4-known'
  /** DNS has nothing there. */
  | 'nothing'
  /** On what the message says: a macro, `ptr`. */
  | 'depends'
  | 'unknown'
  /** There was too much to ask for it all. */
  | 'not-asked'
  /** An `mx` with more than 10 hosts: a permerror. */
  | 'too-many-hosts';

/** A mechanism, or `redirect=`. */
export interface SpfTerm {
  readonly text: string;
  readonly kind: 'all' | 'include' | 'exists' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'redirect';
  readonly qualifier: Qualifier;
  /** The name that it asks for; null: none, or it depends on the message. */
  readonly target: string | null;
  /** False: it stands behind `all`, nobody looks at it. */
  readonly isReached: boolean;
  /** Look-ups of its own and of what it leads to. */
  readonly cost: number;
  /** The same of all that is evaluated up to here, from the root's first term on. */
  readonly total: number;
  readonly answer: TermAnswer;
  /** CIDR text. */
  readonly networks: readonly string[];
  /** Families of clients for which its look-up finds nothing. */
  readonly voidFor: readonly (4 | 6)[];
  /** The record that an include or redirect leads to. */
  readonly below: SpfNode | null;
}

/** Whether a term matches whoever sends: `all`, and an `exists` of a name that is always there (RFC 7208 5.7). */
export function matchesAnybody({ kind, answer }: SpfTerm): boolean {
  return kind === 'all' || (kind === 'exists' && answer === 'known');
}

/** All nodes, parents first. */
export function nodesOf(node: SpfNode): readonly SpfNode[] {
  return [node, ...node.terms.flatMap(({ below }) => (below === null ? [] : nodesOf(below)))];
}

/** All terms that are looked at, in the order of evaluation, with the domain whose record they stand in. */
export function reachedTermsOf(
  node: SpfNode,
): readonly { readonly domain: string; readonly term: SpfTerm }[] {
  return nodesOf(node).flatMap(({ domain, terms }) =>
    terms.filter(({ isReached }) => isReached).map((term) => ({ domain, term })),
  );
}

import { readNetworkText } from './ip-network.js';
import { difference, EVERYTHING, intersection, networksOf, setOf, sizeOf, union } from './range-set.js';
import type { RangeSet } from './range-set.js';
import { matchesAnybody } from './spf-tree.js';
import type { AuthorizedNetworks, SpfNode, SpfTerm } from './spf-tree.js';

/** Networks that are told one by one. */
const MOST_TOLD = 500;
/** Networks that are reckoned with; real records lead to a few hundred. */
const MOST_COUNTED = 2000;

interface Counting {
  left: number;
}

/** The addresses from which mail passes SPF whatever else it says: the first term that matches decides (RFC 7208 4.6.2). */
export function authorizedNetworks(root: SpfNode): AuthorizedNetworks {
  const counting: Counting = { left: MOST_COUNTED };
  const set = passing(root, counting);
  const { texts, counts } = networksOf(set, MOST_TOLD);
  return { networks: texts, networkCounts: counts, ...sizeOf(set), isComplete: counting.left > 0 };
}

function passing(node: SpfNode, counting: Counting): RangeSet {
  // Whoever asks for this record gets an error, and nobody passes.
  if (node.state !== 'record') return [];
  let passed: RangeSet = [];
  let undecided = EVERYTHING;
  for (const term of joined(node.terms.filter(({ isReached }) => isReached))) {
    const matched = intersection(matching(term, counting), undecided);
    if (term.qualifier === '+') passed = union(passed, matched);
    undecided = difference(undecided, matched);
  }
  return passed;
}

function matching(term: SpfTerm, counting: Counting): RangeSet {
  if (matchesAnybody(term)) return EVERYTHING;
  const { networks, below } = term;
  if (below !== null) return passing(below, counting);
  const counted = networks.slice(0, counting.left);
  counting.left -= counted.length;
  return setOf(counted.flatMap((text) => readNetworkText(text) ?? []));
}

/** Neighbours of the same qualifier as one: hundreds of networks are sorted once instead of put in one by one. */
function joined(terms: readonly SpfTerm[]): readonly SpfTerm[] {
  const result: SpfTerm[] = [];
  for (const term of terms) {
    const before = result.at(-1);
    if (before === undefined || !isNetworkList(before) || !isNetworkList(term)) result.push(term);
    else if (before.qualifier !== term.qualifier) result.push(term);
    else result[result.length - 1] = { ...before, networks: [...before.networks, ...term.networks] };
  }
  return result;
}

function isNetworkList(term: SpfTerm): boolean {
  return !matchesAnybody(term) && term.below === null;
}

import { MOST_LOOKUPS } from './look-up-budget.js';
import type { NodeState, SpfNode, SpfTerm, SpfTree } from './spf-tree.js';

/** Characters: in a hundred there is room for a margin. */
const WIDTH = 96;
const TERM_COLUMN = 48;
const MOST_LINES = 150;
const MOST_NETWORKS = 2;
const MOST_ALIKE = 4;

interface Line {
  readonly term: string;
  readonly cost: number;
  readonly total: number;
  readonly note: string;
}

/**
 * The tree as lines of text of at most 96 characters: each term with the look-ups it costs and the sum of them
 * so far, and the networks it stands for. Parts are hostile text from DNS: make them harmless before a terminal sees them.
 */
export function renderSpfTree({ root, lookups, isComplete }: SpfTree): readonly string[] {
  const state = stateNote(root);
  if (root.terms.length === 0) return [`${root.domain}${state === '' ? '' : `: ${state}`}`];
  const lines = [...nodeLines(root, '')];
  const shown = lines.slice(0, MOST_LINES).map(layOut);
  const rest = lines.length - shown.length;
  return [
    layOutHead(`${root.domain}${state === '' ? '' : `: ${state}`}`),
    ...shown,
    ...(rest > 0 ? [`… and ${rest} more lines`] : []),
    `${isComplete ? '' : 'at least '}${lookups} of ${MOST_LOOKUPS} look-ups`,
  ];
}

function* nodeLines(node: SpfNode, indent: string): Iterable<Line> {
  const runs = runsOf(node.terms);
  for (const [index, { term, more }] of runs.entries()) {
    const isLast = index === runs.length - 1;
    yield {
      term: `${indent}${isLast ? '└─ ' : '├─ '}${term.text}${more === 0 ? '' : ` and ${more} more`}`,
      cost: term.cost,
      total: term.total,
      note: termNote(term),
    };
    if (term.below !== null) yield* nodeLines(term.below, `${indent}${isLast ? '   ' : '│  '}`);
  }
}

/** Many networks one after another are told as one line. */
function runsOf(terms: readonly SpfTerm[]): readonly { readonly term: SpfTerm; readonly more: number }[] {
  const runs: { term: SpfTerm; members: SpfTerm[] }[] = [];
  for (const term of terms) {
    const run = runs.at(-1);
    if (run !== undefined && isAlike(run.term, term)) run.members.push(term);
    else runs.push({ term, members: [term] });
  }
  return runs.flatMap(({ term, members }) =>
    members.length > MOST_ALIKE
      ? [{ term, more: members.length - 1 }]
      : members.map((member) => ({ term: member, more: 0 })),
  );
}

function isAlike(one: SpfTerm, other: SpfTerm): boolean {
  const areNetworks = [one.kind, other.kind].every((kind) => kind === 'ip4' || kind === 'ip6');
  return areNetworks && one.qualifier === other.qualifier && one.isReached === other.isReached;
}

function layOut({ term, cost, total, note }: Line): string {
  const shown = cut(term, TERM_COLUMN - 1);
  const sums = cost === 0 ? ''.padEnd(9) : `${cost}`.padStart(4) + `${total}`.padStart(5);
  return cut(`${shown.padEnd(TERM_COLUMN)}${sums}  ${note}`.trimEnd(), WIDTH);
}

function layOutHead(name: string): string {
  return `${cut(name, TERM_COLUMN - 1).padEnd(TERM_COLUMN)}cost  sum`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function termNote({ isReached, answer, networks, below, kind, target }: SpfTerm): string {
  if (!isReached) return 'never looked at';
  if (below !== null) return stateNote(below);
  switch (answer) {
    case 'nothing':
      return 'nothing there';
    case 'depends':
      return 'depends on the message';
    case 'unknown':
      return `could not be looked up${target === null ? '' : `: ${target}`}`;
    case 'not-asked':
      return 'not looked up: too many';
    case 'too-many-hosts':
      return 'too many MX hosts: permerror';
    case 'ip4-known':
      return `${networksNote(networks)}; IPv6 unknown`;
    case 'known':
      if (kind === 'exists') return 'matches anybody';
      return kind === 'ip4' || kind === 'ip6' ? '' : networksNote(networks);
  }
}

function networksNote(networks: readonly string[]): string {
  const rest = networks.length - MOST_NETWORKS;
  const shown = networks.slice(0, MOST_NETWORKS).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function stateNote({ state, reason }: SpfNode): string {
  if (state === 'unknown') return `could not be looked up: ${reason ?? 'no answer'}`;
  const notes = {
    record: '',
    broken: 'broken record: permerror',
    none: 'no SPF record',
    several: 'several SPF records: permerror',
    loop: 'leads back to itself: permerror',
    'not-followed': 'not followed: too many',
  } as const satisfies Record<Exclude<NodeState, 'unknown'>, string>;
  return notes[state];
}

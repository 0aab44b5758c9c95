import type { DnsQuestions } from '../dns-answers.js';
import { authorizedNetworks } from './authorized-networks.js';
import { gatherHosts } from './gather-hosts.js';
import type { HostFacts } from './gather-hosts.js';
import { gatherRecords, staticName } from './gather-records.js';
import type { StaticName } from './gather-records.js';
import { existsTerm, hostTerm, plain } from './host-term.js';
import type { TermFacts } from './host-term.js';
import { networkText } from './ip-network.js';
import type { MacroString } from './macro-string.js';
import { domainName } from './query-name.js';
import type { SelectedRecord } from './select-record.js';
import { reachedTerms } from './spf-record.js';
import type { Directive, SpfRecord } from './spf-record.js';
import { nodesOf, reachedTermsOf } from './spf-tree.js';
import type { SpfNode, SpfTerm, SpfTree } from './spf-tree.js';

/** The same names included again and again make a tree that grows without end; beyond this it is cut. */
const MOST_NODES = 150;
const MOST_TERMS = 2000;
const DEEPEST = 20;

/** RFC 7208 4.6.4: the terms that are counted. */
const ASKING: ReadonlySet<SpfTerm['kind']> = new Set([
  'include',
  'exists',
  'a',
  'mx',
  'ptr',
  'redirect',
] as const);

interface Building {
  readonly root: string;
  readonly records: ReadonlyMap<string, SelectedRecord>;
  readonly facts: HostFacts;
  nodes: number;
  terms: number;
  /** Look-ups of all that was evaluated so far. */
  total: number;
}

/**
 * The tree of a domain's SPF record, as it is evaluated when nothing matches: at most 120 questions, most of them at once.
 * `domain`: small letters, no final dot.
 */
export async function buildTree(domain: string, dns: DnsQuestions): Promise<SpfTree> {
  const records = await gatherRecords(domain, dns);
  const facts = await gatherHosts(records, domain, dns);
  const building: Building = { root: domain, records, facts, nodes: 0, terms: 0, total: 0 };
  const root = buildNode(domain, [], building);
  const terms = reachedTermsOf(root).map(({ term }) => term);
  const authorized = authorizedNetworks(root);
  const isFollowed = nodesOf(root).every(({ state }) => state !== 'unknown' && state !== 'not-followed');
  return {
    root,
    lookups: root.cost,
    voidLookups: {
      ip4: terms.filter(({ voidFor }) => voidFor.includes(4)).length,
      ip6: terms.filter(({ voidFor }) => voidFor.includes(6)).length,
    },
    isComplete: isFollowed && building.terms < MOST_TERMS && !terms.some(isOpenEnded),
    authorized: {
      ...authorized,
      isComplete: authorized.isComplete && isFollowed && terms.every(hasKnownNetworks),
    },
  };
}

/** Whether a term leads to a record that the message chooses. */
function isOpenEnded({ kind, answer }: SpfTerm): boolean {
  return (kind === 'include' || kind === 'redirect') && answer === 'depends';
}

function hasKnownNetworks({ answer }: SpfTerm): boolean {
  return answer === 'known' || answer === 'nothing';
}

function buildNode(domain: string, above: readonly string[], building: Building): SpfNode {
  const empty = { domain, record: null, reason: null, faults: [], terms: [], cost: 0 };
  if (above.includes(domain)) return { ...empty, state: 'loop' };
  building.nodes += 1;
  const selected = building.records.get(domain);
  if (selected === undefined || building.nodes > MOST_NODES || above.length >= DEEPEST) {
    return { ...empty, state: 'not-followed' };
  }
  switch (selected.kind) {
    case 'none':
      return { ...empty, state: 'none' };
    case 'several':
      return { ...empty, state: 'several', record: selected.texts.join('\n') };
    case 'unknown':
      return { ...empty, state: 'unknown', reason: selected.reason };
    case 'record':
      return recordNode(selected.record, domain, above, building);
  }
}

function recordNode(
  record: SpfRecord,
  domain: string,
  above: readonly string[],
  building: Building,
): SpfNode {
  const before = building.total;
  const { directives, redirect, unreachable } = reachedTerms(record);
  const path = [...above, domain];
  const left = MOST_TERMS - building.terms;
  building.terms += Math.min(left, directives.length + unreachable.length);
  const terms = [
    ...directives.slice(0, left).map((directive) => reachedTerm(directive, domain, path, building)),
    ...unreachable
      .slice(0, Math.max(0, left - directives.length))
      .map((directive) => unreachedTerm(directive, building)),
    ...(redirect === null
      ? []
      : [
          counted(redirect.text, 'redirect', '+', building, () =>
            leadingTo(redirect.target, domain, path, building),
          ),
        ]),
  ];
  return {
    domain,
    state: record.faults.length > 0 ? 'broken' : 'record',
    record: record.text,
    reason: null,
    faults: record.faults,
    terms,
    cost: building.total - before,
  };
}

function reachedTerm(
  directive: Directive,
  domain: string,
  path: readonly string[],
  building: Building,
): SpfTerm {
  const { text, qualifier, mechanism } = directive;
  return counted(text, mechanism.kind, qualifier, building, () => {
    switch (mechanism.kind) {
      case 'all':
        return plain('known');
      case 'ip4':
      case 'ip6':
        return { ...plain('known'), networks: [networkText(mechanism.network)] };
      case 'include':
        return leadingTo(mechanism.target, domain, path, building);
      case 'exists':
        return existsTerm(mechanism.target, domain, building.root, building.facts);
      case 'ptr':
        return {
          ...plain('depends'),
          target: nameIn(staticName(mechanism.target, domain, building.root)),
        };
      case 'a':
      case 'mx':
        return hostTerm(mechanism, domain, building.root, building.facts);
    }
  });
}

/** Builds a term in the order of evaluation: what it leads to counts after its own look-up. */
function counted(
  text: string,
  kind: SpfTerm['kind'],
  qualifier: SpfTerm['qualifier'],
  building: Building,
  read: () => TermFacts,
): SpfTerm {
  const before = building.total;
  building.total += ASKING.has(kind) ? 1 : 0;
  const facts = read();
  return {
    text,
    kind,
    qualifier,
    isReached: true,
    cost: building.total - before,
    total: building.total,
    ...facts,
  };
}

function unreachedTerm({ text, qualifier, mechanism }: Directive, building: Building): SpfTerm {
  return {
    text,
    kind: mechanism.kind,
    qualifier,
    isReached: false,
    cost: 0,
    total: building.total,
    ...plain('known'),
  };
}

function leadingTo(
  target: MacroString,
  domain: string,
  path: readonly string[],
  building: Building,
): TermFacts {
  const known = staticName(target, domain, building.root);
  if (known.kind === 'depends') return plain('depends');
  const name = known.kind === 'name' ? domainName(known.name) : null;
  if (name === null) {
    const below: SpfNode = {
      domain: target.text,
      state: 'none',
      record: null,
      reason: null,
      faults: [],
      terms: [],
      cost: 0,
    };
    return { ...plain('known'), below };
  }
  return { ...plain('known'), target: name, below: buildNode(name, path, building) };
}

function nameIn(known: StaticName): string | null {
  return known.kind === 'name' ? known.name : null;
}

import type { Finding } from '../finding.js';
import { quoted } from '../new-finding.js';
import { repeatedTerms } from './advised-record.js';
import { withTermsReplaced } from './edit-record.js';
import { MOST_LOOKUPS, MOST_NAMES, MOST_VOID_LOOKUPS } from './look-up-budget.js';
import { parseSpfRecord } from './parse-record.js';
import { advice } from './record-findings.js';
import type { OwnRecord } from './record-findings.js';
import { count, publish, spfFinding } from './spf-finding.js';
import { reachedTermsOf } from './spf-tree.js';
import type { SpfNode, SpfTerm, SpfTree } from './spf-tree.js';

/** From here on a hint is due: one more service breaks the record. */
const NEARLY_TOO_MANY = 9;
/** `a` and `mx` with so many addresses are worth writing out. */
const MOST_WRITTEN_OUT = 6;
const MOST_TOLD = 8;

/** What the look-ups that a record needs come to. */
export function* lookUpFindings(tree: SpfTree, own: OwnRecord): Iterable<Finding> {
  yield* numberFinding(tree, own);
  yield* voidFindings(tree, own);
  yield* exchangerFindings(tree);
  yield* ip4OnlyFindings(tree, own);
  yield* ptrFindings(tree);
  yield* dependingFindings(tree);
}

function* numberFinding({ root, lookups, isComplete }: SpfTree, own: OwnRecord): Iterable<Finding> {
  if (lookups < NEARLY_TOO_MANY) return;
  const isTooMany = lookups > MOST_LOOKUPS;
  const number = `${isComplete ? '' : 'at least '}${lookups}`;
  const costs = root.terms
    .filter(({ cost }) => cost > 0)
    .toSorted((one, other) => other.cost - one.cost)
    .slice(0, MOST_TOLD)
    .map(({ text, cost }) => `${quoted(text)} ${cost}`)
    .join(', ');
  yield spfFinding(
    isTooMany ? 'spf-too-many-lookups' : 'spf-nearly-too-many-lookups',
    isTooMany ? 'error' : 'info',
    isTooMany
      ? `The record needs ${number} look-ups where ${MOST_LOOKUPS} are allowed; mail that matches late gets a permerror: ${costs}.`
      : `The record needs ${number} of the ${MOST_LOOKUPS} look-ups allowed: ${costs}.`,
    { record: root.record, clause: 'RFC 7208 4.6.4', fix: fewerLookups(root, own) },
  );
}

/** Hosts written out as addresses need no look-up; else there is nothing but to take includes out. */
function fewerLookups(root: SpfNode, own: OwnRecord): string {
  const general =
    'Take out services that send no more, or let each service send from a subdomain with a record of its own.';
  const written = writtenOut(root, own, 'known');
  if (written === null) return general;
  return `${general} ${count(written.terms, 'look-up')} fewer, as long as the addresses stay the same: ${written.fix}`;
}

/** The record with the hosts of short terms that were answered so as addresses; null: there are none. */
function writtenOut(
  root: SpfNode,
  { domain, advised }: OwnRecord,
  answer: SpfTerm['answer'],
): { readonly terms: number; readonly fix: string } | null {
  if (advised === null) return null;
  const record = parseSpfRecord(advised);
  const replaced = new Map(
    record.directives.flatMap((directive) => {
      const term = root.terms.find(({ text }) => text === directive.text);
      const isShort =
        term?.answer === answer && term.networks.length > 0 && term.networks.length <= MOST_WRITTEN_OUT;
      if (!isShort || (term.kind !== 'a' && term.kind !== 'mx')) return [];
      const sign = term.qualifier === '+' ? '' : term.qualifier;
      const networks = term.networks.map((text) => `${sign}ip${text.includes(':') ? 6 : 4}:${text}`);
      return [[directive, networks.join(' ')] as const];
    }),
  );
  if (replaced.size === 0) return null;
  const written = parseSpfRecord(withTermsReplaced(record, replaced));
  const repeated = new Map(repeatedTerms(written).map((directive) => [directive, ''] as const));
  return { terms: replaced.size, fix: publish(domain, withTermsReplaced(written, repeated)) };
}

/** What the record lets send over IPv4 is known; over IPv6 receivers get no answer either. */
function* ip4OnlyFindings({ root }: SpfTree, own: OwnRecord): Iterable<Finding> {
  const found = reachedTermsOf(root).filter(({ term }) => term.answer === 'ip4-known');
  if (found.length === 0) return;
  const terms = found
    .slice(0, MOST_TOLD)
    .map(({ domain, term }) => `"${quoted(term.text)}" of ${domain}`)
    .join(', ');
  const written = writtenOut(root, own, 'ip4-known');
  yield spfFinding(
    'spf-no-ipv6-answer',
    'warning',
    `The IPv6 addresses (AAAA) behind ${terms} could not be looked up: mail over IPv6 that comes to this term is put off (temperror). The IPv4 addresses are known.`,
    {
      record: root.record,
      clause: 'RFC 7208 2.6.6',
      fix: `Have the name servers of these hosts answer questions for AAAA, with none where there is none.${written === null ? '' : ` Or, if they send over IPv4 only: ${written.fix}`}`,
    },
  );
}

function* voidFindings({ root, voidLookups: { ip4, ip6 } }: SpfTree, own: OwnRecord): Iterable<Finding> {
  const terms = reachedTermsOf(root);
  const dead = terms.filter(({ term }) => term.answer === 'nothing');
  const empty = terms.filter(({ term }) => term.voidFor.length > 0);
  const mostVoid = Math.max(ip4, ip6);
  if (mostVoid <= MOST_VOID_LOOKUPS && dead.length === 0) return;
  const isBroken = ip4 > MOST_VOID_LOOKUPS;
  const shown = mostVoid > MOST_VOID_LOOKUPS ? empty : dead;
  const names = shown
    .slice(0, MOST_TOLD)
    .map(({ term }) => `${quoted(term.text)}${emptyFor(term)}`)
    .join(', ');
  yield spfFinding(
    'spf-void-lookups',
    isBroken ? 'error' : 'warning',
    mostVoid > MOST_VOID_LOOKUPS
      ? `${mostVoid} look-ups find nothing where ${MOST_VOID_LOOKUPS} are allowed; ${isBroken ? 'mail' : 'mail over IPv6'} that matches late gets a permerror: ${names}.`
      : `DNS has nothing for ${names}; ${MOST_VOID_LOOKUPS} such terms are allowed.`,
    {
      record: root.record,
      clause: 'RFC 7208 4.6.4',
      fix: voidFix(dead.length > 0 ? dead : shown, root, own),
    },
  );
}

function voidFix(
  terms: readonly { readonly domain: string; readonly term: SpfTerm }[],
  root: SpfNode,
  own: OwnRecord,
): string | null {
  const mine = terms.filter(({ domain }) => domain === root.domain);
  if (mine.some(({ term }) => term.answer === 'nothing')) return advice(own) ?? 'Take them out.';
  if (mine.length > 0) return 'Write the addresses as ip4: and ip6: in their place.';
  const owners = new Set(terms.map(({ domain }) => domain));
  return `Tell whoever runs ${[...owners].slice(0, MOST_TOLD).join(', ')}.`;
}

function emptyFor({ voidFor }: SpfTerm): string {
  const [family] = voidFor;
  return voidFor.length === 1 ? ` (no IPv${family} address)` : '';
}

function* exchangerFindings({ root }: SpfTree): Iterable<Finding> {
  for (const { domain, term } of reachedTermsOf(root)) {
    if (term.answer !== 'too-many-hosts') continue;
    yield spfFinding(
      'spf-too-many-mx',
      'error',
      `"${quoted(term.text)}" of ${domain} leads to more than ${MOST_NAMES} MX hosts: a permerror.`,
      {
        record: root.record,
        clause: 'RFC 7208 4.6.4',
        fix: 'Write the addresses that send as ip4: and ip6: instead.',
      },
    );
  }
}

function* ptrFindings({ root }: SpfTree): Iterable<Finding> {
  const found = reachedTermsOf(root).filter(({ term }) => term.kind === 'ptr');
  const [first] = found;
  if (first === undefined) return;
  yield spfFinding(
    'spf-ptr',
    'warning',
    `"${quoted(first.term.text)}" of ${first.domain} asks the reverse zone of each client; it is slow, unreliable and not to be published any more.`,
    {
      record: root.record,
      clause: 'RFC 7208 5.5',
      fix:
        first.domain === root.domain
          ? 'Write the addresses that send as ip4: and ip6: in its place.'
          : `Tell whoever runs ${first.domain}.`,
    },
  );
}

function* dependingFindings({ root }: SpfTree): Iterable<Finding> {
  const texts = reachedTermsOf(root).flatMap(({ term }) =>
    term.answer === 'depends' && term.kind !== 'ptr' ? [quoted(term.text)] : [],
  );
  if (texts.length === 0) return;
  yield spfFinding(
    'spf-depends-on-message',
    'info',
    `Whom these let send depends on each message, and isn't counted here: ${texts.slice(0, MOST_TOLD).join(' ')}.`,
    { record: root.record, clause: 'RFC 7208 7.2' },
  );
}

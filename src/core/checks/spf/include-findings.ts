import type { Finding } from '../finding.js';
import { quoted } from '../new-finding.js';
import { faultsText } from './record-findings.js';
import { spfFinding } from './spf-finding.js';
import { nodesOf, reachedTermsOf } from './spf-tree.js';
import type { SpfNode, SpfTree } from './spf-tree.js';

const MOST_TOLD = 8;

/** What is wrong with the records that a record includes or redirects to, each told once. */
export function* includeFindings(tree: SpfTree): Iterable<Finding> {
  const told = new Set<string>();
  for (const node of nodesOf(tree.root).slice(1)) {
    if (told.has(node.domain)) continue;
    const finding = nodeFinding(node, tree.root);
    if (finding === null) continue;
    told.add(node.domain);
    yield finding;
  }
  yield* unknownHosts(tree);
  yield* notFollowed(tree);
}

function nodeFinding(node: SpfNode, root: SpfNode): Finding | null {
  const { domain, record } = node;
  switch (node.state) {
    case 'record':
    case 'not-followed':
      return null;
    case 'broken':
      return spfFinding(
        'spf-syntax',
        'error',
        `The record of ${domain}, which this one leads to, is broken (permerror): ${faultsText(node.faults)}.`,
        {
          record,
          clause: 'RFC 7208 4.6',
          fix: `Tell whoever runs ${domain}; until it is mended, take the term out.`,
        },
      );
    case 'none':
      return spfFinding(
        'spf-include-without-record',
        'error',
        `The record leads to ${quoted(domain)}, which has no SPF record: mail that gets so far has a permerror.`,
        {
          record: root.record,
          clause: 'RFC 7208 5.2',
          fix: `Take ${quoted(domain)} out, or correct the name.`,
        },
      );
    case 'several':
      return spfFinding(
        'spf-several-records',
        'error',
        `${domain}, which this record leads to, has several SPF records: mail that gets so far has a permerror.`,
        {
          record,
          clause: 'RFC 7208 4.5',
          fix: `Tell whoever runs ${domain}; until it is mended, take the term out.`,
        },
      );
    case 'unknown':
      return unknownFinding(domain, node.reason ?? 'no answer', root);
    case 'loop':
      return spfFinding(
        'spf-include-loop',
        'error',
        `The record leads back to ${domain} from below it: mail that nothing matches before has a permerror.`,
        {
          record: root.record,
          clause: 'RFC 7208 4.6.4',
          fix: `Take the include or redirect that leads back to ${domain} out.`,
        },
      );
  }
}

/** A name could not be looked up: says nothing about the domain. */
export function unknownFinding(name: string, reason: string, root: SpfNode): Finding {
  return spfFinding('spf-unknown', 'unknown', `${name} could not be looked up: ${reason}.`, {
    record: root.record,
    clause: 'RFC 7208 2.6.6',
    fix: 'Ask again later; receivers that get no answer either put the mail off (temperror).',
  });
}

function* unknownHosts({ root }: SpfTree): Iterable<Finding> {
  const names = new Set(
    reachedTermsOf(root).flatMap(({ term }) =>
      term.answer === 'unknown' ? [term.target ?? quoted(term.text)] : [],
    ),
  );
  if (names.size > 0) {
    yield unknownFinding(
      [...names].slice(0, MOST_TOLD).join(', '),
      'addresses or MX records did not come',
      root,
    );
  }
}

function* notFollowed({ root }: SpfTree): Iterable<Finding> {
  const hasRest =
    nodesOf(root).some(({ state }) => state === 'not-followed') ||
    reachedTermsOf(root).some(({ term }) => term.answer === 'not-asked');
  if (!hasRest) return;
  yield spfFinding(
    'spf-not-followed',
    'warning',
    'The record leads to more names than were looked up here.',
    {
      record: root.record,
      clause: 'RFC 7208 4.6.4',
      fix: 'Let it lead to fewer.',
    },
  );
}

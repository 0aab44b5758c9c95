import type { Finding } from '../finding.js';
import { quoted } from '../new-finding.js';
import { withTermsReplaced } from './edit-record.js';
import { parseSpfRecord } from './parse-record.js';
import { faultsText } from './record-findings.js';
import type { OwnRecord } from './record-findings.js';
import { publish, spfFinding } from './spf-finding.js';
import { nodesOf, reachedTermsOf } from './spf-tree.js';
import type { SpfNode, SpfTree } from './spf-tree.js';

const MOST_TOLD = 8;

/** What is wrong with the records that a record includes or redirects to, each told once. */
export function* includeFindings(tree: SpfTree, own: OwnRecord): Iterable<Finding> {
  const told = new Set<string>();
  for (const { domain, term } of reachedTermsOf(tree.root)) {
    const node = term.below;
    if (node === null || told.has(node.domain)) continue;
    const way =
      domain === tree.root.domain
        ? withoutTermsTo(node.domain, tree.root, own)
        : `Tell whoever runs ${domain}.`;
    const finding = nodeFinding(node, tree.root, way);
    if (finding === null) continue;
    told.add(node.domain);
    yield finding;
  }
  yield* unknownHosts(tree);
  yield* notFollowed(tree);
}

/** `way`: how the term that leads there is done without. */
function nodeFinding(node: SpfNode, root: SpfNode, way: string): Finding | null {
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
          fix: `Tell whoever runs ${domain}, or do without it. ${way}`,
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
          fix: `Correct the name, or do without it. ${way}`,
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
          fix: `Tell whoever runs ${domain}, or do without it. ${way}`,
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
          fix: `The include or redirect that leads back to ${domain} must go. ${way}`,
        },
      );
  }
}

/** The domain's own record without the terms that lead to a name. */
function withoutTermsTo(name: string, root: SpfNode, { domain, advised }: OwnRecord): string {
  const texts = new Set(root.terms.filter(({ below }) => below?.domain === name).map(({ text }) => text));
  const record = parseSpfRecord(advised ?? '');
  const redirect = record.redirect !== null && texts.has(record.redirect.text) ? record.redirect : null;
  const gone = [
    ...record.directives.filter(({ text }) => texts.has(text)),
    ...(redirect === null ? [] : [redirect]),
  ];
  if (gone.length === 0) return `Take ${[...texts].map(quoted).join(' ')} out.`;
  const left = withTermsReplaced(record, new Map(gone.map((placed) => [placed, ''] as const)));
  return publish(domain, redirect === null ? left : `${left} ~all`);
}

/** A name could not be looked up: says nothing about the domain. */
export function unknownFinding(name: string, reason: string, root: SpfNode): Finding {
  return spfFinding('spf-unknown', 'unknown', `${name} could not be looked up: ${reason}.`, {
    subject: name,
    record: root.record,
    clause: 'RFC 7208 2.6.6',
    fix: 'Ask again later; receivers that get no answer either put the mail off (temperror).',
  });
}

function* unknownHosts({ root }: SpfTree): Iterable<Finding> {
  const terms = reachedTermsOf(root).flatMap(({ term }) =>
    term.answer === 'unknown' ? [quoted(term.text)] : [],
  );
  if (terms.length > 0) {
    const subject = [...new Set(terms)].slice(0, MOST_TOLD).join(', ');
    const reason = 'no answer about MX records or addresses';
    yield { ...unknownFinding(`What ${subject} stands for`, reason, root), subject };
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

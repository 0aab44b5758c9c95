import type { Finding } from '../finding.js';
import { quoted } from '../new-finding.js';
import { advice, adviceAt } from './record-findings.js';
import type { OwnRecord } from './record-findings.js';
import { spfFinding } from './spf-finding.js';
import { matchesAnybody } from './spf-tree.js';
import type { SpfNode, SpfTerm } from './spf-tree.js';

/** A term by which it is decided of a message that nothing before matched. */
interface Ending {
  readonly node: SpfNode;
  readonly term: SpfTerm;
}

/** What the record says of senders that it doesn't name. `hasDmarc`: whether a DMARC record applies; null: nobody could say. */
export function* allFindings(root: SpfNode, own: OwnRecord, hasDmarc: boolean | null): Iterable<Finding> {
  const rightAt = ({ node }: Ending): string | null => adviceAt(node, root, own, hasDmarc);
  for (const door of openDoors(root)) {
    const fix = rightAt(door) ?? withoutFix(door.node, root);
    yield door.term.kind === 'all' ? plusAll(door, root, fix) : openExists(door, fix);
  }
  const ending = endingOf(root);
  if (ending === 'unclear') return;
  if (ending === null) {
    yield spfFinding(
      'spf-no-all',
      'warning',
      'The record does not end in "all": of mail from anywhere else it says nothing (neutral).',
      { record: root.record, clause: 'RFC 7208 4.7', fix: advice(own) },
    );
    return;
  }
  switch (ending.term.qualifier) {
    case '+':
      return; // told above
    case '?':
      yield neutralAll(ending, rightAt(ending));
      return;
    case '-':
      yield failAll(ending, root, rightAt(ending), hasDmarc);
      return;
    case '~':
      yield spfFinding(
        'spf-all',
        'ok',
        `"${ending.term.text}": mail from anywhere else is marked, and left to DMARC.`,
        { record: ending.node.record, clause: 'RFC 9989 7.1' },
      );
  }
}

/** The `all` that ends a record's evaluation, in it or where it redirects to; null: there is none. */
function endingOf(node: SpfNode): Ending | null | 'unclear' {
  if (node.state !== 'record') return 'unclear';
  const reached = node.terms.filter(({ isReached }) => isReached);
  const term = reached.find(({ kind }) => kind === 'all');
  if (term !== undefined) return { node, term };
  const redirect = reached.find(({ kind }) => kind === 'redirect');
  if (redirect === undefined) return null;
  return redirect.below === null ? 'unclear' : endingOf(redirect.below);
}

/** Each term by which any message passes: in the record itself, and in those it includes or redirects to. */
function openDoors(node: SpfNode): readonly Ending[] {
  if (node.state !== 'record') return [];
  return node.terms.flatMap((term) => {
    if (!term.isReached || term.qualifier !== '+') return [];
    if (matchesAnybody(term)) return [{ node, term }];
    return term.below === null ? [] : openDoors(term.below);
  });
}

/** For a record of others; the own one was not to be made out. */
function withoutFix({ domain }: SpfNode, root: SpfNode): string | null {
  if (domain === root.domain) return null;
  return `Take ${domain} out of the record, and write the addresses that send for you instead.`;
}

function plusAll({ node, term }: Ending, root: SpfNode, fix: string | null): Finding {
  return spfFinding(
    'spf-plus-all',
    'error',
    node === root
      ? `"${term.text}" lets anybody in the world send as this domain.`
      : `The record of ${node.domain}, which this one leads to, ends in "${term.text}": anybody in the world may send as this domain.`,
    { record: node.record, clause: 'RFC 7208 5.1', fix },
  );
}

function openExists({ node, term }: Ending, fix: string | null): Finding {
  return spfFinding(
    'spf-open-exists',
    'error',
    `"${quoted(term.text)}" of ${node.domain} matches whoever sends, as that name always has an address: anybody in the world may send as this domain.`,
    { record: node.record, clause: 'RFC 7208 5.7', fix },
  );
}

function neutralAll({ node, term }: Ending, fix: string | null): Finding {
  return spfFinding(
    'spf-neutral-all',
    'warning',
    `"${term.text}": of mail from anywhere else the record says nothing, as if it were not there.`,
    {
      record: node.record,
      clause: 'RFC 7208 8.2',
      fix: fix ?? `Ask for "~all" at ${node.domain}, or end this record in it.`,
    },
  );
}

function failAll(
  { node, term }: Ending,
  root: SpfNode,
  fix: string | null,
  hasDmarc: boolean | null,
): Finding {
  const about = { record: node.record, clause: 'RFC 9989 7.1' };
  const isParked = node === root && node.terms.filter(({ isReached }) => isReached).length === 1;
  if (isParked) return spfFinding('spf-all', 'ok', `"${term.text}" alone: the domain sends no mail.`, about);
  const why = `"${term.text}" lets a receiver refuse mail before it has seen the DKIM signature that would let it pass DMARC: forwarded mail is lost that way.`;
  if (hasDmarc === null) return spfFinding('spf-all', 'ok', why, about);
  if (!hasDmarc) {
    const until = 'As long as no DMARC record applies, it is what guards the domain.';
    return spfFinding('spf-all', 'ok', `${why} ${until}`, about);
  }
  return spfFinding('spf-all', 'info', why, {
    ...about,
    fix: `Leave the refusing to DMARC.${fix === null ? '' : ` ${fix}`}`,
  });
}

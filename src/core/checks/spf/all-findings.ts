import type { Finding } from '../finding.js';
import { advice } from './record-findings.js';
import type { OwnRecord } from './record-findings.js';
import { spfFinding } from './spf-finding.js';
import type { SpfNode, SpfTerm } from './spf-tree.js';

/** The `all` by which it is decided of a message that nothing before matched. */
interface Ending {
  readonly node: SpfNode;
  readonly term: SpfTerm;
}

/** What the record says of senders that it doesn't name. `hasDmarc`: whether a DMARC record applies; null: nobody could say. */
export function* allFindings(root: SpfNode, own: OwnRecord, hasDmarc: boolean | null): Iterable<Finding> {
  for (const ending of openDoors(root)) yield plusAll(ending, root, own);
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
      yield neutralAll(ending, root, own);
      return;
    case '-':
      yield failAll(ending, root, own, hasDmarc);
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

/** Each `+all` by which a message passes: in the record itself, and in those it includes or redirects to. */
function openDoors(node: SpfNode): readonly Ending[] {
  if (node.state !== 'record') return [];
  return node.terms.flatMap((term) => {
    if (!term.isReached || term.qualifier !== '+') return [];
    if (term.kind === 'all') return [{ node, term }];
    return term.below === null ? [] : openDoors(term.below);
  });
}

function plusAll({ node, term }: Ending, root: SpfNode, own: OwnRecord): Finding {
  const isOwn = node === root;
  return spfFinding(
    'spf-plus-all',
    'error',
    isOwn
      ? `"${term.text}" lets anybody in the world send as this domain.`
      : `The record of ${node.domain}, which this one leads to, ends in "${term.text}": anybody in the world may send as this domain.`,
    {
      record: node.record,
      clause: 'RFC 7208 5.1',
      fix: isOwn
        ? advice(own)
        : `Take ${node.domain} out of the record, and write the addresses that send for you instead.`,
    },
  );
}

function neutralAll({ node, term }: Ending, root: SpfNode, own: OwnRecord): Finding {
  return spfFinding(
    'spf-neutral-all',
    'warning',
    `"${term.text}": of mail from anywhere else the record says nothing, as if it were not there.`,
    {
      record: node.record,
      clause: 'RFC 7208 8.2',
      fix: node === root ? advice(own) : `Ask for "~all" at ${node.domain}, or end this record in it.`,
    },
  );
}

function failAll({ node, term }: Ending, root: SpfNode, own: OwnRecord, hasDmarc: boolean | null): Finding {
  const about = { record: node.record, clause: 'RFC 9989 7.1' };
  const isParked = node === root && node.terms.filter(({ isReached }) => isReached).length === 1;
  if (isParked) return spfFinding('spf-all', 'ok', `"${term.text}" alone: the domain sends no mail.`, about);
  const why = `"${term.text}" lets a receiver refuse mail before it has seen the DKIM signature that would let it pass DMARC: forwarded mail is lost that way.`;
  if (hasDmarc === null) return spfFinding('spf-all', 'ok', why, about);
  if (!hasDmarc) {
    const until = 'As long as no DMARC record applies, it is what guards the domain.';
    return spfFinding('spf-all', 'ok', `${why} ${until}`, about);
  }
  const fix = node === root ? advice(own) : null;
  return spfFinding('spf-all', 'info', why, {
    ...about,
    fix: `Leave the refusing to DMARC.${fix === null ? '' : ` ${fix}`}`,
  });
}

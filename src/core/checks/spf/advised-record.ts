import { withTermsReplaced } from './edit-record.js';
import type { Placed } from './edit-record.js';
import { meantModifier, meantRecord } from './explain-slip.js';
import { parseSpfRecord } from './parse-record.js';
import { reachedTerms } from './spf-record.js';
import type { Directive, SpfRecord } from './spf-record.js';
import { matchesAnybody } from './spf-tree.js';
import type { SpfNode, SpfTerm } from './spf-tree.js';

/**
 * The record with all corrections that take nothing from a sender of the domain: whichever finding is followed, the
 * same text comes out, and none brings back what another took away. Null: some of it can't be made out.
 */
export function advisedRecord(node: SpfNode, hasDmarc: boolean | null): string | null {
  const text = node.record === null ? null : withoutSlips(node.record);
  if (text === null) return null;
  const record = parseSpfRecord(text);
  const dead = new Set(node.terms.flatMap((term) => (term.answer === 'nothing' ? [term.text] : [])));
  const open = new Set(node.terms.filter(isOpenExists).map((term) => term.text));
  const gone = [
    ...repeatedTerms(record),
    ...record.directives.filter(({ text: written }) => dead.has(written) || open.has(written)),
  ];
  const advised = withTermsReplaced(
    record,
    new Map<Placed, string>([
      ...gone.map((directive) => [directive, ''] as const),
      ...endingEdits(record, { dead, hasOpen: open.size > 0, hasDmarc }),
    ]),
  );
  return hasEnding(record) ? advised : `${advised} ~all`;
}

function isOpenExists(term: SpfTerm): boolean {
  return term.kind === 'exists' && term.qualifier === '+' && matchesAnybody(term);
}

/** The record with terms as they were meant; null: one can't be made out. */
function withoutSlips(text: string): string | null {
  const given = parseSpfRecord(text);
  const meant = given.faults.length === 0 ? text : meantRecord(given);
  if (meant === null) return null;
  const record = parseSpfRecord(meant);
  const edits = record.unknownModifiers.flatMap((modifier) => {
    const term = meantModifier(modifier);
    return term === null ? [] : [[modifier, term] as const];
  });
  return withTermsReplaced(record, new Map(edits));
}

/** Terms that stand there before already. */
export function repeatedTerms(record: SpfRecord): readonly Directive[] {
  const seen = new Set<string>();
  return reachedTerms(record).directives.filter(({ text }) => {
    const plain = (text.includes('%') ? text : text.toLowerCase()).replace(/^\+/, ''); // %{L} is not %{l}
    const isSeen = seen.has(plain);
    seen.add(plain);
    return isSeen;
  });
}

/** `dead`: terms that let nobody send; `hasOpen`: until now anybody could, and who did is not known. */
function* endingEdits(
  record: SpfRecord,
  around: {
    readonly dead: ReadonlySet<string>;
    readonly hasOpen: boolean;
    readonly hasDmarc: boolean | null;
  },
): Iterable<readonly [Placed, string]> {
  const { all, directives, unreachable } = reachedTerms(record);
  if (all === null) return;
  const isAlone = directives.every((directive) => directive === all || around.dead.has(directive.text));
  // RFC 9989 7.1: with DMARC it is better not to have mail refused on the strength of SPF alone.
  const isTooStrict = all.qualifier === '-' && (around.hasOpen || (around.hasDmarc === true && !isAlone));
  if (all.qualifier === '+' || all.qualifier === '?' || isTooStrict) yield [all, '~all'];
  for (const directive of unreachable) if (directive.mechanism.kind === 'all') yield [directive, ''];
  if (record.redirect !== null) yield [record.redirect, ''];
}

function hasEnding(record: SpfRecord): boolean {
  return record.redirect !== null || reachedTerms(record).all !== null;
}

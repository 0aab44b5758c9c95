import type { Finding } from '../finding.js';
import { quoted } from '../new-finding.js';
import { advisedRecord, repeatedTerms } from './advised-record.js';
import { withAllLast } from './edit-record.js';
import { meantModifier } from './explain-slip.js';
import { parseSpfRecord } from './parse-record.js';
import { isWithin } from './query-name.js';
import { count, publish, spfFinding } from './spf-finding.js';
import { reachedTerms } from './spf-record.js';
import type { SpfRecord, SyntaxFault } from './spf-record.js';
import type { SpfNode } from './spf-tree.js';

/** A domain's own record. */
export interface OwnRecord {
  readonly domain: string;
  readonly record: SpfRecord;
  /** What to publish instead; null: that can't be said. */
  readonly advised: string | null;
}

/** Octets that an answer over UDP holds without EDNS (RFC 1035 4.2.1), and with it as resolvers commonly ask for it. */
const PLAIN_UDP = 512;
const COMMON_EDNS = 1232;
const MOST_TOLD = 5;

/** What is wrong with a record's own text, wherever it leads. */
export function* recordFindings(own: OwnRecord): Iterable<Finding> {
  const { domain, record } = own;
  if (record.faults.length > 0) {
    yield spfFinding(
      'spf-syntax',
      'error',
      `Receivers take the whole record for broken (permerror): ${faultsText(record.faults)}.`,
      {
        record: record.text,
        clause: 'RFC 7208 4.6',
        fix: advice(own) ?? `Correct what stands there, or take it out of the record of ${domain}.`,
      },
    );
  }
  yield* ignoredModifiers(own);
  yield* unreachableTerms(own);
  const [repeated] = repeatedTerms(record);
  if (repeated === undefined) return;
  yield spfFinding('spf-repeated-term', 'info', `"${quoted(repeated.text)}" stands there more than once.`, {
    record: record.text,
    fix: advice(own),
  });
}

/** What to publish in place of a domain's own record; null: that can't be said. */
export function advice({ domain, record, advised }: OwnRecord): string | null {
  return advised === null || advised === record.text ? null : publish(domain, advised);
}

/** The same of a record that it leads to; null as well when that is somebody else's. */
export function adviceAt(
  node: SpfNode,
  root: SpfNode,
  own: OwnRecord,
  hasDmarc: boolean | null,
): string | null {
  if (node === root) return advice(own);
  const { domain, record } = node;
  if (record === null || !isWithin(domain, root.domain)) return null;
  return advice({ domain, record: parseSpfRecord(record), advised: advisedRecord(node, hasDmarc) });
}

/** Where a record breaks the grammar, in words. */
export function faultsText(faults: readonly SyntaxFault[]): string {
  return faults
    .slice(0, MOST_TOLD)
    .map(({ place, term, message }) => `at character ${place.start + 1}, in "${quoted(term)}", ${message}`)
    .join('; ');
}

/** A TXT answer that doesn't fit into one datagram is asked for again over TCP, or lost. `texts`: all TXT records of the name. */
export function* sizeFinding(domain: string, texts: readonly string[], text: string): Iterable<Finding> {
  // RFC 1035 4.1: the header and the question, then each record, its name as a pointer, each string with its length.
  const head = 12 + domain.length + 6;
  const size = texts.reduce((sum, one) => sum + 12 + one.length + Math.ceil(one.length / 255), head);
  if (size <= PLAIN_UDP) return;
  const isTooLong = size > COMMON_EDNS;
  const others = texts.reduce((sum, one) => sum + one.length, -text.length);
  yield spfFinding(
    'spf-long-answer',
    isTooLong ? 'warning' : 'info',
    isTooLong
      ? `The TXT answer of ${domain} has ${count(size, 'octet')}, more than the ${count(COMMON_EDNS, 'octet')} that resolvers take over UDP: each must ask again over TCP.`
      : `The TXT answer of ${domain} has ${count(size, 'octet')}, more than ${PLAIN_UDP}: resolvers without EDNS must ask again over TCP.`,
    {
      record: text,
      clause: 'RFC 7208 3.4',
      fix:
        others > text.length
          ? 'Take TXT records that nothing reads any more away from this name.'
          : 'Move a part of the record to a name of its own and include that.',
    },
  );
}

function* ignoredModifiers(own: OwnRecord): Iterable<Finding> {
  for (const modifier of own.record.unknownModifiers.slice(0, MOST_TOLD)) {
    const isSlip = meantModifier(modifier) !== null;
    yield spfFinding(
      'spf-ignored-modifier',
      isSlip ? 'warning' : 'info',
      isSlip
        ? `Receivers pass "${quoted(modifier.text)}" over: with an equals sign it is a modifier that no standard knows.`
        : `No standard knows the modifier ${quoted(modifier.name)}=; receivers pass it over.`,
      {
        record: own.record.text,
        clause: 'RFC 7208 6',
        fix: isSlip ? (advice(own) ?? 'Correct it.') : 'Take it out unless something of yours reads it.',
      },
    );
  }
}

function* unreachableTerms(own: OwnRecord): Iterable<Finding> {
  const { record, domain, advised } = own;
  const { all, unreachable } = reachedTerms(record);
  if (all === null) return;
  if (unreachable.length > 0) {
    const terms = unreachable.slice(0, MOST_TOLD).map(({ text }) => quoted(text));
    const rest = unreachable.length > MOST_TOLD ? ' …' : '';
    const isWanted = unreachable.some(({ mechanism }) => mechanism.kind !== 'all');
    yield spfFinding(
      'spf-unreachable',
      'warning',
      `Nobody looks at what stands behind "${all.text}": ${terms.join(' ')}${rest}.`,
      {
        record: record.text,
        clause: 'RFC 7208 5.1',
        fix:
          isWanted && advised !== null
            ? `Take them out or, if they are to send: ${publish(domain, withAllLast(advised))}`
            : advice(own),
      },
    );
  }
  if (record.redirect !== null) {
    yield spfFinding(
      'spf-redirect-beside-all',
      'warning',
      `"${quoted(record.redirect.text)}" has no effect, as "${all.text}" matches before it.`,
      { record: record.text, clause: 'RFC 7208 6.1', fix: advice(own) },
    );
  }
}

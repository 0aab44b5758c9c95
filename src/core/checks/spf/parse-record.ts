import type {
  Directive,
  Place,
  SpfRecord,
  SyntaxFault,
  TargetModifier,
  UnknownModifier,
} from './spf-record.js';
import { readDomainSpec, readMacroString } from './macro-string.js';
import { readMechanism, readQualifier } from './parse-mechanism.js';

/** So many places are told; a hostile record has thousands. */
const MOST_FAULTS = 20;

interface Pieces {
  readonly directives: Directive[];
  readonly unknownModifiers: UnknownModifier[];
  readonly faults: SyntaxFault[];
  redirect: TargetModifier | null;
  explanation: TargetModifier | null;
}

/**
 * Reads an SPF record (RFC 7208 4.6.1, 12), one for which isSpfRecord holds; one character a byte.
 * Never throws: what breaks the grammar stands in `faults`, of which any makes the whole record a permerror.
 */
export function parseSpfRecord(text: string): SpfRecord {
  const pieces: Pieces = {
    directives: [],
    unknownModifiers: [],
    faults: [],
    redirect: null,
    explanation: null,
  };
  // Terms are parted by spaces alone: a tab or a line end is part of a term, and wrong there.
  const terms = /[^ ]+/g;
  terms.lastIndex = 'v=spf1'.length;
  for (let found = terms.exec(text); found !== null; found = terms.exec(text)) {
    const term = found[0];
    readTerm(term, { start: found.index, end: found.index + term.length }, pieces);
  }
  return { text, ...pieces, faults: pieces.faults.slice(0, MOST_FAULTS) };
}

function readTerm(term: string, place: Place, pieces: Pieces): void {
  const strange = /[^\x21-\x7e]/.exec(term);
  if (strange !== null) {
    const start = place.start + strange.index;
    pieces.faults.push({ place: { start, end: start + 1 }, term, message: strangeCharacter(strange[0]) });
    return;
  }
  // RFC 7208 4.6.1: an equals sign behind the name makes it a modifier, whatever the name.
  const modifier = /^([a-z][\w.-]*)=(.*)$/i.exec(term);
  if (modifier !== null) {
    const [, name = '', value = ''] = modifier;
    readModifier({ term, name: name.toLowerCase(), value, place }, pieces);
    return;
  }
  const { qualifier, rest } = readQualifier(term);
  const reading = readMechanism(rest);
  if (reading.kind === 'read') {
    pieces.directives.push({ text: term, place, qualifier, mechanism: reading.mechanism });
    return;
  }
  const start = place.start + term.length - rest.length + reading.fault.at;
  pieces.faults.push({ place: { start, end: place.end }, term, message: reading.fault.message });
}

function readModifier(
  given: { readonly term: string; readonly name: string; readonly value: string; readonly place: Place },
  pieces: Pieces,
): void {
  const { term, name, value, place } = given;
  const isTarget = name === 'redirect' || name === 'exp';
  const reading = isTarget ? readDomainSpec(value) : readMacroString(value);
  if (reading.kind === 'faulty') {
    const start = place.start + name.length + 1 + reading.fault.at;
    pieces.faults.push({ place: { start, end: place.end }, term, message: reading.fault.message });
    return;
  }
  if (!isTarget) {
    pieces.unknownModifiers.push({ text: term, place, name, value });
    return;
  }
  const slot = name === 'redirect' ? 'redirect' : 'explanation';
  // RFC 7208 6: neither may appear twice.
  if (pieces[slot] !== null)
    pieces.faults.push({ place, term, message: `${name}= stands there a second time` });
  else pieces[slot] = { text: term, place, target: reading.macro };
}

function strangeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\t') return 'a tab; only spaces part the terms';
  if (character === '\n' || character === '\r') return 'a line end; only spaces part the terms';
  return `${code < 0x80 ? 'a control character' : 'a character outside ASCII'} (hexadecimal ${code.toString(16)})`;
}

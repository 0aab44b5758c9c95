import type { Evaluation } from './evaluation.js';
import { readMacroString } from './macro-string.js';
import type { MacroString } from './macro-string.js';

/** Characters; what is longer is cut: macros repeat what the client said as often as the record likes. */
const LONGEST_TEXT = 1000;

/**
 * The text that `exp=` of a domain's record leads to (RFC 7208 6.2). Null when there is none, or several, or it breaks
 * the rules: an explanation never changes the result.
 */
export async function explain(
  target: MacroString,
  domain: string,
  evaluation: Evaluation,
): Promise<string | null> {
  const name = await evaluation.targetName(target, domain);
  if (name === null) return null;
  const answer = await evaluation.dns.txt(name);
  if (answer.kind !== 'found' || answer.records.length !== 1) return null;
  const [text = ''] = answer.records;
  if (!isPrintable(text)) return null;
  const reading = readMacroString(text);
  if (reading.kind === 'faulty') return null;
  const explanation = await evaluation.expand(reading.macro, domain);
  return isPrintable(explanation) ? explanation.slice(0, LONGEST_TEXT) : null;
}

/** RFC 7208 6.2: US-ASCII; control characters have no business in what people read. */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

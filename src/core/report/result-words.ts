import { isPolicy, type Policy } from '../record/policy.js';
import type { ResultWord } from './report.js';

/**
 * A result or disposition as read: trimmed and lower-cased. Words that no RFC knows (`unknown`, `invalid`, an empty
 * one) stay as they are, so that they can be shown; only `pass` is a pass. `hardfail` is what the SPF drafts called
 * `fail`.
 */
export function readResultWord(text: string): ResultWord {
  const word = text.toLowerCase();
  return word === 'hardfail' ? 'fail' : word;
}

/** A policy value, or null for none or one that isn't in the RFC. */
export function readPolicyWord(text: string): Policy | null {
  const word = text.toLowerCase();
  return isPolicy(word) ? word : null;
}

/** An alignment mode; relaxed is the default (RFC 9989 4.7 "adkim"). */
export function readAlignmentMode(text: string): 'r' | 's' {
  const word = text.toLowerCase();
  return word === 's' || word === 'strict' ? 's' : 'r';
}

/** `y` or `n`, also spelt out; null for anything else. */
export function readYesNo(text: string): boolean | null {
  const word = text.toLowerCase();
  if (word === 'y' || word === 'yes' || word === 'true') return true;
  if (word === 'n' || word === 'no' || word === 'false') return false;
  return null;
}

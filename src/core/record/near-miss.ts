import { isDmarcRecord } from './tags.js';

/**
 * Why a TXT string that was meant as a DMARC Policy Record is none, in a sentence for people.
 * Null: it is one, or was never meant to be.
 */
export function explainNearMiss(text: string): string | null {
  if (isDmarcRecord(text)) return null;
  const start = text.slice(0, 200); // all that these slips concern stands at the start
  if (!/^[\s"'\\]*v\s*=\s*["'\\]*dmarc/i.test(start)) {
    return explainStart(start);
  }
  if (/^\s*["'\\]/.test(start)) return 'quotation marks are part of the text; they belong to zone files only';
  if (/^\s*v\s*=\s*["']/i.test(start)) return 'the value DMARC1 stands in quotation marks';
  if (/^\s*v\s*=\s*DMARC1\s*\\/i.test(start)) return 'a backslash stands before the semicolon';
  if (/^\s*v\s*=\s*DMARC1\s*(?:;|$)/i.test(start)) return 'DMARC1 must be written in capital letters';
  if (/^\s*v\s*=\s*DMARC1[\s,:|/]/i.test(start)) return 'no semicolon follows v=DMARC1';
  return 'the version is not DMARC1';
}

/** Without a version in front, what else stands there tells what was meant. */
function explainStart(start: string): string | null {
  if (/(?:^|;)\s*v\s*=\s*DMARC1\s*(?:;|$)/i.test(start)) return 'v=DMARC1 is not the first tag';
  if (/^[\s"'\\]*(?:v\s*[:-]?\s*)?dmarc1\b/i.test(start)) return 'v= is missing before DMARC1';
  const isPolicy = /(?:^|;)\s*p\s*=\s*(?:none|quarantine|reject)\b/i.test(start);
  return isPolicy ? 'v=DMARC1 is missing at the start' : null;
}

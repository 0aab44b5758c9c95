export const NO_FEEDBACK = 'no <feedback> element: not a DMARC aggregate report';

/** Why a document needs no reader to be refused, by its first 4,096 characters; null: it may be a report. */
export function reasonAgainst(text: string): string | null {
  const start = text.slice(0, 4096).replace(/^[\uFEFF\s\0]+/, '');
  if (start === '' && text.length <= 4096) return 'the document is empty';
  return start.startsWith('{') || start.startsWith('[') ? reasonAgainstJson(start) : null;
}

/** What to tell people whose report is JSON: most of these are TLS reports, which come to the same mailboxes. */
function reasonAgainstJson(text: string): string {
  return /"(?:policies|organization-name)"/.test(text.slice(0, 4096))
    ? 'a TLS report (RFC 8460), not a DMARC aggregate report'
    : 'JSON, not a DMARC aggregate report';
}

/** RFC 1035 2.3.4, as text without the final dot. */
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/**
 * The name to ask for, from an expanded domain-spec: small letters, no final dot, shortened from the left when it is too
 * long (RFC 7208 7.3). Null: DNS has no such name, as with an empty label, and with characters outside ASCII (RFC 8616 4).
 */
export function queryName(expanded: string): string | null {
  const name = shortened(expanded.endsWith('.') ? expanded.slice(0, -1) : expanded).toLowerCase();
  if (name === '' || name.length > LONGEST_NAME || !/^[\x20-\x7e]+$/.test(name)) return null;
  const labels = name.split('.');
  return labels.every((label) => label !== '' && label.length <= LONGEST_LABEL) ? name : null;
}

/** The same for the domain that check_host() is asked about: it has several labels (RFC 7208 4.3). */
export function domainName(text: string): string | null {
  const name = text.length > LONGEST_NAME + 1 ? null : queryName(text);
  return name !== null && /\.[a-z\d-]*[a-z-][a-z\d-]*$/.test(name) ? name : null;
}

/** Whether a name is the domain or lies below it. Both in small letters without a final dot. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const dot = name.indexOf('.', name.length - LONGEST_NAME - 1);
  return dot === -1 ? name : name.slice(dot + 1);
}

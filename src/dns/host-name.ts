const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST = 253;

/** Whether a name from DNS, in lower case, is one that a host may have (RFC 1123 2.1), of at least two labels. */
export function isHostName(name: string): boolean {
  if (name.length > LONGEST) return false;
  const labels = name.split('.');
  // What ends in a number is read as an address by some (RFC 3696 2).
  if (labels.length < 2 || /^\d+$/.test(labels.at(-1) ?? '')) return false;
  return labels.every((label) => LABEL.test(label));
}

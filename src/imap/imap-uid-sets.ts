/** RFC 7162 4: clients should not send command lines of more than 8192 octets. */
const LONGEST_SET = 7500;

/**
 * UIDs as sequence sets (RFC 9051 9), as few as fit into command lines: `1:3,7`. Only these UIDs are in them, whatever
 * lies between.
 */
export function uidSets(uids: readonly number[]): readonly string[] {
  const sets: string[] = [];
  let current = '';
  for (const range of rangesOf(uids)) {
    if (current.length + range.length >= LONGEST_SET) {
      sets.push(current);
      current = '';
    }
    current += current === '' ? range : `,${range}`;
  }
  return current === '' ? sets : [...sets, current];
}

function* rangesOf(uids: readonly number[]): Generator<string> {
  const sorted = uids.toSorted((a, b) => a - b);
  let first: number | null = null;
  for (const [index, uid] of sorted.entries()) {
    first ??= uid;
    if (sorted[index + 1] === uid + 1 || sorted[index + 1] === uid) continue;
    yield first === uid ? `${uid}` : `${first}:${uid}`;
    first = null;
  }
}

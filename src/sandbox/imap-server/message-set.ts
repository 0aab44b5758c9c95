import type { Folder, StoredMessage } from './mail-store.js';
import type { Argument } from './command-reader.js';

/**
 * Which numbers a sequence set such as `1:3,7,9:*` names (RFC 9051 9), out of those that exist, ascending.
 * Null: malformed.
 */
export function inSet(text: string, existing: readonly number[]): ReadonlySet<number> | null {
  const highest = existing.at(-1) ?? 0;
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d+|\*)(?::(\d+|\*))?$/.exec(part) ?? [];
    if (first === undefined || last === undefined) return null;
    const ends = [first, last].map((end) => (end === '*' ? highest : Number(end)));
    const low = Math.min(...ends);
    const high = Math.max(...ends);
    for (const number of existing) if (number >= low && number <= high) found.add(number);
  }
  return found;
}

type Test = (message: StoredMessage) => boolean;

const FLAG_KEYS: Readonly<Record<string, string>> = {
  SEEN: '\\Seen',
  DELETED: '\\Deleted',
  FLAGGED: '\\Flagged',
  ANSWERED: '\\Answered',
  DRAFT: '\\Draft',
};

/** The UIDs of a folder that a search asks for (RFC 9051 6.4.4); null: a key that is not understood. */
export function search(folder: Folder, keys: readonly Argument[]): readonly number[] | null {
  const tests: Test[] = [];
  const queue = [...keys];
  const uids = folder.messages.map(({ uid }) => uid);
  while (queue.length > 0) {
    const key = queue.shift();
    const test = typeof key === 'string' ? testFor(key.toUpperCase(), queue, uids) : null;
    if (test === null) return null;
    tests.push(test);
  }
  return folder.messages.filter((message) => tests.every((test) => test(message))).map(({ uid }) => uid);
}

function testFor(key: string, queue: Argument[], uids: readonly number[]): Test | null {
  if (key === 'ALL') return () => true;
  const flag = FLAG_KEYS[key];
  if (flag !== undefined) return (message) => message.flags.has(flag);
  if (key === 'NOT') {
    const next = queue.shift();
    const test = typeof next === 'string' ? testFor(next.toUpperCase(), queue, uids) : null;
    return test === null ? null : (message) => !test(message);
  }
  if (key === 'KEYWORD' || key === 'UID') {
    const operand = queue.shift();
    if (typeof operand !== 'string') return null;
    if (key === 'KEYWORD') return (message) => message.flags.has(operand);
    const set = inSet(operand, uids);
    return set === null ? null : (message) => set.has(message.uid);
  }
  if (key.startsWith('UN'))
    return testFor('NOT', [key.slice(2), ...queue.splice(0, key === 'UNKEYWORD' ? 1 : 0)], uids);
  const position = inSet(
    key,
    uids.map((_, index) => index + 1),
  );
  return position === null ? null : (message) => position.has(uids.indexOf(message.uid) + 1);
}

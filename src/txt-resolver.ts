import { LookupError, type RecursiveLookup } from './dns/recursive-lookup.js';

export type ResolveTxt = (name: string) => Promise<string[][]>;

/** Looks TXT up as mail libraries want it: strings in lists, and a LookupError `ENODATA` where there is none. */
export function txtResolver(lookup: RecursiveLookup): ResolveTxt {
  return async (name) => {
    const texts = await lookup.lookupTxt(name);
    if (texts.length === 0) throw new LookupError(`${name} has no TXT record`, 'ENODATA');
    return texts.map((text) => [text]);
  };
}

/** The same, each name asked once, failures too: a thousand mails must not wait a thousand times for one key. */
export function askedOnce(resolve: ResolveTxt): ResolveTxt {
  const answers = new Map<string, Promise<string[][]>>();
  return (name) => {
    const answer = answers.get(name) ?? resolve(name);
    answers.set(name, answer);
    return answer;
  };
}

/** Milliseconds that an answer is taken again: keys have a time to live of an hour or more. */
const REMEMBERED_MS = 5 * 60_000;
/** Who sends the mail chooses the names. */
const MOST_NAMES = 1000;

/** The same, each name asked once in five minutes: thousands of report mails are signed with a few dozen keys. */
export function askedLately(resolve: ResolveTxt, now: () => number = () => performance.now()): ResolveTxt {
  const answers = new Map<string, { readonly at: number; readonly texts: Promise<string[][]> }>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined && now() - known.at < REMEMBERED_MS) return known.texts;
    const [oldest] = answers.keys();
    if (oldest !== undefined && answers.size >= MOST_NAMES) answers.delete(oldest);
    const texts = resolve(name);
    answers.delete(name);
    answers.set(name, { at: now(), texts });
    // Failures are for others to remember, and not for as long.
    texts.catch(() => answers.delete(name));
    return texts;
  };
}

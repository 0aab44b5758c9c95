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

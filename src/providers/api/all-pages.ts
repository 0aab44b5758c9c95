import { DnsProviderError } from '../../ports/dns-provider.js';

/** One page, and where the next begins; null: it was the last. */
export interface Page<Item, Next> {
  readonly items: readonly Item[];
  readonly next: Next | null;
  /** How many items the whole listing has, where the API says so; that of the last page counts. */
  readonly total?: number;
}

/** A zone with more pages than this is no zone that anybody has, or pages that lead nowhere. */
const MOST_PAGES = 500;

/**
 * Everything of a listing that comes in pages; `first` asks for the beginning. Throws `malformed` when it never ends, or
 * holds less than the API says: somebody took out a record between two pages, and ours may be the one that was skipped.
 */
export async function allPages<Item, Next>(
  first: Next,
  read: (at: Next) => Promise<Page<Item, Next>>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let at: Next | null = first;
  for (let pages = 0; at !== null; pages += 1) {
    if (pages === MOST_PAGES) throw new DnsProviderError('the list never ends', { kind: 'malformed' });
    const page: Page<Item, Next> = await read(at);
    items.push(...page.items);
    if (page.next === null) requireWhole(items.length, page.total);
    if (page.next === at) throw new DnsProviderError('the list never ends', { kind: 'malformed' });
    at = page.next;
  }
  return items;
}

function requireWhole(found: number, total = 0): void {
  if (found >= total) return;
  throw new DnsProviderError(`the API lists ${found} of ${total}`, { kind: 'malformed' });
}

import type { Finding } from '../finding.js';
import { newFinding, quoted } from '../new-finding.js';
import { looksLikeKey, readKeyRecord } from './key-record.js';
import { placedSelector, type Looked, type PlacedSelector } from './selectors.js';

/** A selector that nobody has: what stands there stands at every name. */
export function nobodysSelector(domain: string): PlacedSelector {
  return placedSelector({ name: 'dmarc-ratchet-asks-for-any-selector', from: 'common', domain });
}

/** Whether a key stands at a selector. */
export function hasKey(looked: Looked): boolean {
  return textsOf(looked).some(looksLikeKey);
}

/** A wildcard: revoked everywhere is what a domain that sends nothing should say; another key is a slip. */
export function* anySelector(domain: string, anywhere: Looked): Iterable<Finding> {
  const text = textsOf(anywhere).find(looksLikeKey);
  const target = anyTarget(anywhere);
  if (text !== undefined) yield everyKey(domain, text);
  else if (target !== null) yield everyAlias(domain, target);
}

function everyKey(domain: string, text: string): Finding {
  const isRevoked = readKeyRecord(text).tags.some(({ name, value }) => name === 'p' && value.trim() === '');
  const details = { record: `*._domainkey.${domain}. TXT "${quoted(text)}"`, clause: 'RFC 6376 3.6.2.1' };
  if (isRevoked) {
    return newFinding(
      'dkim',
      'dkim-all-revoked',
      'info',
      `Every selector of ${domain} is revoked by a wildcard: no mail of it is signed.`,
      { ...details, clause: 'RFC 6376 3.6.1' },
    );
  }
  return newFinding('dkim', 'dkim-wildcard', 'warning', 'A wildcard gives the same key for every selector.', {
    ...details,
    fix: 'Publish each key at its own selector.',
  });
}

/** It hurts nobody: a key at a selector of its own goes before a wildcard. */
function everyAlias(domain: string, target: string): Finding {
  const isTree = target.startsWith('*.');
  const shown = quoted(isTree ? target.slice(2) : target);
  return newFinding(
    'dkim',
    'dkim-wildcard',
    'info',
    isTree
      ? `Every name below _domainkey.${domain} leads to one below ${shown} (DNAME), where no such key stands.`
      : `Every name below _domainkey.${domain} is an alias (CNAME) of ${shown}, where no key stands.`,
    {
      record: isTree ? `_domainkey.${domain}. DNAME ${shown}.` : `*._domainkey.${domain}. CNAME ${shown}.`,
      clause: isTree ? 'RFC 6672 2.1' : 'RFC 4592 2.2',
      fix: isTree
        ? `Publish each key below ${shown}.`
        : 'Publish each key at its own selector; the wildcard leaves these alone.',
    },
  );
}

/** A wildcard answers for the common selectors too; that says nothing about them. */
export function isEverywhere({ selector, answer }: Looked, anywhere: Looked): boolean {
  if (selector.from !== 'common' || answer.kind === 'unknown') return false;
  const target = anyTarget({ selector, answer });
  if (answer.kind === 'none') return target !== null && target === anyTarget(anywhere);
  const everywhere = textsOf(anywhere);
  return everywhere.length > 0 && answer.records.every((text) => everywhere.includes(text));
}

/** Where the name is an alias of, as it reads for every selector; null: of nothing. A DNAME puts the selector into it. */
function anyTarget({ selector, answer }: Looked): string | null {
  const target = answer.kind === 'unknown' ? undefined : answer.aliases[0];
  if (target === undefined) return null;
  return target.startsWith(`${selector.name}.`) ? `*${target.slice(selector.name.length)}` : target;
}

function textsOf({ answer }: Looked): readonly string[] {
  return answer.kind === 'found' ? answer.records : [];
}

import { organizationalDomain } from '../alignment/organizational-domain.js';
import type { Authenticity } from './authenticity.js';
import { readDomain } from './read-names.js';
import { statementsOf, type Statement } from './result-statements.js';

/**
 * What the receiving server, known by its authserv-id, found out about a mail (RFC 8601): whether it passed DMARC, and
 * as which domain. `headers` are the values of all Authentication-Results fields, topmost first. Only the topmost one
 * with that id counts: each server puts its own above those that came with the mail, and anyone can forge the rest.
 * `fromDomain` is the Author Domain of the mail; it is taken where the header doesn't say `header.from`. Null when no
 * header has that id.
 */
export function readAuthenticationResults(
  headers: readonly string[],
  authservId: string,
  fromDomain: string | null,
): Authenticity | null {
  const wanted = authservId.trim().toLowerCase();
  for (const header of headers) {
    const statements = statementsOf(header);
    if (statements !== null && statements.authservId === wanted) {
      return judge(statements.results, { authservId: wanted, fromDomain });
    }
  }
  return null;
}

interface Receiver {
  readonly authservId: string;
  readonly fromDomain: string | null;
}

function judge(results: readonly Statement[], receiver: Receiver): Authenticity {
  const verdicts = results.filter(({ method }) => method === 'dmarc');
  const [verdict] = verdicts;
  if (verdict === undefined) return refused(`${receiver.authservId} says nothing about DMARC`);
  if (verdicts.length > 1) return refused(`${receiver.authservId} gives more than one DMARC result`);
  if (verdict.result !== 'pass') return refused(`${receiver.authservId} says dmarc=${verdict.result}`);
  const said = verdict.properties.get('header.from');
  const domain = said === undefined ? receiver.fromDomain : readDomain(said);
  if (domain === null) return refused(`${receiver.authservId} says dmarc=pass, but not for which domain`);
  if (receiver.fromDomain !== null && !isSameOwner(domain, receiver.fromDomain)) {
    return refused(
      `${receiver.authservId} says dmarc=pass for ${domain}, but the mail is from ${receiver.fromDomain}`,
    );
  }
  return {
    authenticated: true,
    domain,
    method: 'authentication-results',
    reason: `${receiver.authservId} says dmarc=pass for ${domain}`,
  };
}

/** Some servers write the Organizational Domain as header.from. */
function isSameOwner(one: string, other: string): boolean {
  return organizationalDomain(one) === organizationalDomain(other);
}

function refused(reason: string): Authenticity {
  return { authenticated: false, domain: null, method: 'authentication-results', reason };
}

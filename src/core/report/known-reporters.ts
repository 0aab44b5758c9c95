import { normalizedDomain, organizationalDomain } from '../alignment/organizational-domain.js';
import { REPORTERS, SHARED_MAILBOXES, type KnownReporter } from './reporter-list.js';
import type { AggregateReport } from './report.js';
import { readDomain } from './read-names.js';

/**
 * The well-known reporter whose report mail authenticates as this domain or a subdomain of it; null for any other. Also
 * null for a domain at which it only keeps its customers' mailboxes: mail from there may be anyone's.
 */
export function knownReporter(domain: string): KnownReporter | null {
  return SENDING.get(organizationalDomain(domain)) ?? null;
}

/**
 * Whether nobody but a well-known reporter itself can send mail that authenticates as this domain. False where it hands
 * out mailboxes: a free account is enough to report from there.
 */
export function speaksForItself(domain: string): boolean {
  return knownReporter(domain) !== null && !SHARED.has(organizationalDomain(domain));
}

const SHARED: ReadonlySet<string> = new Set(SHARED_MAILBOXES);

/**
 * A sentence for people when a report claims, by its `org_name`, to come from a well-known reporter, though its mail
 * authenticated as a domain that isn't that reporter's; null when it claims nothing, or nothing false. A claim is one of
 * the names that the reporter uses, or one of its domain names (RFC 9990 8.2: report data can be forged).
 */
export function falseClaim(
  report: Pick<AggregateReport, 'orgName'>,
  authenticatedDomain: string,
): string | null {
  const claimed = claimedDomain(report.orgName);
  const actual = organizationalDomain(authenticatedDomain);
  if (claimed !== null && organizationalDomain(claimed) === actual) return null;
  const reporter = BY_NAME.get(plainName(report.orgName)) ?? ownerOf(claimed);
  if (reporter === null || OWNED.get(actual) === reporter) return null;
  return `it claims to come from ${reporter.name}, but its mail is from ${normalizedDomain(authenticatedDomain)}`;
}

const SENDING = byDomain(({ domains }) => domains);
const OWNED = byDomain(({ domains, otherDomains }) => [...domains, ...otherDomains]);
const BY_NAME = new Map(REPORTERS.flatMap((it) => it.names.map((name) => [plainName(name), it] as const)));

function byDomain(
  domainsOf: (reporter: KnownReporter) => readonly string[],
): ReadonlyMap<string, KnownReporter> {
  return new Map(REPORTERS.flatMap((it) => domainsOf(it).map((domain) => [domain, it] as const)));
}

/** As it looks to people: they must not be deceived by capitals, wide letters, or characters that can't be seen. */
function plainName(orgName: string): string {
  return orgName
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

function claimedDomain(orgName: string): string | null {
  const domain = readDomain(plainName(orgName));
  return domain !== null && domain.includes('.') ? domain : null;
}

/** Whose domain it is. Hosts with a number are rented to customers, who often report under the host's own name. */
function ownerOf(domain: string | null): KnownReporter | null {
  if (domain === null) return null;
  const owned = organizationalDomain(domain);
  const host = domain.slice(0, domain.length - owned.length);
  return /\d/.test(host) ? null : (OWNED.get(owned) ?? null);
}

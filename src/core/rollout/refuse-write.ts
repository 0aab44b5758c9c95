import { organizationalDomain } from '../alignment/organizational-domain.js';
import type { Finding } from '../checks/finding.js';
import { lintRecord } from '../record/lint.js';
import { hasRua, ruaAddresses } from '../record/rua.js';
import { readPolicyTags } from '../record/tags.js';
import type { Observation } from './observation.js';
import { ownName, recordName } from './record-place.js';
import type { Change, HoldReason, Rollout } from './rollout.js';

/** What is known, right before a write, of whether it would be served. */
export interface Served {
  /** The provider's zone that holds the name. */
  readonly zone: string;
  /** What the servers show now. */
  readonly observed: Observation;
  /** The provider and the delegation have no name server in common; null: they have, or it can't be told. */
  readonly foreign: { readonly provider: readonly string[]; readonly delegated: readonly string[] } | null;
}

/** Why nothing may be written now. */
export interface Refusal {
  readonly reason: HoldReason;
  readonly note: string;
}

/**
 * The last look before a write. What would break the record stops both ways; what would only be useless, or can't be
 * told, stops the way up alone: a step back is worth a try (I3). `live`: our record as the provider has it.
 */
export function refuseWrite(
  rollout: Rollout,
  change: Change,
  live: string | null,
  served: Served | null,
): Refusal | null {
  const broken = brokenText(change) ?? (served === null ? null : wrongPlace(rollout, served));
  if (broken !== null || change.direction === 'weaken') return broken;
  return weakText(rollout, change) ?? (served === null ? null : notServed(live, served));
}

/**
 * Why the account says nothing about the record that receivers see: it holds another one (`records`, all different ones),
 * or several, while the servers show what the plan was made for. So nobody has changed the record: the account is not
 * the one that serves it, or is ahead of its servers. Unlike drift this stands and falls with what the provider says.
 */
export function refuseElsewhere(
  change: Change,
  records: readonly string[],
  { observed, foreign }: Served,
): Refusal | null {
  const found = records.length === 0 ? 'none' : records.join(' | ');
  const planned = change.before ?? 'none';
  if (records.length > 1) {
    if (observed.kind === 'several-records') return null; // everybody sees them
    return { reason: 'provider-error', note: `several DMARC records at the provider alone: ${found}` };
  }
  if (found === planned || change.stage !== 'approved') return null;
  if (foreign !== null) return foreignZone(foreign);
  return shownOf(observed) === planned ? otherRecord(found, planned) : null;
}

/** What the checks found out about a destination of reports. */
type KnownDestination = Pick<Finding, 'id' | 'subject' | 'message' | 'fix'>;

/**
 * External destinations only warn: whether they take the reports, they say in a zone of their own (RFC 9990 4). `known`:
 * what was looked up last; of a destination that permits it nothing is said.
 */
export function warningsOf(
  domain: string,
  after: string,
  known: readonly KnownDestination[] = [],
): readonly string[] {
  const own = organizationalDomain(domain);
  const hosts = ruaAddresses(after).map((address) => address.slice(address.lastIndexOf('@') + 1));
  const foreign = [...new Set(hosts)].filter((host) => organizationalDomain(host) !== own);
  return foreign.flatMap((host) => {
    const about = known.filter(({ subject }) => subject === host);
    if (about.some(({ id }) => id === 'dmarc-rua-authorized')) return [];
    const refused = about.find(({ id }) => id === 'dmarc-rua-unauthorized');
    if (refused !== undefined) return [[refused.message, refused.fix ?? ''].join(' ').trim()];
    return [`reports go to ${host}; it must publish v=DMARC1 at ${domain}._report._dmarc.${host}`];
  });
}

function brokenText({ after }: Change): Refusal | null {
  if (readPolicyTags(after) !== null) return null;
  return { reason: 'failing-check', note: `what would be published is no readable DMARC record: ${after}` };
}

function wrongPlace(rollout: Rollout, { zone, observed }: Served): Refusal | null {
  const name = recordName(rollout);
  if (name !== zone && !name.endsWith(`.${zone}`))
    return { reason: 'provider-error', note: `${name} is not in the provider's zone ${zone}` };
  switch (observed.kind) {
    case 'cname':
      return { reason: 'cname', note: cnameNote(observed.target) };
    case 'no-alias':
      return { reason: 'cname', note: noAliasNote(rollout.domain, observed) };
    case 'several-records':
      return { reason: 'several-records', note: severalNote(observed.texts.length) };
    case 'record':
    case 'absent':
    case 'disagree':
    case 'unknown':
      return null;
  }
}

function weakText(rollout: Rollout, { after }: Change): Refusal | null {
  const slip = slipIn(after);
  if (slip !== null) return { reason: 'failing-check', note: slip };
  const lost = lostRua(after, rollout.settings.rua);
  return lost === null ? null : { reason: 'failing-check', note: lost };
}

function notServed(live: string | null, { observed, foreign }: Served): Refusal | null {
  if (foreign !== null) return foreignZone(foreign);
  if (observed.kind === 'unknown')
    return { reason: 'provider-error', note: `what the name servers show can't be told: ${observed.reason}` };
  const shown = shownOf(observed);
  return shown === null || shown === (live ?? 'none') ? null : otherRecord(live ?? 'none', shown);
}

function foreignZone({ provider, delegated }: NonNullable<Served['foreign']>): Refusal {
  const [ours, theirs] = [list(provider), list(delegated)];
  // Where they are fed by zone transfer nevertheless, telling them by address leaves what they show as the judge.
  const note = `the provider does not serve this domain: its name servers are ${ours}, those of the domain are ${theirs}; if they copy its zone, tell them in dns.authorities`;
  return { reason: 'provider-error', note };
}

function otherRecord(live: string, shown: string): Refusal {
  const note = `the provider does not serve this domain, or its name servers are behind. At the provider: ${live}. The name servers show: ${shown}`;
  return { reason: 'provider-error', note };
}

/** Null: a kind that has a refusal of its own. */
function shownOf(observed: Observation): string | null {
  switch (observed.kind) {
    case 'record':
      return observed.text;
    case 'absent':
      return 'none';
    case 'disagree':
      return observed.texts.map((text) => text || 'none').join(' | ');
    case 'several-records':
    case 'cname':
    case 'no-alias':
    case 'unknown':
      return null;
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.slice(0, 8).join(', ');
}

/** The worst slip of a record in a sentence; null: nothing that receivers stumble over. */
export function slipIn(text: string): string | null {
  const slip = lintRecord(text).find((finding) => finding.severity === 'error');
  if (slip === undefined) return null;
  return `the record has a mistake: ${slip.message}${slip.fix === null ? '' : ` ${slip.fix}`}`;
}

/** Without our rua in the record we are blind (I7). */
export function lostRua(text: string, rua: string | null): string | null {
  if (hasRua(text, rua)) return null;
  return `the record has no rua${rua === null ? '' : ` with ${rua}`}: no reports will come`;
}

/** Why an alias that nobody named holds. */
export function cnameNote(target: string): string {
  return `the name is a CNAME to ${target}; its record belongs to somebody else`;
}

/** What a name that should be our alias says instead. */
export function noAliasNote(
  domain: string,
  { wanted, texts }: { readonly wanted: string; readonly texts: readonly string[] },
): string {
  const found =
    texts.length === 0 ? 'nothing stands there' : `TXT stands there instead: ${texts.join(' | ')}`;
  return `${ownName(domain)} should be a CNAME to ${wanted}; ${found}`;
}

/** Why several records hold. */
export function severalNote(count: number): string {
  return `${count} DMARC records stand at the name; receivers then apply none`;
}

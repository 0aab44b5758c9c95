import { organizationalDomain } from '../../alignment/organizational-domain.js';
import { mailAddress } from '../../record/rua.js';
import { isDmarcRecord, readTags, tagValue } from '../../record/tags.js';
import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { Finding, Severity } from '../finding.js';
import { about, newFinding, quoted } from '../new-finding.js';
import { txtLine } from '../zone-line.js';
import { destinations, type Destination } from './destination.js';
import { walkTree, type PlacedRecord, type TreeWalk } from './tree-walk.js';

/** Addresses of each tag that are looked at; up to four look-ups each. */
const MOST_DESTINATIONS = 6;

/** Whether somebody else takes the reports, for receivers that look into the Public Suffix List and those that walk the tree. */
type Stranger = 'nobody' | 'to-old-receivers' | 'to-new-receivers' | 'to-all-receivers';

/** Who sends nothing to a stranger that doesn't ask for it. */
const UNSENT: Readonly<Record<Exclude<Stranger, 'nobody'>, string>> = {
  'to-all-receivers': 'Receivers send none there.',
  'to-old-receivers':
    'Receivers of the old kind, which know the Public Suffix List and no tree walk, send none there.',
  'to-new-receivers':
    'Receivers of the new kind send none there: no DMARC record above makes the two one organization (RFC 9989 4.10.2).',
};

type Delivery =
  | { readonly kind: 'possible' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'impossible' }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Whether reports arrive where a record sends them: each host takes mail, and those of others say that they want them
 * (RFC 9990 4, RFC 7489 7.1). At most 152 look-ups, for twelve hosts with deep names; four or five as a rule.
 */
export async function checkDestinations(
  policy: PlacedRecord,
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  const all = (['rua', 'ruf'] as const).flatMap((tag) =>
    destinations(policy.text, tag).slice(0, MOST_DESTINATIONS),
  );
  const walked = new Map<string, Promise<TreeWalk>>();
  const walk = (name: string): Promise<TreeWalk> => {
    const known = walked.get(name) ?? walkTree(name, dns);
    walked.set(name, known);
    return known;
  };
  const findings = await Promise.all(
    all.map(async (destination) =>
      about(destination.host, await checkDestination(destination, policy, walk, dns)),
    ),
  );
  return findings.flat();
}

async function checkDestination(
  destination: Destination,
  policy: PlacedRecord,
  walk: (name: string) => Promise<TreeWalk>,
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  const [delivery, stranger] = await Promise.all([
    canDeliver(destination.host, dns),
    strangerOf(destination.host, policy.domain, walk),
  ]);
  const arrives = judgeDelivery(destination, policy, delivery);
  if (stranger === 'nobody') return [...arrives];
  const permission = await dns.txt(permissionName(destination, policy));
  return [...arrives, ...judgePermission(destination, policy, permission, stranger)];
}

/** RFC 9990 4 compares Organizational Domains as RFC 9989 4.10 finds them, RFC 7489 7.1 those of the Public Suffix List. */
async function strangerOf(
  host: string,
  domain: string,
  walk: (name: string) => Promise<TreeWalk>,
): Promise<Stranger> {
  if (host === domain) return 'nobody';
  const isListed = organizationalDomain(host) !== organizationalDomain(domain);
  const [one, other] = await Promise.all([walk(host), walk(domain)]);
  // Where a walk was broken off, the list is the best guess.
  if (one.unknown !== null || other.unknown !== null) return isListed ? 'to-all-receivers' : 'nobody';
  const isWalked = one.organizationalDomain !== other.organizationalDomain;
  if (isWalked) return isListed ? 'to-all-receivers' : 'to-new-receivers';
  return isListed ? 'to-old-receivers' : 'nobody';
}

/** An MX record, or the host's own address without one (RFC 5321 5.1). */
async function canDeliver(host: string, dns: DnsQuestions): Promise<Delivery> {
  const mx = await dns.mx(host);
  if (mx.kind === 'unknown') return mx;
  if (mx.kind === 'found') {
    return { kind: mx.records.some(({ exchange }) => exchange !== '') ? 'possible' : 'refused' };
  }
  const addresses = await Promise.all([dns.a(host), dns.aaaa(host)]);
  if (addresses.some(({ kind }) => kind === 'found')) return { kind: 'possible' };
  return addresses.find((answer) => answer.kind === 'unknown') ?? { kind: 'impossible' };
}

function* judgeDelivery(
  destination: Destination,
  { text }: PlacedRecord,
  delivery: Delivery,
): Iterable<Finding> {
  const { tag, address, host } = destination;
  switch (delivery.kind) {
    case 'possible':
      return;
    case 'unknown':
      yield lookUpFailed(destination, `whether ${quoted(host)} takes mail`, delivery.reason);
      return;
    case 'refused':
    case 'impossible': {
      const why =
        delivery.kind === 'refused'
          ? 'says that it takes no mail (null MX)'
          : 'has neither an MX record nor an address';
      yield newFinding(
        'dmarc',
        `dmarc-${tag}-unreachable`,
        weight(destination),
        `Reports to ${quoted(address)} can't arrive: ${quoted(host)} ${why}.`,
        {
          record: text,
          clause: delivery.kind === 'refused' ? 'RFC 7505 3' : 'RFC 5321 5.1',
          fix: `Write a mailbox that exists in ${tag}, or publish an MX record for ${quoted(host)}.`,
        },
      );
    }
  }
}

function* judgePermission(
  destination: Destination,
  policy: PlacedRecord,
  answer: DnsAnswer<string>,
  stranger: Exclude<Stranger, 'nobody'>,
): Iterable<Finding> {
  const { tag, host } = destination;
  const name = permissionName(destination, policy);
  if (answer.kind === 'unknown') {
    yield lookUpFailed(destination, `whether ${quoted(host)} wants reports`, answer.reason);
    return;
  }
  const texts = answer.kind === 'found' ? answer.records : [];
  const permission = texts.find(isDmarcRecord);
  if (permission === undefined) {
    const [other] = texts;
    const found =
      other === undefined
        ? `there is no record at ${name}`
        : `the record at ${name} does not start with v=DMARC1`;
    yield newFinding(
      'dmarc',
      `dmarc-${tag}-unauthorized`,
      stranger === 'to-all-receivers' ? weight(destination) : 'warning',
      `${quoted(host)} does not say that it wants reports about ${policy.domain}: ${found}. ${UNSENT[stranger]}`,
      {
        record: other ?? policy.text,
        clause: 'RFC 9990 4',
        fix: `Have ${txtLine(name, 'v=DMARC1')} published; whoever runs ${quoted(host)} must do it. Or write a mailbox of your own domain in ${tag}.`,
      },
    );
    return;
  }
  yield newFinding(
    'dmarc',
    `dmarc-${tag}-authorized`,
    'ok',
    `${quoted(host)} says that it wants reports about ${policy.domain}.`,
    {
      record: permission,
      clause: 'RFC 9990 4',
    },
  );
  yield* judgeOverride(destination, permission);
}

/** RFC 9990 4: who takes the reports may name another address, of the same host only. */
function* judgeOverride(destination: Destination, permission: string): Iterable<Finding> {
  const { tag, address, host } = destination;
  const uris = (tagValue(readTags(permission), tag) ?? '').split(',', MOST_DESTINATIONS);
  const instead = uris.flatMap((uri) => mailAddress(uri.trim()) ?? []);
  const [first] = instead;
  if (first === undefined) return;
  const stranger = instead.find((other) => !other.endsWith(`@${host}`));
  if (stranger !== undefined) {
    yield newFinding(
      'dmarc',
      `dmarc-${tag}-override-elsewhere`,
      weight(destination),
      `${quoted(host)} sends the reports for ${quoted(address)} on to ${quoted(stranger)}, which is another host: receivers send them to neither.`,
      {
        record: permission,
        clause: 'RFC 9990 4',
        fix: `Have the tag ${tag} taken out of that record.`,
      },
    );
    return;
  }
  yield newFinding(
    'dmarc',
    `dmarc-${tag}-override`,
    'info',
    `${quoted(host)} has the reports for ${quoted(address)} sent to ${quoted(first)} instead.`,
    {
      record: permission,
      clause: 'RFC 9990 4',
    },
  );
}

function lookUpFailed(destination: Destination, what: string, reason: string): Finding {
  const { tag, address } = destination;
  const message = `For ${tag} ${quoted(address)}, ${what} could not be looked up: ${reason}.`;
  return newFinding('dmarc', `dmarc-${tag}-unknown`, 'unknown', message);
}

/** Where others say that they want reports about a domain. */
function permissionName({ host }: Destination, { domain }: PlacedRecord): string {
  return `${domain}._report._dmarc.${host}`;
}

/** Without aggregate reports we are blind; few receivers send failure reports at all. */
function weight({ tag }: Destination): Severity {
  return tag === 'rua' ? 'error' : 'warning';
}

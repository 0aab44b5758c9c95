import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { Finding, Severity } from '../finding.js';
import { about, newFinding, quoted } from '../new-finding.js';
import { zoneLine } from '../zone-line.js';
import { whyGeneric } from './generic-name.js';
import { readIp, reverseZoneName, type CheckedIp } from './ip-address.js';

/** An address whose names are checked. */
export interface CheckedAddress {
  readonly address: string;
  /** Mail is sent from it, or it is only where an MX record leads: then a missing name weighs less. */
  readonly role: 'sender' | 'mx';
  /** The name of the host that has it; null: not known. */
  readonly host: string | null;
}

interface Target {
  readonly ip: CheckedIp;
  readonly role: CheckedAddress['role'];
  readonly host: string | null;
}

/** What a name of the address leads to. */
interface ForwardAnswer {
  readonly name: string;
  readonly answer: DnsAnswer<string>;
}

const MOST_ADDRESSES = 20;
/** An address with more names than this is a shared web server; at most this many look-ups are spent on each. */
const MOST_NAMES = 5;

/**
 * Whether each address has a name in the reverse zone that leads back to it (forward-confirmed reverse DNS), and one
 * that looks like a mail server's. At most 20 addresses and 120 look-ups. Never empty.
 */
export async function checkReverseDns(
  addresses: readonly CheckedAddress[],
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  const targets = distinct(addresses);
  const findings = await Promise.all(
    targets
      .slice(0, MOST_ADDRESSES)
      .map(async (target) => about(target.ip.text, await checkAddress(target, dns))),
  );
  return [...unreadable(addresses), ...findings.flat(), ...leftOut(targets.length)];
}

/** Each address once; one that sends is a sender whatever else it is. */
function distinct(addresses: readonly CheckedAddress[]): readonly Target[] {
  const targets = new Map<string, Target>();
  for (const { address, role, host } of addresses) {
    const ip = readIp(address);
    if (ip === null) continue;
    const known = targets.get(ip.text);
    const isSender = role === 'sender' || known?.role === 'sender';
    targets.set(ip.text, { ip, role: isSender ? 'sender' : 'mx', host: known?.host ?? host });
  }
  return [...targets.values()];
}

function* unreadable(addresses: readonly CheckedAddress[]): Iterable<Finding> {
  const [first] = addresses.filter(({ address }) => readIp(address) === null);
  if (first !== undefined) {
    yield newFinding('rdns', 'rdns-no-address', 'warning', `${quoted(first.address)} is no IP address.`);
  }
  if (addresses.length === 0) {
    yield newFinding(
      'rdns',
      'rdns-nothing-to-check',
      'info',
      'No address is known that sends mail or takes it.',
      {
        fix: 'If the domain sends mail, name the addresses that it comes from.',
      },
    );
  }
}

function* leftOut(count: number): Iterable<Finding> {
  if (count <= MOST_ADDRESSES) return;
  yield newFinding(
    'rdns',
    'rdns-too-many-addresses',
    'info',
    `Only ${MOST_ADDRESSES} of ${count} addresses were looked at.`,
  );
}

async function checkAddress(target: Target, dns: DnsQuestions): Promise<readonly Finding[]> {
  const { ip } = target;
  if (!ip.isPublic) {
    const message = `${described(target)} is not a public address; no receiver sees it.`;
    return [newFinding('rdns', 'rdns-not-public', 'info', message, { clause: 'RFC 6890 2.2' })];
  }
  const answer = await dns.ptr(ip.text);
  switch (answer.kind) {
    case 'unknown':
      return [unknown(target, answer.reason)];
    case 'none':
      return [missing(target)];
    case 'found':
      return judgeNames(target, answer.records, await lookForward(ip, answer.records, dns));
  }
}

function lookForward(
  ip: CheckedIp,
  names: readonly string[],
  dns: DnsQuestions,
): Promise<readonly ForwardAnswer[]> {
  const looked = names.slice(0, MOST_NAMES).map(async (name) => {
    const answer = await (ip.family === 4 ? dns.a(name) : dns.aaaa(name));
    return { name, answer };
  });
  return Promise.all(looked);
}

function judgeNames(
  target: Target,
  names: readonly string[],
  forward: readonly ForwardAnswer[],
): readonly Finding[] {
  const { ip } = target;
  const record = names
    .slice(0, MOST_NAMES)
    .map((name) => ptrLine(ip, name))
    .join('\n');
  const confirmed = forward.filter(({ answer }) => leadsTo(answer, ip)).map(({ name }) => name);
  const [first] = confirmed;
  if (first === undefined) return [unconfirmed(target, forward, record)];
  return [...generic(target, confirmed, record), ...several(target, names, confirmed, record)];
}

function* generic(target: Target, confirmed: readonly string[], record: string): Iterable<Finding> {
  const { ip, role } = target;
  const reasons = confirmed.map((name) => ({ name, why: whyGeneric(name, ip) }));
  const good = reasons.find(({ why }) => why === null);
  const [first] = reasons;
  if (good !== undefined) {
    const message = `${ip.text} ↔ ${quoted(good.name)}: the name leads back to the address.`;
    yield newFinding('rdns', 'rdns-confirmed', 'ok', message, { record, clause: 'RFC 1912 2.1' });
  } else if (first !== undefined) {
    yield newFinding(
      'rdns',
      'rdns-generic-name',
      role === 'sender' ? 'warning' : 'info',
      `The name ${quoted(first.name)} of ${described(target)} looks like one of an access network: ${first.why}. Some receivers refuse mail from such names.`,
      { record, fix: askFor(target) },
    );
  }
}

function* several(
  target: Target,
  names: readonly string[],
  confirmed: readonly string[],
  record: string,
): Iterable<Finding> {
  if (names.length === 1) return;
  const looked = names.length > MOST_NAMES ? ` (${MOST_NAMES} of them were looked at)` : '';
  yield newFinding(
    'rdns',
    'rdns-several-names',
    'info',
    `${described(target)} has ${names.length} names${looked}; ${confirmed.length} of them ${confirmed.length === 1 ? 'leads' : 'lead'} back to it. Receivers may take any of them.`,
    { record, clause: 'RFC 1912 2.1', fix: 'Keep the one name with which the server greets (HELO).' },
  );
}

function unconfirmed(target: Target, forward: readonly ForwardAnswer[], record: string): Finding {
  const { ip } = target;
  for (const { name, answer } of forward) {
    if (answer.kind === 'unknown') return unknown(target, `${quoted(name)}: ${answer.reason}`, record);
  }
  const [name] = forward.map((looked) => looked.name);
  const shown = name === undefined ? 'Its name' : quoted(name);
  const [address] = forward.flatMap(({ answer }) => (answer.kind === 'found' ? answer.records : []));
  const instead =
    address === undefined ? 'has no such address at all' : `leads to ${quoted(address)} instead`;
  return newFinding(
    'rdns',
    'rdns-not-confirmed',
    weight(target),
    `${described(target)} has the name ${shown}, but that name ${instead}.`,
    {
      record,
      clause: 'RFC 1912 2.1',
      fix:
        name === undefined
          ? null
          : `Publish ${zoneLine(name, ip.family === 4 ? 'A' : 'AAAA', ip.text)} or have the PTR record changed to a name that leads to ${ip.text}.`,
    },
  );
}

function missing(target: Target): Finding {
  const message = `${described(target)} has no name in the reverse zone; many receivers refuse mail from it.`;
  return newFinding('rdns', 'rdns-missing', weight(target), message, {
    clause: 'RFC 1912 2.1',
    fix: askFor(target),
  });
}

function unknown(target: Target, reason: string, record: string | null = null): Finding {
  const message = `The name of ${described(target)} could not be looked up: ${reason}.`;
  return newFinding('rdns', 'rdns-unknown', 'unknown', message, { record });
}

function weight(target: Target): Severity {
  return target.role === 'sender' ? 'error' : 'warning';
}

function askFor({ ip, host }: Target): string {
  const who = 'Ask whoever gave you the address (host or network provider) to publish';
  return `${who} ${ptrLine(ip, host ?? 'mail.example.com')}${host === null ? ' with the name of your server' : ''}`;
}

function described({ ip, host }: Target): string {
  return host === null ? ip.text : `${ip.text} (${quoted(host)})`;
}

function ptrLine(ip: CheckedIp, name: string): string {
  return zoneLine(reverseZoneName(ip), 'PTR', `${name}.`);
}

function leadsTo(answer: DnsAnswer<string>, ip: CheckedIp): boolean {
  return answer.kind === 'found' && answer.records.some((text) => readIp(text)?.text === ip.text);
}

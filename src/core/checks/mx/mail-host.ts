import type { DnsAnswer, DnsQuestions } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { about, newFinding, quoted } from '../new-finding.js';
import { isIpAddress, readIp } from '../rdns/ip-address.js';
import { zoneLine } from '../zone-line.js';

/** A host that MX records name. */
export interface MailHost {
  readonly name: string;
  readonly preference: number;
}

/** What was found out about one. */
export interface HostCheck {
  readonly host: MailHost;
  readonly findings: readonly Finding[];
  readonly addresses: readonly string[];
}

const MOST_ADDRESSES = 10;
const HOST_NAME = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/;

/** Whether mail can reach a host that an MX record of the domain names: a name, no alias, with public addresses. */
export async function checkMailHost(host: MailHost, domain: string, dns: DnsQuestions): Promise<HostCheck> {
  const record = mxLine(domain, host.preference, host.name);
  if (isIpAddress(host.name.replace(/^\[(.*)\]$/, '$1'))) {
    const finding = newFinding(
      'mx',
      'mx-ip-literal',
      'error',
      `The MX record names the address ${quoted(host.name)}; it must name a host.`,
      {
        record,
        clause: 'RFC 1035 3.3.9',
        fix: `Give the server a name with that address, and publish ${mxLine(domain, host.preference, `mail.${domain}`)}`,
      },
    );
    return { host, findings: about(host.name, [finding]), addresses: [] };
  }
  const [a, aaaa] = await Promise.all([dns.a(host.name), dns.aaaa(host.name)]);
  const addresses = [...recordsOf(a), ...recordsOf(aaaa)];
  const findings = [
    ...judgeName(host, record),
    ...judgeAlias(host, domain, [a, aaaa], record),
    ...judgeDoubt(host, record, { a, aaaa }),
    ...judgeAddresses({ host, domain, addresses, record, answers: [a, aaaa] }),
  ];
  return { host, findings: about(host.name, findings), addresses: addresses.slice(0, MOST_ADDRESSES) };
}

/** An MX record as a zone file has it. */
export function mxLine(domain: string, preference: number, exchange: string): string {
  return zoneLine(domain, 'MX', `${preference} ${exchange}.`);
}

function* judgeName(host: MailHost, record: string): Iterable<Finding> {
  if (HOST_NAME.test(host.name)) return;
  yield newFinding(
    'mx',
    'mx-bad-name',
    'warning',
    `${quoted(host.name)} is no name that a host may have; some servers don't connect to it.`,
    {
      record,
      clause: 'RFC 5321 2.3.5',
      fix: 'Use letters, digits and hyphens only.',
    },
  );
}

function* judgeAlias(
  host: MailHost,
  domain: string,
  answers: readonly DnsAnswer<string>[],
  record: string,
): Iterable<Finding> {
  const target = answers.flatMap((answer) => (answer.kind === 'unknown' ? [] : answer.aliases)).at(-1);
  if (target === undefined) return;
  yield newFinding(
    'mx',
    'mx-alias',
    'error',
    `The MX record names ${quoted(host.name)}, which is an alias (CNAME) of ${quoted(target)}; it must name a host itself.`,
    {
      record,
      clause: 'RFC 2181 10.3, RFC 5321 5.1',
      fix: `Publish ${mxLine(domain, host.preference, target)}`,
    },
  );
}

/** Without its IPv4 addresses it can't be said where the host is; without the others, servers may still wait for them. */
function* judgeDoubt(
  host: MailHost,
  record: string,
  { a, aaaa }: { readonly a: DnsAnswer<string>; readonly aaaa: DnsAnswer<string> },
): Iterable<Finding> {
  const name = quoted(host.name);
  if (a.kind === 'found' && aaaa.kind === 'unknown') {
    yield newFinding(
      'mx',
      'mx-host-no-ipv6-answer',
      'warning',
      `The IPv6 addresses (AAAA) of ${name} could not be looked up: ${aaaa.reason}. Some servers put mail to it off.`,
      {
        record,
        clause: 'RFC 4074 4',
        fix: `Have the name servers of ${name} answer questions for AAAA, with none when it has none.`,
      },
    );
    return;
  }
  const doubt = [a, aaaa].find((answer) => answer.kind === 'unknown');
  if (doubt?.kind !== 'unknown') return;
  yield newFinding(
    'mx',
    'mx-host-unknown',
    'unknown',
    `The addresses of ${name} could not be looked up: ${doubt.reason}.`,
    { record },
  );
}

function* judgeAddresses(seen: {
  readonly host: MailHost;
  readonly domain: string;
  readonly addresses: readonly string[];
  readonly record: string;
  readonly answers: readonly DnsAnswer<string>[];
}): Iterable<Finding> {
  const { host, addresses, record, answers } = seen;
  const name = quoted(host.name);
  if (addresses.length === 0 && answers.some(({ kind }) => kind === 'unknown')) return;
  if (addresses.length === 0) {
    const what = exists(answers) ? 'has no address' : 'does not exist';
    yield newFinding('mx', 'mx-host-missing', 'error', `${name} ${what}; no mail can be delivered there.`, {
      record,
      clause: 'RFC 5321 5.1',
      fix: fixMissing(host, seen.domain),
    });
    return;
  }
  const hidden = addresses.filter((address) => readIp(address)?.isPublic !== true);
  const [first] = hidden;
  if (first === undefined) return;
  const isAll = hidden.length === addresses.length;
  yield newFinding(
    'mx',
    isAll ? 'mx-host-not-public' : 'mx-host-partly-public',
    isAll ? 'error' : 'warning',
    `${name} has ${isAll ? 'no public address' : 'an address that is not public'} (${quoted(first)}); nobody outside can connect to it.`,
    {
      record: hidden
        .slice(0, MOST_ADDRESSES)
        .map((address) => addressLine(host.name, address))
        .join('\n'),
      clause: 'RFC 6890 2.2',
      fix: isAll ? `Publish the public address of ${name}.` : `Take ${quoted(first)} out.`,
    },
  );
}

/** `mail.example.com.example.com`: the zone file lacked the final dot. */
function fixMissing(host: MailHost, domain: string): string {
  const short = host.name.endsWith(`.${domain}`) ? host.name.slice(0, -domain.length - 1) : '';
  if (short.endsWith(`.${domain}`) || short === domain) {
    return `A final dot seems to be missing; publish ${mxLine(domain, host.preference, short)}`;
  }
  return `Publish an A or AAAA record for ${quoted(host.name)}, or take the MX record out.`;
}

function addressLine(name: string, address: string): string {
  return zoneLine(name, readIp(address)?.family === 6 ? 'AAAA' : 'A', address);
}

function recordsOf(answer: DnsAnswer<string>): readonly string[] {
  return answer.kind === 'found' ? answer.records.slice(0, MOST_ADDRESSES) : [];
}

function exists(answers: readonly DnsAnswer<string>[]): boolean {
  return answers.some((answer) => answer.kind === 'found' || (answer.kind === 'none' && answer.exists));
}

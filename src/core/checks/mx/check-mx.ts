import { organizationalDomain } from '../../alignment/organizational-domain.js';
import type { DnsQuestions, MxRecord } from '../dns-answers.js';
import type { Finding } from '../finding.js';
import { counted, newFinding, quoted } from '../new-finding.js';
import type { OutboundMail } from '../outbound-mail.js';
import type { CheckedAddress } from '../rdns/check-reverse-dns.js';
import { readIp } from '../rdns/ip-address.js';
import { txtLine, zoneLine } from '../zone-line.js';
import { checkMailHost, mxLine, type HostCheck, type MailHost } from './mail-host.js';
import { checkTransportSecurity } from './transport-security.js';

export interface MxCheck {
  readonly findings: readonly Finding[];
  /** Addresses of the hosts that take mail for the domain, for the check of reverse DNS. */
  readonly addresses: readonly CheckedAddress[];
}

/** More hosts than this are not looked at; each costs two look-ups. */
const MOST_HOSTS = 10;
/** What is worth saying of a domain's own addresses when nobody named them as a mail server's. */
const OF_FALLBACK: readonly string[] = ['mx-host-not-public', 'mx-host-unknown', 'mx-host-no-ipv6-answer'];

/**
 * Where mail for a domain goes, and whether it arrives there; besides, whether MTA-STS and TLS-RPT are there. At most
 * 25 look-ups. `domain` in small letters without a final dot. Never empty.
 */
export async function checkMx(
  domain: string,
  dns: DnsQuestions,
  known: { readonly outbound: OutboundMail | Promise<OutboundMail> } = { outbound: 'unknown' },
): Promise<MxCheck> {
  const [answer, security] = await Promise.all([dns.mx(domain), checkTransportSecurity(domain, dns)]);
  switch (answer.kind) {
    case 'unknown':
      return {
        findings: [
          newFinding(
            'mx',
            'mx-unknown',
            'unknown',
            `The MX records of ${domain} could not be looked up: ${answer.reason}.`,
          ),
          ...security,
        ],
        addresses: [],
      };
    case 'none':
      return withFindings(
        await checkFallback(domain, { exists: answer.exists, outbound: await known.outbound }, dns),
        security,
      );
    case 'found': {
      const hosts = mailHosts(answer.records);
      // Where no mail is taken there is no transport to secure.
      if (hosts.length === 0) {
        return {
          findings: [...nullMx(domain, answer.records, await known.outbound)],
          addresses: [],
        };
      }
      return withFindings(await checkHosts(domain, hosts, answer.records, dns), security);
    }
  }
}

function withFindings(check: MxCheck, more: readonly Finding[]): MxCheck {
  return { ...check, findings: [...check.findings, ...more] };
}

/** Each host once, in the order in which senders try them; without those of a null MX. */
function mailHosts(records: readonly MxRecord[]): readonly MailHost[] {
  const hosts = new Map<string, MailHost>();
  for (const { preference, exchange } of records.toSorted(inOrder)) {
    if (exchange !== '' && !hosts.has(exchange)) hosts.set(exchange, { name: exchange, preference });
  }
  return [...hosts.values()];
}

function inOrder(one: MxRecord, other: MxRecord): number {
  return one.preference - other.preference || (one.exchange < other.exchange ? -1 : 1);
}

/** RFC 7505 3: the one record of a domain that takes no mail. */
function* nullMx(domain: string, records: readonly MxRecord[], outbound: OutboundMail): Iterable<Finding> {
  const preference = records[0]?.preference ?? 0;
  const record = zoneLine(domain, 'MX', `${preference} .`);
  const message = `${domain} takes no mail (null MX).`;
  if (preference !== 0) {
    yield newFinding(
      'mx',
      'mx-null-preference',
      'warning',
      `${message} The preference of such a record should be 0.`,
      { record, clause: 'RFC 7505 3', fix: `Publish ${zoneLine(domain, 'MX', '0 .')}` },
    );
  }
  if (outbound === 'some') {
    yield newFinding(
      'mx',
      'mx-null-but-sends',
      'warning',
      `${message} Yet it sends some, or its SPF record lets somebody: receivers may refuse mail that can't be returned.`,
      {
        record,
        clause: 'RFC 7505 4.2',
        fix: `If it sends mail, publish an MX record with the server that takes its bounces, such as ${exampleMx(domain)} If it sends none, publish ${txtLine(domain, 'v=spf1 -all')}`,
      },
    );
  } else if (preference === 0) {
    yield newFinding('mx', 'mx-null', 'info', message, { record, clause: 'RFC 7505 3' });
  }
}

function exampleMx(domain: string): string {
  return mxLine(domain, 10, `mail.${domain}`);
}

async function checkHosts(
  domain: string,
  hosts: readonly MailHost[],
  records: readonly MxRecord[],
  dns: DnsQuestions,
): Promise<MxCheck> {
  const looked = hosts.slice(0, MOST_HOSTS);
  const checks = await Promise.all(looked.map((host) => checkMailHost(host, domain, dns)));
  const findings = [
    ...delivery(domain, hosts, checks),
    ...oddRecords(domain, hosts, records),
    ...checks.flatMap((check) => check.findings),
    ...onlyIpv6(checks),
  ];
  return { findings, addresses: checks.flatMap(addressesOf) };
}

function* delivery(
  domain: string,
  hosts: readonly MailHost[],
  checks: readonly HostCheck[],
): Iterable<Finding> {
  const order = hosts
    .slice(0, MOST_HOSTS)
    .map(({ name, preference }) => `${quoted(name)} (${preference})`)
    .join(', ');
  const isSound = checks.every(({ findings }) => findings.length === 0);
  yield newFinding(
    'mx',
    'mx-hosts',
    isSound ? 'ok' : 'info',
    `Mail goes to ${order}; the lowest preference is tried first.`,
    {
      record: hosts
        .slice(0, MOST_HOSTS)
        .map(({ name, preference }) => mxLine(domain, preference, name))
        .join('\n'),
      clause: 'RFC 5321 5.1',
    },
  );
}

function* oddRecords(
  domain: string,
  hosts: readonly MailHost[],
  records: readonly MxRecord[],
): Iterable<Finding> {
  if (records.some(({ exchange }) => exchange === '')) {
    yield newFinding(
      'mx',
      'mx-null-with-others',
      'error',
      `A null MX stands beside ${counted(hosts.length, 'other MX record')}: it says that no mail is taken, and they say where it goes.`,
      {
        record: zoneLine(domain, 'MX', '0 .'),
        clause: 'RFC 7505 3',
        fix: 'Take the record with the single dot out, or all the others.',
      },
    );
  }
  const named = records.filter(({ exchange }) => exchange !== '');
  if (named.length > hosts.length) {
    yield newFinding(
      'mx',
      'mx-duplicate-host',
      'info',
      'A host stands in more than one MX record; the lowest preference counts.',
      {
        clause: 'RFC 5321 5.1',
        fix: 'Keep one record for each host.',
      },
    );
  }
  if (hosts.length > MOST_HOSTS) {
    yield newFinding(
      'mx',
      'mx-many-hosts',
      'info',
      `Only the first ${MOST_HOSTS} of ${hosts.length} hosts were looked at; senders may stop earlier.`,
      {
        clause: 'RFC 5321 5.1',
      },
    );
  }
}

function* onlyIpv6(checks: readonly HostCheck[]): Iterable<Finding> {
  const addresses = checks.flatMap((check) => check.addresses);
  const isDoubtful = checks.some(({ findings }) => findings.some(({ severity }) => severity === 'unknown'));
  if (isDoubtful || addresses.length === 0) return;
  if (addresses.some((address) => readIp(address)?.family === 4)) return;
  yield newFinding(
    'mx',
    'mx-no-ipv4',
    'warning',
    'No host has an IPv4 address; many servers send over IPv4 only.',
    {
      clause: 'RFC 3974',
      fix: 'Publish an A record for at least one of the hosts.',
    },
  );
}

function addressesOf({ host, addresses }: HostCheck): readonly CheckedAddress[] {
  return addresses.map((address) => ({ address, role: 'mx', host: host.name }));
}

/** What is known of a domain without MX records. */
interface WithoutMx {
  readonly exists: boolean;
  readonly outbound: OutboundMail;
}

/** Without MX records senders try the domain's own addresses (RFC 5321 5.1, the implicit MX). */
async function checkFallback(domain: string, known: WithoutMx, dns: DnsQuestions): Promise<MxCheck> {
  const { addresses, findings } = await checkMailHost({ name: domain, preference: 0 }, domain, dns);
  const [first] = addresses;
  if (first === undefined) return { findings: [nowhere(domain, known, findings)], addresses: [] };
  const finding = newFinding(
    'mx',
    'mx-implicit',
    'warning',
    `${domain} has no MX record; senders fall back to its own address ${quoted(first)}.`,
    {
      clause: 'RFC 5321 5.1',
      fix: `If a mail server answers there, publish ${mxLine(domain, 10, domain)} ${otherwise(domain, known, 'no server takes mail there')}`,
    },
  );
  const weighty = findings.filter(({ id }) => OF_FALLBACK.includes(id));
  return {
    findings: [finding, ...weighty],
    addresses: addresses.map((address) => ({ address, role: 'mx', host: domain })),
  };
}

function nowhere(domain: string, known: WithoutMx, findings: readonly Finding[]): Finding {
  const doubt = findings.find(({ severity }) => severity === 'unknown');
  if (doubt !== undefined) return doubt;
  const clause = 'RFC 5321 5.1';
  if (!known.exists && organizationalDomain(domain) === domain) {
    return newFinding('mx', 'mx-missing', 'error', `${domain} does not exist in DNS.`, {
      clause,
      fix: 'Look whether the name is written right, still registered, and known to its name servers.',
    });
  }
  if (known.outbound === 'none') {
    return newFinding('mx', 'mx-missing', 'info', `${domain} neither takes mail nor sends any.`, {
      clause: 'RFC 7505 3',
      fix: `Publish ${zoneLine(domain, 'MX', '0 .')} so that mail to it bounces at once.`,
    });
  }
  const message = known.exists
    ? `${domain} has neither an MX record nor an address: mail to it bounces, and some receivers refuse mail from it.`
    : `${domain} does not exist in DNS: mail to it bounces, and many receivers refuse mail from it.`;
  return newFinding('mx', 'mx-missing', 'error', message, {
    clause,
    fix: `Publish an MX record with your mail server, such as ${exampleMx(domain)} ${otherwise(domain, known, 'the domain takes no mail')}`,
  });
}

/** RFC 7505 4.2: a null MX is for those who don't send either. */
function otherwise(domain: string, { outbound }: WithoutMx, condition: string): string {
  return outbound === 'some'
    ? `Publish no null MX: the domain sends mail or lets somebody, and receivers may refuse mail that can't be returned (RFC 7505 4.2).`
    : `If ${condition}, publish ${zoneLine(domain, 'MX', '0 .')}`;
}

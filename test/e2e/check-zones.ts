import type { LabZone } from '../lab/bind.js';
import { quoted } from '../lab/bind.js';
import { bareRsaKey, ED25519, rsaKey } from '../lab/dkim-keys.js';

/** A domain that shows a finding. */
export interface CheckCase {
  readonly id: string;
  /** What stands in the zone of the domain, one that is made up from the id. */
  readonly records: readonly string[];
  /** Flags of the command line. */
  readonly flags: readonly string[];
  /** Checked instead of the zone's own name. */
  readonly domain: string | null;
}

/** What stands in no zone of the server: it refuses to answer, and nobody can say. */
const NOWHERE = 'nowhere.invalid';

/** A domain of its own for each finding. */
export function caseDomain(id: string): string {
  return `${id}.example`;
}

export function caseZones(cases: readonly CheckCase[]): readonly LabZone[] {
  return cases.map(({ id, records }) => ({ name: caseDomain(id), records }));
}

/** Zones that several cases look into: reverse zones, hosts for reports. */
export const SHARED_ZONES: readonly LabZone[] = [
  { name: 'example', records: [] },
  {
    name: '2.0.192.in-addr.arpa',
    records: [
      '10 PTR mail.rdns-confirmed.example.',
      '11 PTR other.rdns-not-confirmed.example.',
      '12 PTR dsl-12.pool.rdns-generic-name.example.',
      '13 PTR mail.rdns-several-names.example.',
      '13 PTR www.rdns-several-names.example.',
    ],
  },
  {
    name: 'collector.test',
    records: [
      '@ MX 10 mail',
      'mail A 192.0.2.80',
      ...['dmarc-rua-authorized', 'dmarc-ruf-authorized'].map(
        (id) => `${caseDomain(id)}._report._dmarc TXT "v=DMARC1"`,
      ),
      ...['rua', 'ruf'].flatMap((tag) => [
        `${caseDomain(`dmarc-${tag}-override`)}._report._dmarc TXT "v=DMARC1; ${tag}=mailto:other@collector.test"`,
        `${caseDomain(`dmarc-${tag}-override-elsewhere`)}._report._dmarc TXT "v=DMARC1; ${tag}=mailto:d@elsewhere.test"`,
      ]),
    ],
  },
  { name: 'closed.test', records: ['@ MX 0 .'] },
  { name: `dmarc-walk-unknown.${NOWHERE}`, records: [] },
];

function shows(id: string, records: readonly string[], ...flags: readonly string[]): CheckCase {
  return { id, records, flags, domain: null };
}

function at(domain: string, id: string, records: readonly string[] = []): CheckCase {
  return { id, records, flags: [], domain };
}

const txt = (name: string, text: string): string => `${name} TXT ${quoted(text)}`;
const spf = (id: string, text: string, ...more: readonly string[]): CheckCase =>
  shows(id, [txt('@', text), ...more]);
const sender = (id: string, ...records: readonly string[]): CheckCase =>
  shows(id, records, '--ip', '192.0.2.10');
const dmarc = (id: string, text: string, ...more: readonly string[]): CheckCase =>
  shows(id, [txt('_dmarc', text), ...more]);
const dkim = (id: string, text: string, ...more: readonly string[]): CheckCase =>
  shows(id, [txt('sel._domainkey', text), ...more], '--selector', 'sel');

const KEY = rsaKey(2048);
const MONITORING = 'v=DMARC1; p=none; rua=mailto:d@collector.test';

function many(count: number, line: (at: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => line(index));
}

export const CHECK_CASES: readonly CheckCase[] = [
  // reverse DNS
  shows('rdns-confirmed', ['mail A 192.0.2.10'], '--ip', '192.0.2.10'),
  shows('rdns-not-confirmed', ['other A 192.0.2.99'], '--ip', '192.0.2.11'),
  shows('rdns-generic-name', ['dsl-12.pool A 192.0.2.12'], '--ip', '192.0.2.12'),
  shows('rdns-several-names', ['mail A 192.0.2.13', 'www A 192.0.2.13'], '--ip', '192.0.2.13'),
  shows('rdns-missing', [], '--ip', '192.0.2.14'),
  shows('rdns-not-public', [], '--ip', '10.0.0.1'),
  shows('rdns-nothing-to-check', []),
  shows('rdns-unknown', [], '--ip', '198.51.100.1'),
  shows(
    'rdns-too-many-addresses',
    [],
    ...many(21, (host) => `192.0.2.${100 + host}`).flatMap((ip) => ['--ip', ip]),
  ),
  // MX
  shows('mx-hosts', ['@ MX 10 mail', 'mail A 192.0.2.10']),
  shows('mx-missing', []),
  shows('mx-implicit', ['@ A 192.0.2.10']),
  shows('mx-null', ['@ MX 0 .']),
  shows('mx-null-but-sends', ['@ MX 0 .', txt('@', 'v=spf1 ip4:192.0.2.10 ~all')]),
  shows('mx-null-preference', ['@ MX 10 .']),
  shows('mx-null-with-others', ['@ MX 0 .', '@ MX 10 mail', 'mail A 192.0.2.10']),
  shows('mx-alias', ['@ MX 10 mail', 'mail CNAME host', 'host A 192.0.2.10']),
  shows('mx-ip-literal', ['@ MX 10 192.0.2.10.']),
  shows('mx-bad-name', ['@ MX 10 mail_server', 'mail_server A 192.0.2.10']),
  shows('mx-duplicate-host', ['@ MX 10 mail', '@ MX 20 mail', 'mail A 192.0.2.10']),
  shows(
    'mx-many-hosts',
    many(11, (host) => `@ MX ${host} mail${host}`),
  ),
  shows('mx-host-missing', ['@ MX 10 mail']),
  shows('mx-host-not-public', ['@ MX 10 mail', 'mail A 192.168.0.1']),
  shows('mx-host-partly-public', ['@ MX 10 mail', 'mail A 192.168.0.1', 'mail A 192.0.2.10']),
  shows('mx-host-unknown', [`@ MX 10 mail.${NOWHERE}.`]),
  shows('mx-no-ipv4', ['@ MX 10 mail', 'mail AAAA 2001:db8::1']),
  at(`mx.${NOWHERE}`, 'mx-unknown'),
  shows('mx-no-mta-sts', ['@ MX 10 mail', 'mail A 192.0.2.10']),
  shows('mx-mta-sts', ['_mta-sts TXT "v=STSv1; id=1"', 'mta-sts A 192.0.2.10']),
  shows('mx-mta-sts-no-host', ['_mta-sts TXT "v=STSv1; id=1"']),
  shows('mx-invalid-mta-sts', ['_mta-sts TXT "v=STSv1"']),
  shows('mx-mta-sts-unknown', [`_mta-sts CNAME sts.${NOWHERE}.`]),
  shows('mx-no-tls-rpt', []),
  shows('mx-tls-rpt', ['_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.test"']),
  shows('mx-invalid-tls-rpt', ['_smtp._tls TXT "v=TLSRPTv1; rua=tls@example.test"']),
  shows('mx-tls-rpt-unknown', [`_smtp._tls CNAME tls.${NOWHERE}.`]),
  // SPF
  spf('spf-record', 'v=spf1 ip4:192.0.2.10 ~all'),
  spf('spf-all', 'v=spf1 ip4:192.0.2.10 ~all'),
  shows('spf-missing', []),
  spf('spf-several-records', 'v=spf1 -all', '@ TXT "v=spf1 mx ~all"'),
  spf('spf-syntax', 'v=spf1 ipv4:192.0.2.10 ~all'),
  spf('spf-not-a-record', 'spf1 ip4:192.0.2.10 ~all'),
  spf('spf-ignored-modifier', 'v=spf1 ip4=192.0.2.10 ~all'),
  spf('spf-unreachable', 'v=spf1 ~all ip4:192.0.2.10'),
  spf(
    'spf-redirect-beside-all',
    'v=spf1 redirect=_spf.spf-redirect-beside-all.example ~all',
    '_spf TXT "v=spf1 -all"',
  ),
  spf('spf-repeated-term', 'v=spf1 ip4:192.0.2.10 ip4:192.0.2.10 ~all'),
  spf('spf-plus-all', 'v=spf1 +all'),
  spf('spf-open-exists', 'v=spf1 exists:%{d} ~all', '@ A 192.0.2.10'),
  spf('spf-no-all', 'v=spf1 ip4:192.0.2.10'),
  spf('spf-neutral-all', 'v=spf1 ip4:192.0.2.10 ?all'),
  spf('spf-ptr', 'v=spf1 ptr ~all'),
  spf('spf-depends-on-message', 'v=spf1 exists:%{i}.ok.spf-depends-on-message.example ~all'),
  spf('spf-wide-range', 'v=spf1 ip4:128.0.0.0/8 ~all'),
  spf('spf-private-range', 'v=spf1 ip4:10.0.0.0/24 ~all'),
  spf(
    'spf-too-many-lookups',
    `v=spf1 ${many(11, (host) => `a:h${host}.spf-too-many-lookups.example`).join(' ')} ~all`,
    ...many(11, (host) => `h${host} A 192.0.2.${host}`),
  ),
  spf(
    'spf-nearly-too-many-lookups',
    `v=spf1 ${many(9, (host) => `a:h${host}.spf-nearly-too-many-lookups.example`).join(' ')} ~all`,
    ...many(9, (host) => `h${host} A 192.0.2.${host}`),
  ),
  spf('spf-void-lookups', 'v=spf1 a:x.spf-void-lookups.example a:y.spf-void-lookups.example mx a ~all'),
  spf('spf-too-many-mx', 'v=spf1 mx ~all', ...many(11, (host) => `@ MX ${host} mail${host}`)),
  spf('spf-include-without-record', 'v=spf1 include:_spf.spf-include-without-record.example ~all'),
  spf(
    'spf-include-loop',
    'v=spf1 include:_spf.spf-include-loop.example ~all',
    '_spf TXT "v=spf1 include:spf-include-loop.example ~all"',
  ),
  spf('spf-unknown', `v=spf1 include:_spf.${NOWHERE} ~all`),
  spf(
    'spf-not-followed',
    `v=spf1 ${many(45, (host) => `include:i${host}.spf-not-followed.example`).join(' ')} ~all`,
    ...many(45, (host) => `i${host} TXT "v=spf1 ip4:192.0.2.${host} ~all"`),
  ),
  spf('spf-long-answer', `v=spf1 ${many(40, (host) => `ip4:192.0.2.${host}`).join(' ')} ~all`),
  sender('spf-sender-pass', txt('@', 'v=spf1 ip4:192.0.2.10 -all')),
  sender('spf-sender-fail', txt('@', 'v=spf1 mx -all')),
  sender('spf-sender-softfail', txt('@', 'v=spf1 mx ~all')),
  sender('spf-sender-neutral', txt('@', 'v=spf1 mx ?all')),
  sender('spf-sender-permerror', txt('@', 'v=spf1 moo ~all')),
  sender('spf-sender-none', txt('@', 'hello')),
  sender('spf-sender-unknown', txt('@', `v=spf1 a:mail.${NOWHERE} ~all`)),
  // DKIM
  dkim('dkim-key', `v=DKIM1; k=rsa; p=${KEY}`),
  dkim('dkim-weak-key', `v=DKIM1; k=rsa; p=${rsaKey(1024)}`),
  dkim('dkim-short-key', `v=DKIM1; k=rsa; p=${rsaKey(512)}`),
  dkim('dkim-long-key', `v=DKIM1; k=rsa; p=${rsaKey(8192)}`),
  dkim('dkim-odd-key-size', `v=DKIM1; k=rsa; p=${rsaKey(2100)}`),
  dkim('dkim-small-exponent', `v=DKIM1; k=rsa; p=${rsaKey(2048, 3)}`),
  dkim('dkim-bare-key', `v=DKIM1; k=rsa; p=${bareRsaKey(2048)}`),
  dkim('dkim-trailing-data', `v=DKIM1; k=rsa; p=${withTail(KEY)}`),
  dkim('dkim-cut-off-key', `v=DKIM1; k=rsa; p=${KEY.slice(0, 240)}`),
  dkim('dkim-broken-key', `v=DKIM1; k=rsa; p=${Buffer.from('no key at all').toString('base64')}`),
  dkim('dkim-not-base64', `v=DKIM1; k=rsa; p=${KEY.slice(0, 40)}!${KEY.slice(40)}`),
  dkim('dkim-no-key', 'v=DKIM1; k=rsa'),
  dkim('dkim-revoked', 'v=DKIM1; p='),
  dkim('dkim-wrong-key-type', `v=DKIM1; k=ed25519; p=${KEY}`),
  dkim('dkim-wrapped-ed25519', `v=DKIM1; k=ed25519; p=${ED25519.wrapped}`),
  dkim('dkim-ed25519-alone', `v=DKIM1; k=ed25519; p=${ED25519.bare}`),
  dkim('dkim-bad-version', `v=DKIM2; p=${KEY}`),
  dkim('dkim-duplicate-tag', `v=DKIM1; k=rsa; k=rsa; p=${KEY}`),
  dkim('dkim-quotes', `"v=DKIM1; k=rsa; p=${KEY}"`),
  dkim('dkim-escaped-semicolon', String.raw`v=DKIM1\; k=rsa\; p=${KEY}`),
  dkim('dkim-missing-semicolon', `v=DKIM1 k=rsa p=${KEY}`),
  dkim('dkim-capital-tag', `v=DKIM1; K=rsa; P=${KEY}`),
  dkim('dkim-pem', `v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----${KEY}-----END PUBLIC KEY-----`),
  dkim('dkim-service-type', `v=DKIM1; s=other; p=${KEY}`),
  dkim('dkim-sha1-only', `v=DKIM1; h=sha1; p=${KEY}`),
  dkim('dkim-sha1', `v=DKIM1; h=sha1:sha256; p=${KEY}`),
  dkim('dkim-unknown-hash', `v=DKIM1; h=md5; p=${KEY}`),
  dkim('dkim-testing', `v=DKIM1; t=y; p=${KEY}`),
  dkim('dkim-strict', `v=DKIM1; t=s; p=${KEY}`),
  dkim('dkim-spaces', `v=DKIM1; p=${KEY.slice(0, 100)} ${KEY.slice(100)}`),
  dkim('dkim-historic-tag', `v=DKIM1; g=*; p=${KEY}`),
  dkim('dkim-not-a-key', 'hello'),
  dkim('dkim-several-records', `v=DKIM1; p=${KEY}`, txt('sel._domainkey', `v=DKIM1; p=${rsaKey(1024)}`)),
  dkim('dkim-split-key', `v=DKIM1; k=rsa; p=${KEY.slice(0, 200)}`, txt('sel._domainkey', KEY.slice(200))),
  shows('dkim-missing', [], '--selector', 'sel'),
  shows('dkim-alias', ['sel._domainkey CNAME key', txt('key', `v=DKIM1; p=${KEY}`)], '--selector', 'sel'),
  shows('dkim-alias-to-nothing', ['sel._domainkey CNAME key'], '--selector', 'sel'),
  shows('dkim-unknown', [`sel._domainkey CNAME key.${NOWHERE}.`], '--selector', 'sel'),
  shows('dkim-common-unknown', [`google._domainkey CNAME key.${NOWHERE}.`]),
  shows('dkim-none-found', []),
  shows('dkim-none-needed', [txt('@', 'v=spf1 -all')]),
  shows('dkim-wildcard', [txt('*._domainkey', `v=DKIM1; p=${KEY}`)]),
  shows('dkim-all-revoked', [txt('*._domainkey', 'v=DKIM1; p=')]),
  shows(
    'dkim-too-many-selectors',
    [],
    ...many(31, (host) => `s${host}x`).flatMap((name) => ['--selector', name]),
  ),
  // DMARC
  dmarc('dmarc-policy', MONITORING),
  dmarc('dmarc-receivers', 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@collector.test'),
  shows('dmarc-missing', []),
  dmarc('dmarc-several-records', MONITORING, '_dmarc TXT "v=DMARC1; p=reject"'),
  shows('dmarc-cname', ['_dmarc CNAME policy', txt('policy', MONITORING)]),
  shows('dmarc-alias-to-nothing', ['_dmarc CNAME policy']),
  dmarc('dmarc-not-a-record', 'v=dmarc1; p=none'),
  dmarc('dmarc-escaped-semicolon', String.raw`v=DMARC1; p=none\; rua=mailto:d@collector.test`),
  dmarc('dmarc-leading-space', ` ${MONITORING}`),
  dmarc('dmarc-not-ascii', `${MONITORING}; x=\u00a0y`),
  dmarc('dmarc-stray-text', 'v=DMARC1; p=none; reject; rua=mailto:d@collector.test'),
  dmarc('dmarc-missing-semicolon', 'v=DMARC1; p=reject rua=mailto:d@collector.test'),
  dmarc('dmarc-no-policy', 'v=DMARC1; rua=mailto:d@collector.test'),
  dmarc('dmarc-invalid-policy', 'v=DMARC1; p=monitor; rua=mailto:d@collector.test'),
  dmarc('dmarc-policy-not-second', 'v=DMARC1; rua=mailto:d@collector.test; p=none'),
  dmarc('dmarc-weaker-subdomains', 'v=DMARC1; p=reject; sp=none; rua=mailto:d@collector.test'),
  dmarc('dmarc-weaker-np', 'v=DMARC1; p=reject; np=none; rua=mailto:d@collector.test'),
  dmarc('dmarc-duplicate-tag', 'v=DMARC1; p=none; p=reject; rua=mailto:d@collector.test'),
  ...['sp', 'np', 'adkim', 'aspf', 'pct', 't', 'psd', 'fo'].map((tag) =>
    dmarc(`dmarc-invalid-${tag}`, `v=DMARC1; p=none; ${tag}=wrong; rua=mailto:d@collector.test`),
  ),
  dmarc('dmarc-sampling-of-nothing', 'v=DMARC1; p=none; pct=10; rua=mailto:d@collector.test'),
  dmarc('dmarc-pct-without-t', 'v=DMARC1; p=reject; pct=10; rua=mailto:d@collector.test'),
  dmarc('dmarc-t-without-pct', 'v=DMARC1; p=reject; t=y; rua=mailto:d@collector.test'),
  dmarc('dmarc-historic-tag', 'v=DMARC1; p=none; ri=3600; rua=mailto:d@collector.test'),
  dmarc('dmarc-no-rua', 'v=DMARC1; p=none'),
  dmarc('dmarc-invalid-rua', 'v=DMARC1; p=none; rua=d@collector.test'),
  dmarc('dmarc-invalid-ruf', 'v=DMARC1; p=none; rua=mailto:d@collector.test; ruf=d@collector.test'),
  dmarc('dmarc-invalid-size', 'v=DMARC1; p=none; rua=mailto:d@collector.test!big'),
  dmarc('dmarc-duplicate-address', 'v=DMARC1; p=none; rua=mailto:d@collector.test,mailto:d@collector.test'),
  dmarc(
    'dmarc-many-addresses',
    'v=DMARC1; p=none; rua=mailto:a@collector.test,mailto:b@collector.test,mailto:c@collector.test',
  ),
  dmarc('dmarc-capital-tag', 'v=DMARC1; p=none; RUA=mailto:d@collector.test'),
  dmarc('dmarc-unknown-tag', `${MONITORING}; colour=green`),
  shows('dmarc-long-ttl', [`_dmarc 86400 TXT ${quoted(MONITORING)}`]),
  dmarc('dmarc-strict-alignment', `${MONITORING}; adkim=s`),
  dmarc('dmarc-conflicting-fo', `${MONITORING}; fo=0:1; ruf=mailto:d@collector.test`),
  dmarc('dmarc-fo-without-ruf', `${MONITORING}; fo=1`),
  dmarc('dmarc-psd', `${MONITORING}; psd=y`),
  dmarc('dmarc-own-organization', `${MONITORING}; psd=n`),
  ...['rua', 'ruf'].flatMap((tag) => [
    dmarc(`dmarc-${tag}-authorized`, `v=DMARC1; p=none; ${tag}=mailto:d@collector.test`),
    dmarc(`dmarc-${tag}-unauthorized`, `v=DMARC1; p=none; ${tag}=mailto:d@collector.test`),
    dmarc(`dmarc-${tag}-override`, `v=DMARC1; p=none; ${tag}=mailto:d@collector.test`),
    dmarc(`dmarc-${tag}-override-elsewhere`, `v=DMARC1; p=none; ${tag}=mailto:d@collector.test`),
    dmarc(`dmarc-${tag}-unreachable`, `v=DMARC1; p=none; ${tag}=mailto:d@closed.test`),
    dmarc(`dmarc-${tag}-bad-host`, `v=DMARC1; p=none; ${tag}=mailto:d@localhost`),
    dmarc(`dmarc-${tag}-unknown`, `v=DMARC1; p=none; ${tag}=mailto:d@${NOWHERE}`),
  ]),
  at('mail.dmarc-inherited.example', 'dmarc-inherited', [txt('_dmarc', MONITORING), 'mail A 192.0.2.10']),
  at('a.dmarc-unused-subdomain-policy.example', 'dmarc-unused-subdomain-policy', [
    txt('_dmarc.a', `${MONITORING}; sp=reject`),
  ]),
  at('a.b.dmarc-found-apart.example', 'dmarc-found-apart', [txt('_dmarc.b', `${MONITORING}; psd=n`)]),
  at('a.b.dmarc-passed-over.example', 'dmarc-passed-over', [
    txt('_dmarc', MONITORING),
    txt('_dmarc.b', MONITORING),
  ]),
  at(`dmarc-walk-unknown.${NOWHERE}`, 'dmarc-walk-unknown'),
  shows('dmarc-wrong-place', [txt('@', MONITORING)]),
  at(`dmarc.${NOWHERE}`, 'dmarc-unknown'),
  shows('dmarc-no-bimi', []),
  shows('dmarc-bimi-unknown', [`default._bimi CNAME logo.${NOWHERE}.`]),
  dmarc(
    'dmarc-bimi',
    'v=DMARC1; p=reject; rua=mailto:d@collector.test',
    'default._bimi TXT "v=BIMI1; l=https://example.test/l.svg"',
  ),
  dmarc('dmarc-bimi-not-shown', MONITORING, 'default._bimi TXT "v=BIMI1; l=https://example.test/l.svg"'),
  dmarc('dmarc-bimi-declined', MONITORING, 'default._bimi TXT "v=BIMI1; l=; a="'),
];

function withTail(key: string): string {
  return Buffer.concat([Buffer.from(key, 'base64'), Buffer.from([0, 0])]).toString('base64');
}

/** A small domain as a tutorial sets it up: one server for all mail, its DKIM key as the signer's zone file has it. */
export const EXAMPLE_ZONES: readonly LabZone[] = [
  {
    name: 'example.com',
    records: [
      '@ A 203.0.113.25',
      '@ MX 10 mail',
      'mail A 203.0.113.25',
      '@ TXT "v=spf1 ip4:203.0.113.25 -all"',
      String.raw`default._domainkey TXT ( "v=DKIM1\; k=rsa\; " "p=${rsaKey(1024)}" )`,
      '_dmarc TXT "v=DMARC1; p=none"',
    ],
  },
  { name: '113.0.203.in-addr.arpa', records: ['25 PTR mail.example.com.'] },
  // Whose SPF record leads to others.
  {
    name: 'shop.test',
    records: [
      '@ MX 10 mail',
      'mail A 203.0.113.40',
      '@ TXT "v=spf1 mx include:_spf.newsletter.test include:_spf.helpdesk.test ~all"',
    ],
  },
  {
    name: 'newsletter.test',
    records: [
      '_spf TXT "v=spf1 include:_a.newsletter.test include:_b.newsletter.test ~all"',
      '_a TXT "v=spf1 ip4:198.51.100.0/25 ~all"',
      '_b TXT "v=spf1 ip4:198.51.100.128/25 ip6:2001:db8:40::/48 ~all"',
    ],
  },
  {
    name: 'helpdesk.test',
    records: ['_spf TXT "v=spf1 a:out.helpdesk.test a:old.helpdesk.test ~all"', 'out A 203.0.113.77'],
  },
];

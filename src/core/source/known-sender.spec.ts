import { describe, expect, it } from 'vitest';
import { KNOWN_SENDERS, domainsOf, isForwarding, knownSender } from './known-sender.js';
import { getDomain } from 'tldts';
import { organizationalDomain } from '../alignment/organizational-domain.js';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`);
const listed = KNOWN_SENDERS.flatMap((sender) => domainsOf(sender).map((domain) => ({ domain, sender })));

describe('knownSender', () => {
  it.each([
    ['google.com', 'Google Workspace'],
    ['calendar-server.bounces.google.com', 'Google Workspace'],
    ['example-com.20230601.gappssmtp.com', 'Google Workspace'],
    ['contoso.onmicrosoft.com', 'Microsoft 365'],
    ['eur05-vi1-obe.outbound.protection.outlook.com', 'Microsoft 365'],
    ['em1234.sendgrid.net', 'SendGrid'],
    ['eu-west-1.amazonses.com', 'Amazon SES'],
    ['bounce.mcsv.net', 'Mailchimp'],
    ['mail141.atl271.mcdlv.net', 'Mailchimp'],
    ['abc123.bnc.salesforce.com', 'Salesforce'],
    ['bounce.s10.exacttarget.com', 'Salesforce Marketing Cloud'],
    ['a1189921.bnc3.mailjet.com', 'Mailjet'],
    ['ke.d.sender-sib.com', 'Brevo'],
    ['auth.ccsend.com', 'Constant Contact'],
    ['mx0a-00123456.pphosted.com', 'Proofpoint'],
    ['email.cloudflare.net', 'Cloudflare Email Routing'],
    ['googlegroups.com', 'Google Groups'],
  ])('%s is %s', (domain, name) => {
    expect(knownSender(domain)?.name).toBe(name);
  });

  it.each([
    'example.com',
    'notsendgrid.net',
    'sendgrid.net.evil.example',
    'cdn.cloudflare.net',
    'net',
    'co.uk',
    '.',
    '',
    '192.0.2.1',
  ])('%j is nobody known', (domain) => {
    expect(knownSender(domain)).toBeNull();
  });

  it('takes the longest name there can be, and nothing longer', () => {
    const longest = `${'a.'.repeat(120)}sendgrid.net`;
    expect(longest.length).toBe(252);
    expect(knownSender(longest)?.name).toBe('SendGrid');
    expect(knownSender(`${'a.'.repeat(100_000)}sendgrid.net`)).toBeNull();
  });

  it('finds the same sender by the Organizational Domain, which is all that evidence keeps', () => {
    const lost = listed.filter(
      ({ domain, sender }) =>
        knownSender(organizationalDomain(domain)) !== sender ||
        knownSender(organizationalDomain(`bounce.${domain}`)) !== sender,
    );
    expect(lost.map(({ domain }) => domain)).toEqual([]);
  });
});

describe('isForwarding', () => {
  it.each([
    ['forwardemail.net', true],
    ['groups.io', true],
    ['mimecast.com', false], // a filter carries its customers' own mail too
    ['mailchannels.net', false],
    ['outlook.com', false],
    ['mcsv.net', false],
  ])('%s: %s', (domain, expected) => {
    const sender = knownSender(domain);
    expect(sender !== null && isForwarding(sender)).toBe(expected);
  });
});

describe('the catalogue', () => {
  it('knows at least a hundred senders, each once', () => {
    expect(KNOWN_SENDERS.length).toBeGreaterThanOrEqual(100);
    expect(new Set(KNOWN_SENDERS.map(({ name }) => name)).size).toBe(KNOWN_SENDERS.length);
  });

  it('gives each sender a domain, and no domain to two of them', () => {
    expect(KNOWN_SENDERS.filter((sender) => domainsOf(sender).length === 0)).toEqual([]);
    const domains = listed.map(({ domain }) => domain);
    expect(domains.filter((domain, at) => domains.indexOf(domain) !== at)).toEqual([]);
  });

  it('lists no domain twice on one side of a sender', () => {
    const sides = KNOWN_SENDERS.flatMap(({ signs, envelopes }) => [signs, envelopes]);
    expect(sides.filter((side) => new Set(side).size !== side.length)).toEqual([]);
  });

  it('spells domains as names on the wire, lower case', () => {
    expect(listed.map(({ domain }) => domain).filter((domain) => !DOMAIN.test(domain))).toEqual([]);
  });

  it('claims no public suffix: each domain can be registered or lies below one that can', () => {
    expect(listed.map(({ domain }) => domain).filter((domain) => getDomain(domain) === null)).toEqual([]);
  });

  it('says how to align in one short sentence or two', () => {
    const odd = KNOWN_SENDERS.filter(({ fix }) => fix.length > 200 || !/^[^\s\n|][^\n|]*\S\.$/.test(fix));
    expect(odd.map(({ name, fix }) => `${name} (${fix.length}): ${fix}`)).toEqual([]);
  });
});

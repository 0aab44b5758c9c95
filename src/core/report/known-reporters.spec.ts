import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MimeUnpacker } from '../../imap/unpack/unpack-message.js';
import { organizationalDomain } from '../alignment/organizational-domain.js';
import { falseClaim, knownReporter, speaksForItself } from './known-reporters.js';
import { unpackAll } from '../../../test/imap/unpack-all.js';
import { readReport } from './read-report.js';
import { REPORTERS, SHARED_MAILBOXES } from './reporter-list.js';
import { reporterOf } from './reporter-of.js';

function claim(orgName: string, authenticatedDomain: string): string | null {
  return falseClaim({ orgName }, authenticatedDomain);
}

describe('a known reporter', () => {
  it.each([
    ['google.com', 'Google'],
    ['Mail.Google.com.', 'Google'],
    ['dmarc.yahoo.com', 'Yahoo'],
    ['aol.com', 'Yahoo'],
    ['sicher.web.de', 'GMX, WEB.DE and mail.com'],
    ['us-1.mimecastreport.com', 'Mimecast'],
    ['secureserver.net', 'GoDaddy'],
  ])('%s is %s', (domain, name) => {
    expect(knownReporter(domain)?.name).toBe(name);
  });

  it.each([
    ['of nobody', 'shop.example'],
    ['one that only ends alike', 'notgoogle.com'],
    ['one that a known one stands in', 'google.com.evil.example'],
    ['one where anybody has a mailbox', 'gmail.com'],
    ['one where Microsoft keeps mailboxes', 'outlook.com'],
    ['one where anybody has a tenant', 'evil.onmicrosoft.com'],
    ['one of a provider whose reports nobody has seen', 'icloud.com'],
    ['none', ''],
  ])('a domain is no known reporter: %s', (_title, domain) => {
    expect(knownReporter(domain)).toBeNull();
  });
});

describe('a claim to be a known reporter', () => {
  it.each([
    ['google.com', 'Google'],
    ['Google Inc.', 'Google'],
    ['  GOOGLE,\n Inc. ', 'Google'],
    ['Ｇｏｏｇｌｅ', 'Google'],
    ['Goo\u200Bgle', 'Google'],
    ['noreply-dmarc-support@google.com', 'Google'],
    ['mail.google.com', 'Google'],
    ['Enterprise Outlook', 'Microsoft'],
    ['Outlook.com', 'Microsoft'],
    ['protection.outlook.com', 'Microsoft'],
    ['Yahoo', 'Yahoo'],
    ['WEB.DE', 'GMX, WEB.DE and mail.com'],
    ['Mail.Ru', 'Mail.ru'],
    ['AMAZON-SES', 'Amazon SES'],
    ['FastMail Pty Ltd', 'Fastmail'],
    ['icloud.com', 'Apple'],
  ])('%j from elsewhere is false', (orgName, name) => {
    expect(claim(orgName, 'mx.Evil.example')).toBe(
      `it claims to come from ${name}, but its mail is from mx.evil.example`,
    );
  });

  it.each([
    ['google.com', 'gmail.com'],
    ['google.com', 'google.com.evil.example'],
    ['google.com', 'googIe.com'],
    ['Yahoo', 'gmx.net'],
    ['Enterprise Outlook', 'evil.onmicrosoft.com'],
    ['Mimecast', 'mimecast.example'],
  ])('%j from %s is false', (orgName, domain) => {
    expect(claim(orgName, domain)).not.toBeNull();
  });

  it.each([
    ['its own domain', 'google.com', 'google.com'],
    ['… however it is written', 'Google.COM', 'google.com.'],
    ['a subdomain', 'google.com', 'reports.google.com'],
    ['a parent', 'reports.google.com', 'google.com'],
    ['another domain of the same reporter', 'Yahoo', 'yahooinc.com'],
    ['a name for which another of its domains reports', 'Fastmail Pty Ltd', 'fastmaildmarc.com'],
    ['a service that reports for it', 'docomo.ne.jp', 'dmarc25.jp'],
    ['a mailbox provider under its own domain', 't-online.de', 't-online.de'],
    ['a name that nobody knows', 'Shop GmbH', 'shop.example'],
    ['a company at a host of a known one', 'Shop GmbH', 'secureserver.net'],
    ['a hired host with its own number as the name', 's132-148-1-2.secureserver.net', 'shop.example'],
    ['a host that a customer runs', 'esa1.hc3300-26.iphmx.com', 'shop.example'],
    ['a tenant', 'shop.onmicrosoft.com', 'shop.example'],
    ['a name that only holds a known one', 'Google Maps Fan Club', 'fans.example'],
    ['a domain that only holds a known one', 'google.com.shop.example', 'shop.example'],
    ['a colour', 'Orange', 'orangecounty.example'],
    ['no name', '', 'shop.example'],
    ['words and a domain', 'Reports by google.com', 'shop.example'],
  ])('honest: %s', (_title, orgName, domain) => {
    expect(claim(orgName, domain)).toBeNull();
  });

  it('says nothing endless', () => {
    expect(claim(`${'x.'.repeat(1000)}google.com`, 'evil.example')).toBeNull();
    expect(claim('google '.repeat(1000), 'evil.example')).toBeNull();
  });
});

describe('the list', () => {
  const domains = REPORTERS.flatMap((it) => [...it.domains, ...it.otherDomains]);

  it('names each domain once, as an Organizational Domain', () => {
    expect(domains.filter((domain) => organizationalDomain(domain) !== domain)).toEqual([]);
    expect(domains).toHaveLength(new Set(domains).size);
  });

  it('gives each name to one reporter', () => {
    const names = REPORTERS.flatMap((it) => it.names);
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(names).toHaveLength(new Set(names).size);
  });

  it('holds those that domain owners mostly hear from', () => {
    expect(REPORTERS.length).toBeGreaterThanOrEqual(40);
  });
});

/** Public sample reports; they lie beside the project, since they aren't ours to publish. */
const SAMPLES = new URL('../../../../shared/corpora/reports/', import.meta.url);
const present = existsSync(SAMPLES);

describe.skipIf(!present)(`public sample reports${present ? '' : ' [needs ../shared/corpora]'}`, () => {
  /** org_name, the domain of its address, and that of the mail where there is one. */
  async function claims(): Promise<ReadonlyMap<string, readonly [string, string]>> {
    const found = new Map<string, readonly [string, string]>();
    const unpacker = new MimeUnpacker();
    for (const file of readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(xml|gz|zip|eml)$/.test(file)) continue;
      const bytes = readFileSync(new URL(file, SAMPLES));
      const { mail, documents } = await unpackAll(unpacker, bytes, file);
      for (const { xml } of documents) {
        const read = readReport(xml);
        if (read.status === 'rejected') continue;
        const { orgName, email } = read.report;
        const senders = [email, mail?.from ?? null].filter((sender) => sender !== null);
        for (const sender of senders) {
          const domain = reporterOf({ ...read.report, email: sender }, null);
          found.set(`${orgName} from ${domain}`, [orgName, domain]);
        }
      }
    }
    return found;
  }

  it('none of them claims what is not so', { timeout: 120_000 }, async () => {
    const pairs = [...(await claims())];
    const wrong = pairs.filter(([, [orgName, domain]]) => claim(orgName, domain) !== null);
    expect(wrong.map(([pair]) => pair)).toEqual([]);
    const known = pairs.filter(([, [, domain]]) => knownReporter(domain) !== null);
    expect(pairs.length).toBeGreaterThan(100);
    expect(known.length).toBeGreaterThan(25);
  });
});

describe('speaksForItself', () => {
  it.each([
    ['google.com', true],
    ['microsoft.com', true],
    ['dmarc.yahoo.com', false], // known, but anybody may have an account there
    ['gmx.net', false],
    ['evil.example', false],
  ])('%s: %s', (domain, expected) => {
    expect(speaksForItself(domain)).toBe(expected);
  });

  it('is asked of reporters that are listed', () => {
    expect(SHARED_MAILBOXES.filter((domain) => knownReporter(domain) === null)).toEqual([]);
  });
});

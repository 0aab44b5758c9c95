import { describe, expect, it } from 'vitest';
import { reporterOf } from './reporter-of.js';

const refused = { authenticated: false, domain: null, method: 'none', reason: 'no signature' } as const;
const vouched = { authenticated: true, domain: '', method: 'upload', reason: 'vouched for' } as const;

function passed(domain: string) {
  return { authenticated: true, domain, method: 'dkim', reason: 'verified' } as const;
}

describe('who reports', () => {
  it('is the Organizational Domain of the mail, whatever the report says', () => {
    const report = { orgName: 'google.com', email: 'noreply-dmarc-support@google.com' };
    expect(reporterOf(report, passed('mx.Evil.example'))).toBe('evil.example');
  });

  it.each([
    ['the domain of its address', 'Yahoo', 'dmarchelp@yahooinc.com', 'yahooinc.com'],
    ['… at a host', 'Mail.Ru', 'dmarc_support@corp.mail.ru', 'mail.ru'],
    ['… in angle brackets', 'GoDaddy.com', '<dmarcreports@secureserver.net>', 'secureserver.net'],
    ['its name without an address', 'Google.com', null, 'google.com'],
    ['… or with an empty one', 'google.com', '', 'google.com'],
    ['… or with one that is none', 'google.com', 'see our pages', 'google.com'],
    ['its name in words', 'Google Inc', null, 'google inc'],
    ['nothing at all', '', null, ''],
  ])('is, where no mail says it, %s', (_title, orgName, email, expected) => {
    for (const authenticity of [null, refused, vouched]) {
      expect(reporterOf({ orgName, email }, authenticity)).toBe(expected);
    }
  });
});

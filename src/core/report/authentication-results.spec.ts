import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAuthenticationResults } from './authentication-results.js';

const ID = 'mx.example.org';

function read(headers: readonly string[], fromDomain: string | null = null) {
  return readAuthenticationResults(headers, ID, fromDomain);
}

describe('a result of our own server', () => {
  const passes: readonly (readonly [string, string])[] = [
    ['plain', 'mx.example.org; dmarc=pass header.from=google.com'],
    [
      'with other results',
      'mx.example.org; spf=fail smtp.mailfrom=x.example; dmarc=pass header.from=google.com',
    ],
    [
      'Gmail',
      'mx.example.org;\r\n       dkim=pass header.i=@google.com header.b=AbC==;\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=google.com',
    ],
    ['Microsoft', 'mx.example.org; dmarc=pass action=none header.from=google.com;compauth=pass reason=100'],
    ['OpenDMARC', 'mx.example.org; dmarc=pass (p=none dis=none) header.from=google.com'],
    ['with a version', 'mx.example.org 1; dmarc/1=pass header.from=google.com'],
    ['capitals', 'MX.Example.ORG; DMARC=Pass Header.From=Google.COM'],
    ['a quoted id and value', '"mx.example.org"; dmarc=pass header.from="google.com"'],
    ['a reason', 'mx.example.org; dmarc=pass reason="p=none; \\"ok\\"" header.from=google.com'],
    ['comments everywhere', '(a (b) \\) c)mx.example.org(x); dmarc (y) = (z) pass header.from(w)=google.com'],
    ['spaces around the signs', 'mx.example.org ; dmarc = pass header.from = google.com'],
    ['an address', 'mx.example.org; dmarc=pass header.from=noreply@google.com'],
  ];

  it.each(passes)('passes: %s', (_title, header) => {
    expect(read([header])).toEqual({
      authenticated: true,
      domain: 'google.com',
      method: 'authentication-results',
      reason: 'mx.example.org says dmarc=pass for google.com',
    });
  });

  const failures: readonly (readonly [string, string, string])[] = [
    ['a failure', 'mx.example.org; dmarc=fail header.from=google.com', 'mx.example.org says dmarc=fail'],
    ['no policy', 'mx.example.org; dmarc=none header.from=google.com', 'mx.example.org says dmarc=none'],
    ['no DMARC result', 'mx.example.org; spf=pass; dkim=pass', 'mx.example.org says nothing about DMARC'],
    ['no result at all', 'mx.example.org; none', 'mx.example.org says nothing about DMARC'],
    [
      'a pass in a comment',
      'mx.example.org; spf=fail (dmarc=pass header.from=google.com)',
      'mx.example.org says nothing about DMARC',
    ],
    [
      'a pass in a quoted string',
      'mx.example.org; spf=fail smtp.mailfrom="; dmarc=pass header.from=google.com"@x',
      'mx.example.org says nothing about DMARC',
    ],
    [
      'a quoted semicolon that would start a result',
      'mx.example.org; spf=fail smtp.mailfrom=";"dmarc=pass',
      'mx.example.org says nothing about DMARC',
    ],
    [
      'a comment that never ends',
      'mx.example.org; spf=fail (oops; dmarc=pass header.from=google.com',
      'mx.example.org says nothing about DMARC',
    ],
    [
      'two results',
      'mx.example.org; dmarc=pass header.from=google.com; dmarc=fail',
      'mx.example.org gives more than one DMARC result',
    ],
    [
      'a pass for no domain',
      'mx.example.org; dmarc=pass',
      'mx.example.org says dmarc=pass, but not for which domain',
    ],
    [
      'a pass for something that is no domain',
      'mx.example.org; dmarc=pass header.from="a b"',
      'mx.example.org says dmarc=pass, but not for which domain',
    ],
  ];

  it.each(failures)('does not pass: %s', (_title, header, reason) => {
    expect(read([header])).toEqual({
      authenticated: false,
      domain: null,
      method: 'authentication-results',
      reason,
    });
  });
});

describe('which header counts', () => {
  const pass = 'mx.example.org; dmarc=pass header.from=google.com';
  const fail = 'mx.example.org; dmarc=fail header.from=google.com';

  it('the topmost with our id, whatever a sender put below', () => {
    expect(read([fail, pass])).toMatchObject({ authenticated: false });
    expect(read([pass, fail])).toMatchObject({ authenticated: true });
  });

  it('not those of other servers', () => {
    expect(read(['relay.example; dmarc=pass header.from=google.com', fail])).toMatchObject({
      authenticated: false,
    });
  });

  it.each([
    ['there is none', []],
    ['all are of others', ['mx.example.org.evil.example; dmarc=pass header.from=google.com']],
    ['the id is missing', ['dmarc=pass header.from=google.com', '', ';', '=mx.example.org; dmarc=pass']],
    ['it is endless', [`${'('.repeat(20_000)}${pass}`]],
  ])('null when %s', (_title, headers) => {
    expect(read(headers)).toBeNull();
  });
});

describe('the Author Domain', () => {
  it('is that of the mail when the header names none', () => {
    expect(read(['mx.example.org; dmarc=pass'], 'google.com')).toMatchObject({ domain: 'google.com' });
  });

  it('may be named by its Organizational Domain', () => {
    expect(read(['mx.example.org; dmarc=pass header.from=google.com'], 'news.google.com')).toMatchObject({
      domain: 'google.com',
    });
  });

  it('must be that of the mail', () => {
    expect(read(['mx.example.org; dmarc=pass header.from=google.com'], 'evil.example')).toMatchObject({
      authenticated: false,
      reason: 'mx.example.org says dmarc=pass for google.com, but the mail is from evil.example',
    });
  });
});

it('no text makes it throw or pass', () => {
  const outcomes = fc.property(fc.string({ unit: 'binary' }), (text) => {
    return read([text, `${ID}; ${text}`])?.authenticated !== true;
  });
  expect(() => fc.assert(outcomes, { numRuns: 500 })).not.toThrow();
});

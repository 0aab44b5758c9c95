import { describe, expect, it } from 'vitest';
import { mailWith, type MailOptions } from '../../test/imap/report-mail.js';
import { SIGNING_KEY, signMail } from '../../test/imap/sign-mail.js';
import { MailAuthenticator, type ResolveTxt } from './authenticate-report.js';

function mail(options: MailOptions = {}): Buffer {
  return mailWith([{ type: 'application/gzip', bytes: 'x', name: 'x.gz' }], options);
}

function zone(records: Readonly<Record<string, string>>): ResolveTxt {
  return (name) => {
    const text = records[name];
    if (text !== undefined) return Promise.resolve([[text.slice(0, 200), text.slice(200)]]);
    return Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
  };
}

const ZONE = zone({
  's1._domainkey.reporter.example': SIGNING_KEY,
  's1._domainkey.mail.reporter.example': SIGNING_KEY,
  's1._domainkey.evil.example': SIGNING_KEY,
});

function byDkim(resolveTxt: ResolveTxt = ZONE): MailAuthenticator {
  return new MailAuthenticator({ authservId: null, resolveTxt });
}

const noLookup: ResolveTxt = () => Promise.reject(new Error('no look-up was expected'));

describe('by DKIM', () => {
  it.each(['relaxed/relaxed', 'simple/simple'])(
    'an aligned signature passes (%s)',
    async (canonicalization) => {
      const raw = await signMail(mail(), { domain: 'reporter.example', canonicalization });
      expect(await byDkim().authenticate(raw)).toEqual({
        authenticated: true,
        domain: 'reporter.example',
        method: 'dkim',
        reason: 'DKIM signature of reporter.example verifies, aligned with reporter.example',
      });
    },
  );

  it.each([
    ['reporter.example', 'mail.reporter.example'],
    ['mail.reporter.example', 'reporter.example'],
  ])('From %s is aligned with d=%s', async (from, domain) => {
    const raw = await signMail(mail({ from: `x@${from}` }), { domain });
    expect(await byDkim().authenticate(raw)).toMatchObject({ authenticated: true, domain: from });
  });

  it('a large mail passes or fails by each of its bytes', async () => {
    const raw = await signMail(mail({ text: 'x y  z \r\n'.repeat(100_000) }), { domain: 'reporter.example' });
    expect(await byDkim().authenticate(raw)).toMatchObject({ authenticated: true });
    raw[500_000] = 0x58;
    expect(await byDkim().authenticate(raw)).toMatchObject({ authenticated: false });
  });

  it('one good signature among others is enough', async () => {
    const raw = await signMail(
      mail(),
      { domain: 'reporter.example' },
      { domain: 'evil.example' },
      { domain: 'gone.reporter.example' },
    );
    expect(await byDkim().authenticate(raw)).toMatchObject({ authenticated: true });
  });

  const good = (): Promise<Buffer> => signMail(mail(), { domain: 'reporter.example' });
  const refusals: readonly (readonly [string, () => Promise<Buffer>, RegExp])[] = [
    ['no signature', () => Promise.resolve(mail()), /^no DKIM signature of reporter\.example$/],
    [
      'a signature of another domain',
      () => signMail(mail(), { domain: 'evil.example' }),
      /^no DKIM signature of/,
    ],
    [
      'a changed body',
      async () => Buffer.from((await good()).toString().replace('See the attachment', 'See my attachment')),
      /reporter\.example: neutral \(body hash did not verify\)/,
    ],
    [
      'a changed subject',
      async () => Buffer.from((await good()).toString().replace('Report Domain', 'Report domain')),
      /reporter\.example: fail \(bad signature\)/,
    ],
    [
      'no key',
      () => signMail(mail({ from: 'x@sub.reporter.example' }), { domain: 'sub.reporter.example' }),
      /no key/,
    ],
    [
      'a second From field',
      async () => Buffer.concat([Buffer.from('From: noreply@google.com\r\n'), await good()]),
      /no single From address/,
    ],
    [
      'two authors',
      () => signMail(mail({ from: 'a@reporter.example, b@evil.example' }), { domain: 'reporter.example' }),
      /no single From address/,
    ],
    ['no From', () => Promise.resolve(Buffer.from('Subject: x\r\n\r\nhello')), /no single From address/],
    ['nothing at all', () => Promise.resolve(Buffer.alloc(0)), /no single From address/],
    [
      'a signature over a part of the body',
      () => signMail(mail(), { domain: 'reporter.example', maxBodyLength: 20 }),
      /^no DKIM signature of/,
    ],
    [
      'an endless header',
      () => Promise.resolve(mail({ headers: [`X: ${'x'.repeat(300_000)}`] })),
      /header is larger/,
    ],
  ];

  it.each(refusals)('%s does not pass', async (_title, raw, reason) => {
    expect(await byDkim().authenticate(await raw())).toEqual({
      authenticated: false,
      domain: null,
      method: expect.stringMatching(/^(dkim|none)$/),
      reason: expect.stringMatching(reason),
    });
  });

  it.each([
    ['an empty key', 'v=DKIM1; p='],
    ['no key at all', 'hello'],
    ['a broken key', 'v=DKIM1; p=AAAA'],
    ['a record of another kind', `v=spf1; ${SIGNING_KEY.slice(9)}`],
  ])('%s does not pass', async (_title, record) => {
    const authenticator = byDkim(zone({ 's1._domainkey.reporter.example': record }));
    expect(await authenticator.authenticate(await good())).toMatchObject({
      authenticated: false,
      method: 'dkim',
    });
  });

  function failing(code: string): ResolveTxt {
    return () => Promise.reject(Object.assign(new Error('x'), { code }));
  }

  it.each(['ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'ECONNREFUSED'])(
    'a look-up that fails with %s decides nothing, and the reason says so',
    async (code) => {
      expect(await byDkim(failing(code)).authenticate(await good())).toEqual({
        authenticated: false,
        domain: null,
        method: 'dkim',
        reason: `the DKIM key could not be looked up: reporter.example: temperror (DNS failure: ${code})`,
        undecided: true,
      });
    },
  );

  it.each(['ENOTFOUND', 'ENODATA', 'EBADNAME'])('%s is an answer: the mail does not pass', async (code) => {
    const result = await byDkim(failing(code)).authenticate(await good());
    expect(result).toMatchObject({ authenticated: false, method: 'dkim' });
    expect(result).not.toHaveProperty('undecided');
  });

  it('DNS that never answers does not hold it up, and decides nothing', async () => {
    const silent = new MailAuthenticator({
      authservId: null,
      timeoutMs: 50,
      resolveTxt: () => new Promise(() => {}),
    });
    expect(await silent.authenticate(await good())).toMatchObject({
      authenticated: false,
      reason: 'the DKIM key could not be looked up in time',
      undecided: true,
    });
  });

  const half: ResolveTxt = (name) => (name.includes('mail.') ? failing('ESERVFAIL')(name) : ZONE(name));

  it('one good signature is enough, though the key of another was not answered', async () => {
    const raw = await signMail(mail(), { domain: 'reporter.example' }, { domain: 'mail.reporter.example' });
    expect(await byDkim(half).authenticate(raw)).toMatchObject({ authenticated: true });
  });

  it('one bad signature decides nothing, while the key of another was not answered', async () => {
    const both = await signMail(mail(), { domain: 'reporter.example' }, { domain: 'mail.reporter.example' });
    const raw = Buffer.from(both.toString().replace('Report Domain', 'Report domain'));
    expect(await byDkim(half).authenticate(raw)).toMatchObject({
      undecided: true,
      reason: expect.stringContaining('reporter.example: fail (bad signature)'),
    });
  });

  it('a key that was not answered is not asked for again at once, whatever mail wants it', async () => {
    const names: string[] = [];
    const authenticator = byDkim((name) => {
      names.push(name);
      return failing('ESERVFAIL')(name);
    });
    const other = await signMail(mail({ subject: 'another' }), { domain: 'reporter.example' });
    for (const raw of [await good(), other, await good()])
      expect(await authenticator.authenticate(raw)).toMatchObject({ undecided: true });
    expect(names).toEqual(['s1._domainkey.reporter.example']);
  });

  it('looks up at most a few keys, however many signatures there are', async () => {
    const names: string[] = [];
    const counting = byDkim((name) => {
      names.push(name);
      return Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    });
    const signers = Array.from({ length: 12 }, (_, i) => ({ domain: `d${i}.reporter.example` }));
    await counting.authenticate(await signMail(mail(), ...signers));
    expect(names).toHaveLength(4);
  });
});

describe('by the word of our own server', () => {
  function withResults(...results: readonly string[]): Buffer {
    return mail({ headers: results.map((result) => `Authentication-Results: ${result}`) });
  }
  const byServer = new MailAuthenticator({ authservId: 'mx.example.org', resolveTxt: noLookup });

  it('a pass is final, without any look-up', async () => {
    const raw = withResults(
      'mx.example.org;\r\n dkim=pass header.d=reporter.example;\r\n dmarc=pass header.from=reporter.example',
    );
    expect(await byServer.authenticate(raw)).toEqual({
      authenticated: true,
      domain: 'reporter.example',
      method: 'authentication-results',
      reason: 'mx.example.org says dmarc=pass for reporter.example',
    });
  });

  it('a failure is final, whatever a sender wrote below it', async () => {
    const raw = withResults(
      'mx.example.org; dmarc=fail header.from=reporter.example',
      'mx.example.org; dmarc=pass header.from=reporter.example',
    );
    expect(await byServer.authenticate(await signMail(raw, { domain: 'reporter.example' }))).toMatchObject({
      authenticated: false,
      method: 'authentication-results',
    });
  });

  it('a pass for another domain than that of the mail is none', async () => {
    const raw = withResults('mx.example.org; dmarc=pass header.from=google.com');
    expect(await byServer.authenticate(raw)).toMatchObject({ authenticated: false });
  });

  it('without a word of our server the signatures count', async () => {
    const raw = await signMail(withResults('relay.example; dmarc=fail'), { domain: 'reporter.example' });
    const authenticator = new MailAuthenticator({ authservId: 'mx.example.org', resolveTxt: ZONE });
    expect(await authenticator.authenticate(raw)).toMatchObject({ authenticated: true, method: 'dkim' });
  });

  it('no field counts when no server is configured', async () => {
    const raw = withResults('mx.example.org; dmarc=pass header.from=reporter.example');
    expect(await byDkim().authenticate(raw)).toMatchObject({ authenticated: false, method: 'dkim' });
  });
});

import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone, type ZoneRecord } from '../../../../test/builders/zone-questions.js';
import { overallStatus, type Severity } from '../finding.js';
import { checkMx } from './check-mx.js';

const D = 'example.com';
/** Found in each zone that says nothing about them. */
const NO_MORE = ['mx-no-mta-sts', 'mx-no-tls-rpt'];

const mx = (preference: number, exchange: string): ZoneRecord => ({ MX: [preference, exchange] });
const A: ZoneRecord = { A: '192.0.2.25' };
const HOST = { 'mail.example.com': [A] };
const SOUND = { [D]: [mx(10, 'mail.example.com')], ...HOST };

describe('checkMx', () => {
  it.each<[string, Zone, readonly string[], Severity]>([
    ['a sound record', SOUND, ['mx-hosts', ...NO_MORE], 'info'],
    ['a null MX', { [D]: [mx(0, '.')] }, ['mx-null'], 'info'],
    ['a null MX with a preference', { [D]: [mx(10, '.')] }, ['mx-null-preference'], 'warning'],
    [
      'a null MX beside another',
      { [D]: [mx(0, '.'), mx(10, 'mail.example.com')], ...HOST },
      ['mx-hosts', 'mx-null-with-others', ...NO_MORE],
      'error',
    ],
    [
      'a host that does not exist',
      { [D]: [mx(10, 'mail.example.com')] },
      ['mx-hosts', 'mx-host-missing', ...NO_MORE],
      'error',
    ],
    [
      'a host without an address',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': [{ TXT: 'hello' }] },
      ['mx-hosts', 'mx-host-missing', ...NO_MORE],
      'error',
    ],
    [
      'an alias',
      { [D]: [mx(10, 'mx.example.com')], 'mx.example.com': [{ CNAME: 'mail.example.com' }], ...HOST },
      ['mx-hosts', 'mx-alias', ...NO_MORE],
      'error',
    ],
    [
      'an alias that leads nowhere',
      { [D]: [mx(10, 'mx.example.com')], 'mx.example.com': [{ CNAME: 'gone.example.com' }] },
      ['mx-hosts', 'mx-alias', 'mx-host-missing', ...NO_MORE],
      'error',
    ],
    ['an IPv4 literal', { [D]: [mx(10, '192.0.2.25')] }, ['mx-hosts', 'mx-ip-literal', ...NO_MORE], 'error'],
    [
      'one in brackets',
      { [D]: [mx(10, '[192.0.2.25]')] },
      ['mx-hosts', 'mx-ip-literal', ...NO_MORE],
      'error',
    ],
    ['an IPv6 literal', { [D]: [mx(10, '2001:db8::1')] }, ['mx-hosts', 'mx-ip-literal', ...NO_MORE], 'error'],
    [
      'a private address only',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': [{ A: '10.0.0.1' }, { AAAA: 'fd00::1' }] },
      ['mx-hosts', 'mx-host-not-public', ...NO_MORE],
      'error',
    ],
    [
      'a private address among others',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': [A, { A: '10.0.0.1' }] },
      ['mx-hosts', 'mx-host-partly-public', ...NO_MORE],
      'warning',
    ],
    [
      'IPv6 only',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': [{ AAAA: '2001:db8::25' }] },
      ['mx-hosts', 'mx-no-ipv4', ...NO_MORE],
      'warning',
    ],
    [
      'IPv6 beside a host that could not be looked up',
      {
        [D]: [mx(10, 'mail.example.com'), mx(20, 'b.example.com')],
        'mail.example.com': [{ AAAA: '2001:db8::25' }],
        'b.example.com': ['TIMEOUT'],
      },
      ['mx-hosts', 'mx-host-unknown', ...NO_MORE],
      'unknown',
    ],
    [
      'a name that no host may have',
      { [D]: [mx(10, 'mail_1.example.com')], 'mail_1.example.com': [A] },
      ['mx-hosts', 'mx-bad-name', ...NO_MORE],
      'warning',
    ],
    [
      'one host twice',
      { [D]: [mx(10, 'mail.example.com'), mx(20, 'MAIL.example.com.')], ...HOST },
      ['mx-hosts', 'mx-duplicate-host', ...NO_MORE],
      'info',
    ],
    ['no MX but an address', { [D]: [A] }, ['mx-implicit', ...NO_MORE], 'warning'],
    [
      'no MX but a private address',
      { [D]: [{ A: '10.0.0.1' }] },
      ['mx-implicit', 'mx-host-not-public', ...NO_MORE],
      'error',
    ],
    ['nothing', { [D]: [{ TXT: 'hello' }] }, ['mx-missing', ...NO_MORE], 'error'],
    ['no such domain', {}, ['mx-missing', ...NO_MORE], 'error'],
    ['a time-out', { [D]: ['TIMEOUT'] }, ['mx-unknown', ...NO_MORE], 'unknown'],
    [
      'a time-out of a host',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': ['TIMEOUT'] },
      ['mx-hosts', 'mx-host-unknown', ...NO_MORE],
      'unknown',
    ],
    [
      'a host whose IPv6 addresses could not be looked up',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': [A, 'TIMEOUT'] },
      ['mx-hosts', 'mx-host-no-ipv6-answer', ...NO_MORE],
      'warning',
    ],
    [
      'a host whose IPv4 addresses could not be looked up',
      { [D]: [mx(10, 'mail.example.com')], 'mail.example.com': [{ AAAA: '2001:db8::25' }, 'TIMEOUT'] },
      ['mx-hosts', 'mx-host-unknown', ...NO_MORE],
      'unknown',
    ],
    [
      'MTA-STS and TLS-RPT',
      {
        ...SOUND,
        [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1; id=20260101T000000;' }, { TXT: 'something else' }],
        [`mta-sts.${D}`]: [{ AAAA: '2001:db8::80' }],
        [`_smtp._tls.${D}`]: [{ TXT: 'v=TLSRPTv1;rua=https://reports.example.com/tls,mailto:t@example.com' }],
      },
      ['mx-hosts', 'mx-mta-sts', 'mx-tls-rpt'],
      'info',
    ],
    [
      'MTA-STS without an id and TLS-RPT without an address',
      {
        ...SOUND,
        [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1;' }],
        [`_smtp._tls.${D}`]: [{ TXT: 'v=TLSRPTv1; rua=tls@example.com' }],
      },
      ['mx-hosts', 'mx-invalid-mta-sts', 'mx-invalid-tls-rpt'],
      'warning',
    ],
    [
      'both twice',
      {
        ...SOUND,
        [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1; id=1' }, { TXT: 'v=STSv1; id=2' }],
        [`_smtp._tls.${D}`]: [
          { TXT: 'v=TLSRPTv1; rua=mailto:a@example.com' },
          { TXT: 'v=TLSRPTv1; rua=mailto:b@example.com' },
        ],
      },
      ['mx-hosts', 'mx-invalid-mta-sts', 'mx-invalid-tls-rpt'],
      'warning',
    ],
    [
      'MTA-STS without its host',
      { ...SOUND, [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1; id=1' }] },
      ['mx-hosts', 'mx-mta-sts-no-host', 'mx-no-tls-rpt'],
      'warning',
    ],
    [
      'MTA-STS whose host could not be looked up',
      { ...SOUND, [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1; id=1' }], [`mta-sts.${D}`]: ['TIMEOUT'] },
      ['mx-hosts', 'mx-mta-sts-unknown', 'mx-no-tls-rpt'],
      'info',
    ],
    [
      'both timed out',
      { ...SOUND, [`_mta-sts.${D}`]: ['TIMEOUT'], [`_smtp._tls.${D}`]: ['TIMEOUT'] },
      ['mx-hosts', 'mx-mta-sts-unknown', 'mx-tls-rpt-unknown'],
      'info',
    ],
  ])('%s', async (_what, zone, ids, status) => {
    const { findings } = await checkMx(D, zoneQuestions(zone));
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
  });

  it.each<[string, Zone, readonly string[], Severity]>([
    ['a null MX', { [D]: [mx(0, '.')] }, ['mx-null-but-sends'], 'warning'],
    [
      'a null MX with a preference',
      { [D]: [mx(10, '.')] },
      ['mx-null-preference', 'mx-null-but-sends'],
      'warning',
    ],
    ['nothing', { [D]: [{ TXT: 'hello' }] }, ['mx-missing', ...NO_MORE], 'error'],
    ['an address', { [D]: [A] }, ['mx-implicit', ...NO_MORE], 'warning'],
  ])('advises no domain that sends to take no mail: %s', async (_what, zone, ids, status) => {
    const { findings } = await checkMx(D, zoneQuestions(zone), { outbound: 'some' });
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(overallStatus(findings)).toBe(status);
    const fixes = findings.filter(({ id }) => id !== 'mx-null-preference').map(({ fix }) => fix ?? '');
    expect(fixes.join(' ')).not.toContain('MX 0 .');
    expect(
      fixes[ids.length === 1 ? 0 : ids.indexOf(ids.find((id) => id !== 'mx-null-preference') ?? '')],
    ).not.toBe('');
  });

  it('finds no fault with a domain that neither takes nor sends mail', async () => {
    const dns = zoneQuestions({ [D]: [{ TXT: 'v=spf1 -all' }] });
    const { findings } = await checkMx(D, dns, { outbound: 'none' });
    expect(findings[0]).toMatchObject({
      id: 'mx-missing',
      severity: 'info',
      fix: 'Publish example.com. MX 0 . so that mail to it bounces at once.',
    });
  });

  it('tells the order and gives the addresses for the check of reverse DNS', async () => {
    const zone = zoneQuestions({
      [D]: [mx(20, 'b.example.com'), mx(10, 'a.example.com')],
      'a.example.com': [A, { AAAA: '2001:db8::25' }],
      'b.example.com': [{ A: '192.0.2.26' }],
    });
    const { findings, addresses } = await checkMx(D, zone);
    expect(findings[0]).toMatchObject({
      severity: 'ok',
      message: 'Mail goes to a.example.com (10), b.example.com (20); the lowest preference is tried first.',
      record: 'example.com. MX 10 a.example.com.\nexample.com. MX 20 b.example.com.',
    });
    expect(addresses).toEqual([
      { address: '192.0.2.25', role: 'mx', host: 'a.example.com' },
      { address: '2001:db8::25', role: 'mx', host: 'a.example.com' },
      { address: '192.0.2.26', role: 'mx', host: 'b.example.com' },
    ]);
  });

  it.each<[string, Zone, string, string]>([
    [
      'an alias',
      { [D]: [mx(5, 'mx.example.com')], 'mx.example.com': [{ CNAME: 'mail.example.com' }], ...HOST },
      'mx-alias',
      'example.com. MX 5 mail.example.com.',
    ],
    [
      'a missing final dot',
      { [D]: [mx(5, 'mail.example.com.example.com')] },
      'mx-host-missing',
      'example.com. MX 5 mail.example.com.',
    ],
    ['no MX', { [D]: [A] }, 'mx-implicit', 'example.com. MX 10 example.com.'],
    ['nothing', { [D]: [{ TXT: 'hello' }] }, 'mx-missing', 'example.com. MX 0 .'],
  ])('gives the exact record for %s', async (_what, zone, id, record) => {
    const { findings } = await checkMx(D, zoneQuestions(zone));
    expect(findings.find((finding) => finding.id === id)?.fix).toContain(record);
  });

  it.each<[string, Zone, string, string]>([
    [
      'a host that does not exist',
      { [D]: [mx(5, 'gone.example.org')] },
      'mx-host-missing',
      'gone.example.org does not exist;',
    ],
    [
      'a host without an address',
      { [D]: [mx(5, 'mail.example.com')], 'mail.example.com': [{ TXT: 'hello' }] },
      'mx-host-missing',
      'mail.example.com has no address;',
    ],
    ['no such domain', {}, 'mx-missing', 'example.com does not exist in DNS.'],
    [
      'a domain without mail',
      { [D]: [{ TXT: 'hello' }] },
      'mx-missing',
      'has neither an MX record nor an address',
    ],
    [
      'two MTA-STS records',
      { ...SOUND, [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1; id=1' }, { TXT: 'v=STSv1; id=2' }] },
      'mx-invalid-mta-sts',
      'more than one record stands there',
    ],
    [
      'an MTA-STS record',
      { ...SOUND, [`_mta-sts.${D}`]: [{ TXT: 'v=STSv1' }] },
      'mx-invalid-mta-sts',
      'no valid id',
    ],
    [
      'a TLS-RPT record',
      { ...SOUND, [`_smtp._tls.${D}`]: [{ TXT: 'v=TLSRPTv1' }] },
      'mx-invalid-tls-rpt',
      'it names no',
    ],
  ])('says what is wrong with %s', async (_what, zone, id, words) => {
    const { findings } = await checkMx(D, zoneQuestions(zone));
    expect(findings.find((finding) => finding.id === id)?.message).toContain(words);
  });

  it('orders hosts of the same preference by name', async () => {
    const zone = {
      [D]: [
        mx(10, 'c.example.com'),
        mx(10, 'a.example.com'),
        mx(10, 'b.example.com'),
        mx(5, 'z.example.com'),
      ],
    };
    const { findings } = await checkMx(D, zoneQuestions(zone));
    expect(findings[0]?.message).toContain(
      'z.example.com (5), a.example.com (10), b.example.com (10), c.example.com (10);',
    );
  });

  it('asks a bounded number of questions, however many hosts and addresses there are', async () => {
    const hosts = Array.from({ length: 300 }, (_, at) => `mx${at}.example.com`);
    const many = Array.from({ length: 300 }, (_, at): ZoneRecord => ({ A: `10.0.${at >> 8}.${at & 255}` }));
    const dns = zoneQuestions({
      [D]: hosts.map((host, at) => mx(at, host)),
      ...Object.fromEntries(hosts.map((host) => [host, many])),
    });
    const { findings, addresses } = await checkMx(D, dns);
    expect(dns.asked.length).toBeLessThanOrEqual(25);
    expect(addresses.length).toBeLessThanOrEqual(100);
    expect(findings.map(({ id }) => id)).toContain('mx-many-hosts');
    for (const { message, record } of findings)
      expect(message.length + (record ?? '').length).toBeLessThan(2000);
  });

  it('reads a hostile MTA-STS record at once', async () => {
    const text = `v=STSv1${';   '.repeat(15_000)}`;
    const { findings } = await checkMx(D, zoneQuestions({ ...SOUND, [`_mta-sts.${D}`]: [{ TXT: text }] }));
    expect(findings.map(({ id }) => id)).toContain('mx-invalid-mta-sts');
  });
});

import { describe, expect, it } from 'vitest';
import { zoneQuestions, type Zone } from '../../../test/builders/zone-questions.js';
import type { Observation } from '../rollout/observation.js';
import { checkDomain } from './check-domain.js';

const D = 'example.com';

async function statuses(zone: Zone, senders: readonly string[] = []): Promise<readonly string[]> {
  const options = { senders, selectors: [], mailbox: null };
  const { findings } = await checkDomain(D, options, zoneQuestions(zone), { kind: 'absent' });
  return findings.map(({ id, severity }) => `${id} ${severity}`);
}

describe('checkDomain', () => {
  it('knows of a domain that sends nothing that it needs neither a key nor to take mail', async () => {
    const found = await statuses({ [D]: [{ TXT: 'v=spf1 -all' }, { MX: [0, '.'] }] });
    expect(found).toEqual(expect.arrayContaining(['mx-null info', 'dkim-none-needed ok']));
  });

  it.each<[string, Zone, readonly string[]]>([
    ['its SPF record', { [D]: [{ TXT: 'v=spf1 ip4:192.0.2.1 -all' }, { MX: [0, '.'] }] }, []],
    ['a sender', { [D]: [{ TXT: 'v=spf1 -all' }, { MX: [0, '.'] }] }, ['192.0.2.1']],
  ])('knows by %s of a domain that sends what a null MX hurts', async (_what, zone, senders) => {
    expect(await statuses(zone, senders)).toEqual(
      expect.arrayContaining(['mx-null-but-sends warning', 'dkim-none-found warning']),
    );
  });

  it('refuses a sender that is no address, and nothing stays behind', async () => {
    await expect(statuses({}, ['mail.example.com'])).rejects.toThrow(RangeError);
  });

  it('says of each finding what it is about, and what was only guessed', async () => {
    const zone: Zone = {
      [D]: [{ TXT: 'v=spf1 mx include:spf.example a:lost.example ~all' }, { MX: [10, 'mx.example.com'] }],
      'mx.example.com': ['TIMEOUT'],
      'spf.example': ['TIMEOUT'],
      'lost.example': ['TIMEOUT'],
      's9._domainkey.news.example.com': ['TIMEOUT'],
      'default._domainkey.example.com': [{ TXT: 'v=DKIM1; p=broken' }],
      'google._domainkey.example.com': ['TIMEOUT'],
    };
    const selectors = [
      { name: 's8', from: 'evidence' },
      { name: 's9', from: 'evidence', domain: 'news.example.com' },
    ] as const;
    const options = { senders: ['192.0.2.25'], selectors, mailbox: null };
    const text = 'v=DMARC1; p=none; rua=mailto:d@reports.example';
    const record: Observation = { kind: 'record', text, ttl: 300, others: [] };
    const { findings } = await checkDomain(D, options, zoneQuestions(zone), record);
    const told = findings.map(({ id, subject, isGuessed }) => ({ id, subject, isGuessed }));
    const known: readonly (readonly [string, string | null])[] = [
      ['rdns-missing', '192.0.2.25'],
      ['mx-hosts', null],
      ['mx-host-unknown', 'mx.example.com'],
      ['spf-record', null],
      ['spf-unknown', 'spf.example'],
      ['spf-unknown', 'mx, a:lost.example'],
      ['spf-sender-unknown', '192.0.2.25'],
      ['dkim-missing', 's8._domainkey.example.com'],
      ['dkim-unknown', 's9._domainkey.news.example.com'],
      ['dmarc-policy', null],
      ['dmarc-rua-unauthorized', 'reports.example'],
    ];
    expect(told).toEqual(
      expect.arrayContaining([
        ...known.map(([id, subject]) => ({ id, subject, isGuessed: false })),
        { id: 'dkim-broken-key', subject: 'default._domainkey.example.com', isGuessed: true },
        { id: 'dkim-common-unknown', subject: null, isGuessed: true },
      ]),
    );
  });

  it('leaves the status to what mail depends on', async () => {
    const zone: Zone = {
      [D]: [{ TXT: 'v=spf1 mx ~all' }, { MX: [10, 'mail.example.com'] }],
      'mail.example.com': [{ A: '192.0.2.25' }],
      '25.2.0.192.in-addr.arpa': [{ PTR: 'mail.example.com' }],
      'default._domainkey.example.com': [{ TXT: 'v=DKIM1; p=' }],
      'google._domainkey.example.com': ['TIMEOUT'],
      '_mta-sts.example.com': ['TIMEOUT'],
      '_smtp._tls.example.com': ['TIMEOUT'],
      'default._bimi.example.com': ['TIMEOUT'],
    };
    const options = { senders: ['192.0.2.25'], selectors: [], mailbox: null };
    const text = 'v=DMARC1; p=none; rua=mailto:d@example.com';
    const record: Observation = { kind: 'record', text, ttl: 300, others: [] };
    const { status } = await checkDomain(D, options, zoneQuestions(zone), record);
    expect(status).toBe('info');
  });
});

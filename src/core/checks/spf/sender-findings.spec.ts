import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import type { Zone, ZoneRecord } from '../../../../test/builders/zone-questions.js';
import { checkSpf } from './check-spf.js';

const D = 'x.example';
const HOSTS: Zone = {
  'host.example': [{ A: '198.51.100.7' }, { AAAA: '2001:db8::7' }],
  'sound.example': [{ TXT: 'v=spf1 ip4:203.0.113.0/24 ~all' }],
  'slow.example': ['TIMEOUT'],
};

describe('addresses that send', () => {
  const senders = ['198.51.100.7', '203.0.113.5', '2001:DB8::8'];

  it.each<[string, string | readonly ZoneRecord[], readonly string[], string | null]>([
    [
      'fail',
      'v=spf1 a:host.example -all',
      ['spf-sender-pass ok', 'spf-sender-fail error', 'spf-sender-fail error'],
      '"v=spf1 ip4:203.0.113.5 ip6:2001:db8::8 a:host.example -all"',
    ],
    [
      'softfail',
      'v=spf1 a:host.example include:sound.example ~all',
      ['spf-sender-pass ok', 'spf-sender-pass ok', 'spf-sender-softfail warning'],
      '"v=spf1 ip6:2001:db8::8 a:host.example include:sound.example ~all"',
    ],
    [
      'neutral',
      'v=spf1 a:host.example',
      ['spf-sender-pass ok', 'spf-sender-neutral warning', 'spf-sender-neutral warning'],
      '"v=spf1 ip4:203.0.113.5 ip6:2001:db8::8 a:host.example ~all"',
    ],
    [
      'permerror',
      'v=spf1 a:host.example ipv4:192.0.2.1 ~all',
      ['spf-sender-permerror error', 'spf-sender-permerror error', 'spf-sender-permerror error'],
      '"v=spf1 ip4:198.51.100.7 ip4:203.0.113.5 ip6:2001:db8::8 a:host.example ip4:192.0.2.1 ~all"',
    ],
    [
      'a record that can not be made out',
      'v=spf1 moo ~all',
      ['spf-sender-permerror error', 'spf-sender-permerror error', 'spf-sender-permerror error'],
      'Mend the record first; then let it name the address.',
    ],
    [
      'several records',
      [{ TXT: 'v=spf1 a:host.example ~all' }, { TXT: 'v=spf1 -all' }],
      ['spf-sender-permerror error', 'spf-sender-permerror error', 'spf-sender-permerror error'],
      '"v=spf1 ip4:198.51.100.7 ip4:203.0.113.5 ip6:2001:db8::8 a:host.example ~all"',
    ],
    [
      'temperror',
      'v=spf1 a:host.example a:slow.example ~all',
      ['spf-sender-pass ok', 'spf-sender-unknown unknown', 'spf-sender-unknown unknown'],
      'Ask again later',
    ],
    [
      'none',
      [{ TXT: 'hello' }],
      ['spf-sender-none info', 'spf-sender-none info', 'spf-sender-none info'],
      null,
    ],
  ])('says whether senders may send, and what would let them: %s', async (_what, record, ids, fix) => {
    const dns = zoneQuestions({ ...HOSTS, [D]: typeof record === 'string' ? [{ TXT: record }] : record });
    const { findings } = await checkSpf(D, dns, { senders });
    const found = findings.filter(({ id }) => id.startsWith('spf-sender-'));
    expect(found.map(({ id, severity }) => `${id} ${severity}`)).toEqual(ids);
    const fixes = found.flatMap((finding) => (finding.fix === null ? [] : [finding.fix]));
    expect(new Set(fixes).size).toBe(fix === null ? 0 : 1);
    expect(fixes[0] ?? '').toContain(fix ?? '');
  });

  it('names the senders in the record that is missing', async () => {
    const { findings } = await checkSpf(D, zoneQuestions({ [D]: [{ TXT: 'hello' }] }), { senders });
    expect(findings[0]?.fix).toContain('"v=spf1 ip4:198.51.100.7 ip4:203.0.113.5 ip6:2001:db8::8 ~all"');
  });

  it('quotes what the domain says to those who fail, and not more of it than people read', async () => {
    const dns = zoneQuestions({
      [D]: [{ TXT: 'v=spf1 -all exp=why.example' }],
      'why.example': [{ TXT: `Ask us. ${'x'.repeat(900)}` }],
    });
    const { findings } = await checkSpf(D, dns, { senders: ['192.0.2.1'] });
    const found = findings.find(({ id }) => id === 'spf-sender-fail');
    expect(found?.message).toContain('The domain says: "Ask us. xxx');
    expect(found?.message.length).toBeLessThan(400);
  });
});

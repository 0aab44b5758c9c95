import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import type { Zone, ZoneRecord } from '../../../../test/builders/zone-questions.js';
import { checkSpf } from './check-spf.js';
import { renderSpfTree } from './render-spf-tree.js';

const D = 'x.example';
const GOOD = 'v=spf1 ip4:192.0.2.0/24 ~all';
const MX11: readonly ZoneRecord[] = Array.from({ length: 11 }, (_, index) => ({
  MX: [index, `m${index}.${D}`],
}));
const DMARC: Zone = { [`_dmarc.${D}`]: [{ TXT: 'v=DMARC1; p=none' }] };

function zoneWith(record: string | readonly ZoneRecord[], more: Zone = {}): Zone {
  return {
    [D]: typeof record === 'string' ? [{ TXT: record }] : record,
    'host.example': [{ A: '198.51.100.7' }, { AAAA: '2001:db8::7' }],
    'only4.example': [{ A: '198.51.100.8' }],
    'sound.example': [{ TXT: 'v=spf1 ip4:203.0.113.0/24 ~all' }],
    'broken.example': [{ TXT: 'v=spf1 moo ~all' }],
    'twice.example': [{ TXT: GOOD }, { TXT: GOOD }],
    'open.example': [{ TXT: 'v=spf1 +all' }],
    'wide.example': [{ TXT: 'v=spf1 ip4:10.0.0.0/8 ip4:52.96.0.0/12 ~all' }],
    'neutral.example': [{ TXT: 'v=spf1 ?all' }],
    'ptr.example': [{ TXT: 'v=spf1 ptr ~all' }],
    'many.example': MX11,
    'slow.example': ['TIMEOUT'],
    'slow6.example': [{ A: '198.51.100.9' }, 'TIMEOUT'],
    'slow4.example': [{ AAAA: '2001:db8::9' }, 'TIMEOUT'],
    ...more,
  };
}

const find = async (record: string | readonly ZoneRecord[], more: Zone = {}) =>
  (await checkSpf(D, zoneQuestions(zoneWith(record, more)))).findings;

const a = (times: number) => Array.from({ length: times }, () => ' a:host.example').join('');

describe('checkSpf', () => {
  // Each finding with a record that shows it, its severity there, and one that comes close and doesn't.
  it.each<[string, string, string | readonly ZoneRecord[], string | readonly ZoneRecord[]]>([
    ['spf-missing', 'error', [{ TXT: 'hello' }], GOOD],
    ['spf-missing', 'error', [{ TXT: 'v=spf1; ~all' }], 'v=spf1'],
    ['spf-not-a-record', 'error', [{ TXT: '"v=spf1 -all"' }], [{ TXT: 'hello' }]],
    [
      'spf-not-a-record',
      'warning',
      [{ TXT: GOOD }, { TXT: ' v=spf1 -all' }],
      [{ TXT: GOOD }, { TXT: 'spf2.0/pra' }],
    ],
    ['spf-unknown', 'unknown', ['TIMEOUT'], [{ TXT: GOOD }, 'TIMEOUT']],
    ['spf-unknown', 'unknown', 'v=spf1 include:slow.example ~all', 'v=spf1 include:nowhere.example ~all'],
    ['spf-unknown', 'unknown', 'v=spf1 a:slow.example ~all', 'v=spf1 a:host.example ~all'],
    ['spf-unknown', 'unknown', 'v=spf1 a:slow4.example ~all', 'v=spf1 a:slow6.example ~all'],
    ['spf-unknown', 'unknown', 'v=spf1 exists:slow.example ~all', 'v=spf1 exists:only4.example ~all'],
    ['spf-no-ipv6-answer', 'warning', 'v=spf1 a:slow6.example ~all', 'v=spf1 a:only4.example ~all'],
    ['spf-open-exists', 'error', 'v=spf1 exists:host.example ~all', 'v=spf1 -exists:host.example ~all'],
    [
      'spf-open-exists',
      'error',
      [{ TXT: 'v=spf1 exists:%{d} ~all' }, { A: '192.0.2.1' }],
      [{ TXT: 'v=spf1 exists:%{d} ~all' }],
    ],
    ['spf-open-exists', 'error', 'v=spf1 exists:host.example -all', 'v=spf1 exists:%{i}.host.example -all'],
    ['spf-void-lookups', 'warning', 'v=spf1 exists:n1.example ~all', 'v=spf1 exists:host.example ~all'],
    [
      'spf-several-records',
      'error',
      [{ TXT: GOOD }, { TXT: 'v=spf1 -all' }],
      [{ TXT: GOOD }, { TXT: 'v=spf10' }],
    ],
    [
      'spf-several-records',
      'error',
      'v=spf1 include:twice.example ~all',
      'v=spf1 include:sound.example ~all',
    ],
    ['spf-syntax', 'error', 'v=spf1 ipv4:192.0.2.1 ~all', 'v=spf1 IP4:192.0.2.1  ~all '],
    ['spf-syntax', 'error', 'v=spf1 include:broken.example ~all', 'v=spf1 ~all include:broken.example'],
    [
      'spf-ignored-modifier',
      'warning',
      'v=spf1 ip4=192.0.2.1 ~all',
      'v=spf1 ip4:192.0.2.1 exp=why.example ~all',
    ],
    ['spf-ignored-modifier', 'info', 'v=spf1 ra=postmaster ~all', 'v=spf1 redirect=sound.example'],
    ['spf-unreachable', 'warning', 'v=spf1 ~all a:host.example', 'v=spf1 a:host.example ~all'],
    [
      'spf-redirect-beside-all',
      'warning',
      'v=spf1 redirect=sound.example ~all',
      'v=spf1 redirect=sound.example',
    ],
    [
      'spf-repeated-term',
      'info',
      'v=spf1 a:host.example +A:host.example ~all',
      'v=spf1 a:host.example a:host.example/24 ~all',
    ],
    ['spf-plus-all', 'error', 'v=spf1 all', 'v=spf1 -all'],
    ['spf-plus-all', 'error', 'v=spf1 include:open.example ~all', 'v=spf1 ?include:open.example ~all'],
    ['spf-plus-all', 'error', 'v=spf1 redirect=open.example', 'v=spf1 ~all redirect=open.example'],
    ['spf-no-all', 'warning', 'v=spf1 ip4:192.0.2.1', 'v=spf1 redirect=sound.example'],
    ['spf-neutral-all', 'warning', 'v=spf1 ?all', 'v=spf1 include:neutral.example ~all'],
    ['spf-neutral-all', 'warning', 'v=spf1 redirect=neutral.example', 'v=spf1 ~all'],
    [
      'spf-include-without-record',
      'error',
      'v=spf1 include:nowhere.example ~all',
      'v=spf1 include:slow.example ~all',
    ],
    ['spf-include-without-record', 'error', 'v=spf1 redirect=host.example', 'v=spf1 a:host.example'],
    [
      'spf-include-loop',
      'error',
      `v=spf1 include:${D} ~all`,
      'v=spf1 include:sound.example include:sound.example ~all',
    ],
    ['spf-too-many-lookups', 'error', `v=spf1${a(11)} ~all`, `v=spf1${a(10)} ~all`],
    ['spf-nearly-too-many-lookups', 'info', `v=spf1${a(9)} ~all`, `v=spf1${a(8)} ~all`],
    [
      'spf-void-lookups',
      'error',
      'v=spf1 a:n1.example a:n2.example mx:n3.example ~all',
      'v=spf1 a:host.example ~all',
    ],
    ['spf-void-lookups', 'warning', 'v=spf1 a:n1.example ~all', 'v=spf1 a:only4.example ~all'],
    [
      'spf-void-lookups',
      'warning',
      `v=spf1${' a:only4.example'.repeat(3)} ~all`,
      `v=spf1${' a:only4.example'.repeat(2)} ~all`,
    ],
    ['spf-too-many-mx', 'error', 'v=spf1 mx:many.example ~all', `v=spf1 mx ~all`],
    ['spf-ptr', 'warning', 'v=spf1 ptr ~all', 'v=spf1 ~all ptr'],
    ['spf-ptr', 'warning', 'v=spf1 include:ptr.example ~all', 'v=spf1 exists:%{p}.example ~all'],
    ['spf-depends-on-message', 'info', 'v=spf1 exists:%{i}.example ~all', 'v=spf1 a:%{d} ~all'],
    ['spf-wide-range', 'warning', 'v=spf1 ip4:198.0.0.0/15 ~all', 'v=spf1 ip4:198.18.0.0/16 ~all'],
    ['spf-wide-range', 'warning', 'v=spf1 a:host.example//31 ~all', 'v=spf1 -a:host.example//31 ~all'],
    ['spf-wide-range', 'warning', 'v=spf1 include:wide.example ~all', 'v=spf1 -include:wide.example ~all'],
    ['spf-wide-range', 'error', 'v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 ~all', 'v=spf1 -ip4:0.0.0.0/0 ~all'],
    ['spf-private-range', 'info', 'v=spf1 ip4:192.168.0.0/16 ~all', 'v=spf1 ip4:198.51.100.1 ~all'],
    [
      'spf-long-answer',
      'info',
      [{ TXT: GOOD }, { TXT: 'x'.repeat(450) }],
      [{ TXT: GOOD }, { TXT: 'x'.repeat(400) }],
    ],
    ['spf-long-answer', 'warning', [{ TXT: GOOD }, { TXT: 'x'.repeat(1200) }], GOOD],
    ['spf-record', 'ok', GOOD, 'v=spf1 moo'],
    ['spf-all', 'ok', GOOD, 'v=spf1 ?all'],
    ['spf-all', 'ok', 'v=spf1 -all', 'v=spf1 +all'],
  ])('%s (%s) for %j and not for %j', async (id, severity, shows, doesNot) => {
    const found = (await find(shows)).filter((finding) => finding.id === id);
    expect(found.map((finding) => finding.severity)).toEqual([severity]);
    expect(found[0]?.message).toMatch(/[.)]$/);
    expect(
      (await find(doesNot)).filter((finding) => finding.id === id && finding.severity === severity),
    ).toEqual([]);
  });

  it('finds a sound record sound', async () => {
    expect(await find(GOOD)).toEqual([
      {
        check: 'spf',
        id: 'spf-record',
        severity: 'ok',
        subject: null,
        isGuessed: false,
        message: 'Authorizes 256 IPv4 addresses; needs 0 look-ups.',
        record: GOOD,
        clause: 'RFC 7208 4.5',
        fix: null,
      },
      expect.objectContaining({ id: 'spf-all', severity: 'ok' }),
    ]);
  });

  it.each<[string, string | readonly ZoneRecord[], Zone, string]>([
    [
      'spf-missing',
      [{ MX: [10, 'm.example'] }],
      {},
      'Publish x.example. TXT "v=spf1 mx ~all" with all that sends its mail beside its MX hosts',
    ],
    ['spf-missing', [{ MX: [0, '.'] }], {}, 'If it sends no mail: Publish x.example. TXT "v=spf1 -all"'],
    [
      'spf-several-records',
      [{ TXT: 'v=spf1 a mx -all' }, { TXT: 'v=spf1 mx ip4:192.0.2.1 ~all' }],
      {},
      'In their place: Publish x.example. TXT "v=spf1 a mx ip4:192.0.2.1 ~all"',
    ],
    ['spf-syntax', 'v=spf1 ip4: 192.0.2.1 ~all', {}, 'Publish x.example. TXT "v=spf1 ip4:192.0.2.1 ~all"'],
    [
      'spf-ignored-modifier',
      'v=spf1 a:host.example v=spf1 ~all',
      {},
      'Publish x.example. TXT "v=spf1 a:host.example ~all"',
    ],
    [
      'spf-unreachable',
      'v=spf1 a:host.example -all include:sound.example',
      {},
      'Take them out or, if they are to send: Publish x.example. TXT "v=spf1 a:host.example include:sound.example -all"',
    ],
    [
      'spf-unreachable',
      'v=spf1 +a:host.example ~all -all',
      {},
      'Publish x.example. TXT "v=spf1 +a:host.example ~all"',
    ],
    [
      'spf-redirect-beside-all',
      'v=spf1 redirect=sound.example ~all',
      {},
      'Publish x.example. TXT "v=spf1 ~all"',
    ],
    ['spf-plus-all', 'v=spf1 a:host.example +all', {}, 'Publish x.example. TXT "v=spf1 a:host.example ~all"'],
    ['spf-no-all', 'v=spf1  a:host.example', {}, 'Publish x.example. TXT "v=spf1 a:host.example ~all"'],
    [
      'spf-neutral-all',
      'v=spf1 a:host.example ?all',
      {},
      'Publish x.example. TXT "v=spf1 a:host.example ~all"',
    ],
    [
      'spf-all',
      'v=spf1 a:host.example -all',
      DMARC,
      'Leave the refusing to DMARC. Publish x.example. TXT "v=spf1 a:host.example ~all"',
    ],
    [
      'spf-no-ipv6-answer',
      'v=spf1 mx a:slow6.example ip4:192.0.2.1 ~all',
      { [D]: [{ TXT: 'v=spf1 mx a:slow6.example ip4:192.0.2.1 ~all' }, { MX: [10, 'host.example'] }] },
      'Have the name servers of these hosts answer questions for AAAA, with none where there is none. Or, if they send over IPv4 only: Publish x.example. TXT "v=spf1 mx ip4:198.51.100.9 ip4:192.0.2.1 ~all"',
    ],
    [
      'spf-open-exists',
      'v=spf1 exists:host.example ip4:192.0.2.1 -all',
      {},
      'Publish x.example. TXT "v=spf1 ip4:192.0.2.1 ~all"',
    ],
    [
      'spf-all',
      'v=spf1 redirect=_spf.x.example',
      { ...DMARC, '_spf.x.example': [{ TXT: 'v=spf1 a:host.example -all' }] },
      'Leave the refusing to DMARC. Publish _spf.x.example. TXT "v=spf1 a:host.example ~all"',
    ],
    [
      'spf-plus-all',
      'v=spf1 include:open.example ~all',
      {},
      'Take open.example out of the record, and write the addresses that send for you instead.',
    ],
    [
      'spf-include-without-record',
      'v=spf1 a:host.example include:nowhere.example -all',
      {},
      'Correct the name, or do without it. Publish x.example. TXT "v=spf1 a:host.example -all"',
    ],
    ['spf-not-a-record', [{ TXT: 'spf1 mx ~all' }], {}, 'Publish x.example. TXT "v=spf1 mx ~all"'],
    [
      'spf-include-loop',
      `v=spf1 ip4:192.0.2.1 include:${D} redirect=${D}`,
      {},
      'The include or redirect that leads back to x.example must go. Publish x.example. TXT "v=spf1 ip4:192.0.2.1 ~all"',
    ],
    [
      'spf-include-without-record',
      'v=spf1 redirect=nowhere.example',
      {},
      'Correct the name, or do without it. Publish x.example. TXT "v=spf1 ~all"',
    ],
    [
      'spf-include-without-record',
      'v=spf1 include:esp.example ~all',
      { 'esp.example': [{ TXT: 'v=spf1 include:nowhere.example ~all' }] },
      'Correct the name, or do without it. Tell whoever runs esp.example.',
    ],
    [
      'spf-syntax',
      'v=spf1 ip4:192.0.2.1 include:broken.example ~all',
      {},
      'Tell whoever runs broken.example, or do without it. Publish x.example. TXT "v=spf1 ip4:192.0.2.1 ~all"',
    ],
    [
      'spf-void-lookups',
      'v=spf1 a:n1.example ip4:192.0.2.1 ~all',
      {},
      'Publish x.example. TXT "v=spf1 ip4:192.0.2.1 ~all"',
    ],
  ])('says what to publish for %s', async (id, record, more, fix) => {
    const found = (await find(record, more)).find((finding) => finding.id === id);
    expect(found?.fix).toBe(fix);
  });

  it('knows what a host without an answer for IPv6 lets send over IPv4', async () => {
    const { tree } = await checkSpf(D, zoneQuestions(zoneWith('v=spf1 a:slow6.example ~all')));
    expect(tree).toMatchObject({ lookups: 1, isComplete: true });
    expect(tree.authorized).toMatchObject({ networks: ['198.51.100.9'], isComplete: false });
    expect(renderSpfTree(tree)[1]).toContain('198.51.100.9; IPv6 unknown');
  });

  it('counts an exists that is always there as a door for anybody', async () => {
    const { tree } = await checkSpf(
      D,
      zoneQuestions(zoneWith('v=spf1 ip4:192.0.2.1 exists:host.example ~all')),
    );
    expect(tree.authorized).toMatchObject({ ip4Addresses: 2 ** 32, isComplete: true });
    expect(renderSpfTree(tree)[2]).toContain('matches anybody');
  });

  it('advises one record, in which all is corrected that can be', async () => {
    const findings = await find(
      'v=spf1 a:gone.example ipv4:192.0.2.1 a:host.example A:host.example v=spf1 include=sound.example all redirect=x.y -all',
    );
    const fixes = findings.flatMap(({ fix }) => (fix?.includes('Publish') === true ? [fix] : []));
    expect(fixes.length).toBeGreaterThan(5);
    expect([...new Set(fixes)]).toEqual([
      'Publish x.example. TXT "v=spf1 ip4:192.0.2.1 a:host.example include:sound.example ~all"',
    ]);
  });

  it.each([
    ['v=spf1 a:gone.example -all', 'v=spf1 -all'],
    ['v=spf1 a:gone.example a:host.example -all', 'v=spf1 a:host.example ~all'],
  ])('does not weaken what lets nobody send: %s', async (record, advised) => {
    const found = (await find(record, DMARC)).find(({ id }) => id === 'spf-void-lookups');
    expect(found?.fix).toBe(`Publish x.example. TXT "${advised}"`);
  });

  it('writes hosts out as addresses where look-ups are too many', async () => {
    const more: Zone = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`s${index}.example`, [{ TXT: 'v=spf1 ~all' }]]),
    );
    const includes = Object.keys(more)
      .map((name) => `include:${name}`)
      .join(' ');
    const found = (await find(`v=spf1 ${includes} -a:host.example ~all`, more)).find(
      ({ id }) => id === 'spf-too-many-lookups',
    );
    expect(found?.message).toContain('needs 11 look-ups where 10 are allowed');
    expect(found?.fix).toContain(
      `1 look-up fewer, as long as the addresses stay the same: Publish x.example. TXT "v=spf1 ${includes} -ip4:198.51.100.7 -ip6:2001:db8::7 ~all"`,
    );
  });

  it('advises against -all only where DMARC applies, and to nobody who sends no mail', async () => {
    const severityOf = async (record: string, more: Zone) =>
      (await find(record, more)).find(({ id }) => id === 'spf-all')?.severity;
    expect(await severityOf('v=spf1 a:host.example -all', DMARC)).toBe('info');
    expect(await severityOf('v=spf1 a:host.example -all', {})).toBe('ok');
    expect(await severityOf('v=spf1 a:host.example -all', { [`_dmarc.${D}`]: ['TIMEOUT'] })).toBe('ok');
    expect(await severityOf('v=spf1 -all', DMARC)).toBe('ok');
  });

  it('looks for the DMARC record of the Organizational Domain as well', async () => {
    const dns = zoneQuestions({
      'mail.x.example': [{ TXT: 'v=spf1 a:host.example -all' }],
      ...DMARC,
    });
    const { findings } = await checkSpf('mail.x.example', dns);
    expect(findings.find(({ id }) => id === 'spf-all')?.severity).toBe('info');
  });

  it('never says missing when nobody could say', async () => {
    const ids = (await find(['TIMEOUT'])).map(({ id }) => id);
    expect(ids).toEqual(['spf-unknown']);
  });

  it('tells of hostile records in a bounded number of words', async () => {
    const findings = await find(
      `v=spf1 ${Array.from({ length: 5000 }, (_, index) => `a${index}`).join(' ')}`,
    );
    expect(findings.length).toBeLessThanOrEqual(40);
    const wordy = findings.map(({ message }) => message.length);
    expect(Math.max(...wordy)).toBeLessThan(2000);
  });
});

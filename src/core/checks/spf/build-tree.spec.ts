import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import type { Zone } from '../../../../test/builders/zone-questions.js';
import type { DnsQuestions } from '../dns-answers.js';
import { buildTree } from './build-tree.js';
import { checkSpf } from './check-spf.js';
import { renderSpfTree } from './render-spf-tree.js';

const ZONE: Zone = {
  'x.example': [
    {
      TXT: 'v=spf1 mx a:gone.example -ip4:192.0.2.7 include:_spf.mail.example exists:%{i}.x.example ~all ptr',
    },
    { MX: [10, 'mail.x.example'] },
    { MX: [20, 'mail.x.example'] },
  ],
  'mail.x.example': [{ A: '192.0.2.25' }, { AAAA: '2001:db8::25' }],
  '_spf.mail.example': [{ TXT: 'v=spf1 include:a.mail.example include:b.mail.example ?all' }],
  'a.mail.example': [{ TXT: 'v=spf1 ip4:192.0.2.0/28 ip4:198.51.100.0/24 ~all' }],
  'b.mail.example': [{ TXT: 'v=spf1 a redirect=a.mail.example' }],
};

const treeOf = (zone: Zone) => buildTree('x.example', zoneQuestions(zone));

describe('buildTree', () => {
  it('counts what each term costs, and the sum so far', async () => {
    const { root, lookups, voidLookups, isComplete } = await treeOf(ZONE);
    expect(root.terms.map(({ text, cost, total, answer }) => [text, cost, total, answer])).toEqual([
      ['mx', 1, 1, 'known'],
      ['a:gone.example', 1, 2, 'nothing'],
      ['-ip4:192.0.2.7', 0, 2, 'known'],
      ['include:_spf.mail.example', 5, 7, 'known'],
      ['exists:%{i}.x.example', 1, 8, 'depends'],
      ['~all', 0, 8, 'known'],
      ['ptr', 0, 8, 'known'],
    ]);
    expect({ lookups, voidLookups, isComplete }).toEqual({
      lookups: 8,
      voidLookups: { ip4: 2, ip6: 2 },
      isComplete: true,
    });
  });

  it('adds up who may send: the first term that matches decides', async () => {
    const { authorized } = await treeOf(ZONE);
    expect(authorized).toEqual({
      networks: [
        '192.0.2.0/30',
        '192.0.2.4/31',
        '192.0.2.6',
        '192.0.2.8/29',
        '192.0.2.25',
        '198.51.100.0/24',
        '2001:db8::25',
      ],
      networkCounts: { ip4: 6, ip6: 1 },
      ip4Addresses: 272,
      ip6Slash64s: 1,
      isComplete: false,
    });
  });

  it('is plain JSON', async () => {
    const tree = await treeOf(ZONE);
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
  });

  it('asks each question once, and all of a level at once', async () => {
    const dns = zoneQuestions(ZONE);
    await buildTree('x.example', dns);
    expect(new Set(dns.asked).size).toBe(dns.asked.length);
    expect(dns.asked.slice(0, 4)).toEqual([
      'x.example TXT',
      '_spf.mail.example TXT',
      'a.mail.example TXT',
      'b.mail.example TXT',
    ]);
  });

  it.each<[string, Zone, string]>([
    [
      'a loop',
      {
        'x.example': [{ TXT: 'v=spf1 include:y.example' }],
        'y.example': [{ TXT: 'v=spf1 include:x.example' }],
      },
      'loop',
    ],
    [
      'a name that can be none',
      { 'x.example': [{ TXT: `v=spf1 include:${'a'.repeat(64)}.example` }] },
      'none',
    ],
    ['a name of one label', { 'x.example': [{ TXT: 'v=spf1 redirect=%{d1}' }] }, 'none'],
    ['an include that depends', { 'x.example': [{ TXT: 'v=spf1 include:%{i}.example' }] }, 'record'],
  ])('ends at %s', async (_what, zone, state) => {
    const { root } = await treeOf(zone);
    let deepest = root;
    while (deepest.terms[0]?.below) deepest = deepest.terms[0].below;
    expect(deepest.state).toBe(state);
  });

  it('is not complete when an include depends on the message', async () => {
    const tree = await treeOf({ 'x.example': [{ TXT: 'v=spf1 include:%{i}.example' }] });
    expect(tree).toMatchObject({ lookups: 1, isComplete: false });
  });

  it('follows what has names of the domain in it', async () => {
    const tree = await treeOf({
      'x.example': [{ TXT: 'v=spf1 include:%{d}._spf.example -all' }],
      'x.example._spf.example': [{ TXT: 'v=spf1 include:%{o}.%{d2} ip4:192.0.2.1' }],
      'x.example._spf.example.deep': [],
    });
    expect(tree.root.terms[0]).toMatchObject({ target: 'x.example._spf.example', cost: 2 });
  });

  it('ends soon, whatever DNS says', async () => {
    // Each record leads to nine new ones, each name to ten MX hosts, each host to addresses.
    let asked = 0;
    function found<T>(records: readonly T[]) {
      asked += 1;
      return Promise.resolve({ kind: 'found' as const, records, aliases: [] });
    }
    const dns: DnsQuestions = {
      txt: (name) =>
        found([
          `v=spf1 mx ${Array.from({ length: 9 }, (_, index) => `include:${index}.${name} a:${index}.%{d}`).join(' ')} mx:m.%{d}`,
        ]),
      a: () => found(Array.from({ length: 500 }, (_, index) => `203.0.${index % 100}.${index % 250}`)),
      aaaa: () => found(Array.from({ length: 500 }, (_, index) => `2001:db8:ffff::${index}`)),
      mx: (name) =>
        found(Array.from({ length: 10 }, (_, index) => ({ preference: 1, exchange: `h${index}.${name}` }))),
      ptr: () => found<string>([]),
      cname: () => found<string>([]),
    };
    const { findings, tree } = await checkSpf('x.example', dns);
    expect(asked).toBeLessThanOrEqual(125);
    expect(tree.isComplete).toBe(false);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['spf-too-many-lookups', 'spf-not-followed']),
    );
    expect(renderSpfTree(tree).length).toBeLessThan(160);
  });

  it('does not grow without end where few names lead to one another many times', async () => {
    const zone: Zone = Object.fromEntries(
      Array.from({ length: 12 }, (_, level) => [
        level === 0 ? 'x.example' : `l${level}.example`,
        [{ TXT: `v=spf1${` include:l${level + 1}.example`.repeat(10)} ~all` }],
      ]),
    );
    const tree = await treeOf(zone);
    expect(tree.isComplete).toBe(false);
    expect(tree.lookups).toBeGreaterThan(10);
    expect(tree.lookups).toBeLessThan(5000);
  });

  it('reckons with thousands of networks one way and the other', async () => {
    const terms = Array.from(
      { length: 3000 },
      (_, index) => `${index % 2 === 0 ? '' : '-'}ip6:2001:db8:${index.toString(16)}::1`,
    );
    const { authorized } = await treeOf({ 'x.example': [{ TXT: `v=spf1 ${terms.join(' ')} +all` }] });
    expect(authorized.isComplete).toBe(false);
    expect(authorized.networks).toHaveLength(500);
  });
});

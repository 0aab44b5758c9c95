import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import type { Zone } from '../../../../test/builders/zone-questions.js';
import { buildTree } from './build-tree.js';
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

describe('renderSpfTree', () => {
  it('shows the tree in columns', async () => {
    expect(renderSpfTree(await treeOf(ZONE))).toEqual([
      'x.example                                       cost  sum',
      '├─ mx                                              1    1  192.0.2.25, 2001:db8::25',
      '├─ a:gone.example                                  1    2  nothing there',
      '├─ -ip4:192.0.2.7',
      '├─ include:_spf.mail.example                       5    7',
      '│  ├─ include:a.mail.example                       1    4',
      '│  │  ├─ ip4:192.0.2.0/28',
      '│  │  ├─ ip4:198.51.100.0/24',
      '│  │  └─ ~all',
      '│  ├─ include:b.mail.example                       3    7',
      '│  │  ├─ a                                         1    6  nothing there',
      '│  │  └─ redirect=a.mail.example                   1    7',
      '│  │     ├─ ip4:192.0.2.0/28',
      '│  │     ├─ ip4:198.51.100.0/24',
      '│  │     └─ ~all',
      '│  └─ ?all',
      '├─ exists:%{i}.x.example                           1    8  depends on the message',
      '├─ ~all',
      '└─ ptr                                                     never looked at',
      '8 of 10 look-ups',
    ]);
  });

  it.each<[string, Zone, readonly string[]]>([
    ['no record', {}, ['x.example: no SPF record']],
    ['no answer', { 'x.example': ['TIMEOUT'] }, ['x.example: could not be looked up: time-out']],
    ['an empty record', { 'x.example': [{ TXT: 'v=spf1' }] }, ['x.example']],
  ])('shows %s', async (_what, zone, lines) => {
    expect(renderSpfTree(await treeOf(zone))).toEqual(lines);
  });

  it('stays within 96 columns', async () => {
    const tree = await treeOf({
      'x.example': [
        {
          TXT: `v=spf1 ip4:192.0.2.1 a:${'long.'.repeat(30)}example include:${'far.'.repeat(40)}example ~all`,
        },
      ],
    });
    for (const line of renderSpfTree(tree)) expect(line.length).toBeLessThanOrEqual(96);
  });
});

import { describe, expect, it } from 'vitest';
import { aSource, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';
import { countedUntil, ownMail, spfOnly, type OwnSource } from './own-mail.js';

const NOW = Date.parse('2026-03-13T12:00:00Z');
const DAYS = daysFrom('2026-03-01', '2026-03-12');
const MAIN = { id: 'host:192.0.2.0/24', name: '192.0.2.0/24', class: 'authorized' } as const;
/** Known to be a large receiver, so that its word counts alone. */
const KNOWN = 'google.com';

function read(cells: readonly Cell[], patch: Parameters<typeof aSource>[0] = {}) {
  const sources = [aSource({ ...MAIN, headerFrom: 'shop.example', ...patch })];
  const counted = countedUntil({ cells, decisions: [], lastReportAt: NOW }, 'shop.example', NOW);
  return ownMail(counted, { domain: 'shop.example', sources, now: NOW });
}

describe('the addresses of the own mail', () => {
  it('are those of authorized sources that SPF lets send, most mail first', () => {
    const cells = [
      ...everyDay(DAYS, { ip: '192.0.2.10' }),
      ...everyDay(DAYS, { ip: '192.0.2.20', messages: 300 }),
    ];
    expect(read(cells).addresses).toEqual(['192.0.2.20', '192.0.2.10']);
  });

  it.each<[string, readonly Cell[], Parameters<typeof aSource>[0]]>([
    ['passed by DKIM alone, as of a forwarder', everyDay(DAYS, { spfAligned: 0 }), {}],
    [
      'only one stranger saw',
      [...everyDay(DAYS, {}, ['big.example']), ...everyDay(DAYS, { ip: '203.0.113.1' }, ['small.example'])],
      {},
    ],
    ['of another class', everyDay(DAYS), { class: 'unknown' }],
    ['of a subdomain', everyDay(DAYS), { headerFrom: 'news.shop.example' }],
    ['long silent', everyDay(daysFrom('2026-01-01', '2026-02-04')), {}],
  ])('leave out what %s', (_what, cells, patch) => {
    expect(read(cells, patch).addresses).toEqual([]);
  });

  it.each<[string, readonly Day[]]>([
    ['once a week', ['2026-02-23', '2026-03-02', '2026-03-09']],
    ['once a month', ['2026-02-20']],
  ])('are known of a source that sends %s', (_what, days) => {
    expect(read(everyDay(days)).addresses).toEqual(['192.0.2.10']);
  });

  it('leave out one that its source no longer sends from', () => {
    const cells = [
      ...everyDay(DAYS.slice(0, -7), { ip: '192.0.2.20' }),
      ...everyDay(DAYS.slice(-7), { ip: '192.0.2.10' }),
    ];
    expect(read(cells).addresses).toEqual(['192.0.2.10']);
  });

  it('are believed of a large receiver alone', () => {
    const cells = [...everyDay(DAYS, {}, [KNOWN]), ...everyDay(DAYS, { ip: '203.0.113.1' })];
    expect(read(cells).addresses).toEqual(['192.0.2.10']);
  });

  it('leave out what hardly sends', () => {
    const cells = [
      ...everyDay(DAYS, { messages: 1000 }),
      ...everyDay(DAYS, { ip: '192.0.2.20', messages: 2 }),
    ];
    expect(read(cells).addresses).toEqual(['192.0.2.10']);
  });

  it('are few', () => {
    const cells = Array.from({ length: 40 }, (_, at) => everyDay(DAYS, { ip: `192.0.2.${at}` })).flat();
    expect(read(cells).addresses).toHaveLength(12);
  });

  it('are told apart by whether their mail is signed', () => {
    const cells = [
      ...everyDay(DAYS, { ip: '192.0.2.10' }),
      ...everyDay(DAYS, { ip: '192.0.2.20', dkimAligned: 0 }),
    ];
    expect(read(cells).onSpfAlone).toEqual(new Map([['192.0.2.20', '2026-03-12']]));
  });

  it('pass by SPF alone for as long as more than one stranger says so', () => {
    const cells = [
      ...everyDay(DAYS.slice(0, -3), { ip: '192.0.2.20', dkimAligned: 0 }),
      ...everyDay(DAYS.slice(-3), { ip: '192.0.2.20', dkimAligned: 0 }, ['big.example']),
    ];
    expect(read(cells).onSpfAlone).toEqual(new Map([['192.0.2.20', '2026-03-09']]));
  });
});

describe('a source of the own mail', () => {
  it('is told with what it sends a week, and what of that is unsigned', () => {
    const [source] = read(everyDay(DAYS, { dkimAligned: 40 })).sources;
    expect(source).toEqual({
      name: '192.0.2.0/24',
      headerFrom: 'shop.example',
      passing: 1400,
      unsigned: 840,
    });
  });

  it('that signs since a week is judged by that week', () => {
    const cells = [
      ...everyDay(daysFrom('2026-02-10', '2026-03-05'), { dkimAligned: 0 }),
      ...everyDay(daysFrom('2026-03-06', '2026-03-12')),
    ];
    expect(read(cells).sources).toMatchObject([{ unsigned: 0 }]);
  });

  it('that sends once a month is not forgotten in between', () => {
    const cells = everyDay(['2026-02-20'], { dkimAligned: 0, messages: 300 });
    const [source] = read(cells).sources;
    expect(source?.unsigned).toBeCloseTo((600 * 7) / 21);
  });

  it('that sent one message does not send seven a week', () => {
    expect(read(everyDay(['2026-03-12'], { messages: 1, dkimAligned: 0 }, [KNOWN])).sources).toMatchObject([
      { passing: 1, unsigned: 1 },
    ]);
  });

  it.each<[string, readonly Cell[], number, number]>([
    ['two strangers', everyDay(DAYS, { dkimAligned: 0 }), 1400, 1400],
    ['a large receiver', everyDay(DAYS, { dkimAligned: 0 }, [KNOWN]), 700, 700],
    ['one stranger alone', everyDay(DAYS, { dkimAligned: 0 }, ['big.example']), 0, 700],
    [
      'a stranger, against the others',
      [
        ...everyDay(DAYS, { messages: 800, dkimAligned: 0 }, ['big.example']),
        ...everyDay(DAYS, {}, [KNOWN, 'small.example']),
      ],
      0,
      5600,
    ],
  ])('called unsigned by %s', (_what, cells, believed, claimed) => {
    const mail = read([...cells, ...everyDay(DAYS, { ip: '203.0.113.1' })]);
    expect([mail.sources, mail.claimed].map(([source]) => source?.unsigned)).toEqual([believed, claimed]);
  });

  it.each<[string, readonly Cell[]]>([
    ['fails altogether', everyDay(DAYS, { passed: 0, dkimAligned: 0, spfAligned: 0 })],
    ['was silent for long', everyDay(daysFrom('2026-01-01', '2026-02-04'))],
    [
      'is told of by a newcomer alone',
      [...everyDay(DAYS, { ip: '203.0.113.1' }), ...everyDay(['2026-03-12'], {}, ['new.example'])],
    ],
  ])('that %s is left out', (_what, cells) => {
    expect(read(cells).sources).toEqual([]);
  });

  it('of a subdomain is one too', () => {
    expect(read(everyDay(DAYS), { headerFrom: 'news.shop.example' }).sources).toMatchObject([
      { headerFrom: 'news.shop.example' },
    ]);
  });
});

describe('sources that pass by SPF alone', () => {
  function source(passing: number, unsigned: number, name = `${passing}/${unsigned}`): OwnSource {
    return { name, headerFrom: 'shop.example', passing, unsigned };
  }

  it.each<[string, readonly OwnSource[], readonly string[]]>([
    ['sign', [source(1000, 0)], []],
    ['sign nearly all of it', [source(1000, 99)], []],
    ['send less than is allowed to be lost', [source(3, 3)], []],
    ['do not', [source(50, 20), source(1000, 200)], ['1000/200 (200 a week)', '50/20 (20 a week)']],
    [
      'are small, but many',
      Array.from({ length: 5000 }, () => source(1, 1)),
      ['5000 small sources (5000 a week)'],
    ],
    [
      'are small, and sign but for what breaks on the way',
      [
        ...Array.from({ length: 960 }, () => source(20, 0)),
        ...Array.from({ length: 40 }, () => source(2, 2)),
      ],
      [],
    ],
    [
      'are small beside a large one that signs',
      [source(1_000_000, 0), ...Array.from({ length: 10 }, () => source(2, 2))],
      ['10 small sources (20 a week)'],
    ],
  ])('that %s', (_what, sources, names) => {
    expect(spfOnly(sources, 3).names).toEqual(names);
  });

  it('are to sign as the domains that their mail is of', () => {
    const news = { ...source(100, 100), headerFrom: 'news.shop.example' };
    expect(spfOnly([source(50, 50), news, news], 3).signAs).toEqual(['news.shop.example', 'shop.example']);
  });
});

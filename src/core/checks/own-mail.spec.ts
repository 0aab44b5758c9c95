import { describe, expect, it } from 'vitest';
import { aSource, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import type { Cell } from '../evidence/cell.js';
import { ownMail } from './own-mail.js';

const NOW = Date.parse('2026-03-13T12:00:00Z');
const DAYS = daysFrom('2026-03-01', '2026-03-12');
const MAIN = { id: 'host:192.0.2.0/24', name: '192.0.2.0/24', class: 'authorized' } as const;

function read(cells: readonly Cell[], patch: Parameters<typeof aSource>[0] = {}) {
  const sources = [aSource({ ...MAIN, headerFrom: 'shop.example', ...patch })];
  return ownMail({ cells, decisions: [], lastReportAt: NOW }, { domain: 'shop.example', sources, now: NOW });
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
    ['only one reporter saw', everyDay(DAYS, {}, ['big.example']), {}],
    ['of another class', everyDay(DAYS), { class: 'unknown' }],
    ['of a subdomain', everyDay(DAYS), { headerFrom: 'news.shop.example' }],
    ['long silent', everyDay(daysFrom('2026-01-01', '2026-02-10')), {}],
  ])('leave out what %s', (_what, cells, patch) => {
    expect(read(cells, patch).addresses).toEqual([]);
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
});

describe('sources that rely on SPF', () => {
  it('are told with what they send without a signature', () => {
    const { spfOnly } = read(everyDay(DAYS, { dkimAligned: 0 }));
    expect(spfOnly).toEqual([{ name: '192.0.2.0/24', messagesPerWeek: (12 * 2 * 100 * 7) / 12 }]);
  });

  it.each<[string, Partial<Cell>, readonly string[] | undefined]>([
    ['sign their mail', {}, undefined],
    ['sign nearly all of it', { dkimAligned: 95 }, undefined],
    ['were seen by one reporter only', { dkimAligned: 0 }, ['big.example']],
    ['fail altogether', { passed: 0, dkimAligned: 0, spfAligned: 0 }, undefined],
  ])('are not those that %s', (_what, patch, reporters) => {
    expect(read(everyDay(DAYS, patch, reporters)).spfOnly).toEqual([]);
  });
});
